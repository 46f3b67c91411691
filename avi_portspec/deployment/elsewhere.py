"""What other sources state beside the answer for one deployment.

None of it is part of the answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from avi_portspec.beyond.queries import CLOUDS, statements
from avi_portspec.beyond.spellings import parties
from avi_portspec.beyond.wording import traffic_summary
from avi_portspec.documents import count_text

if TYPE_CHECKING:
    from avi_portspec.beyond.records import Statement
    from avi_portspec.deployment.decisions import Gap
    from avi_portspec.model.facets import Deployment

__all__ = ["Elsewhere", "find_elsewhere", "on_gap", "on_gaps"]


class Elsewhere(NamedTuple):
    """What other sources state where the vendor's page is silent.

    Attributes:
        gap: What that page is silent on; ``None`` for traffic that it does
            not have at all.
        statements: What they state, the most trustworthy source first.
        command: The command that lists exactly that.
        any_release: Whether a release was asked about, and these are of any.
    """

    gap: Gap | None
    statements: tuple[Statement, ...]
    command: str
    any_release: bool = False

    @property
    def text(self) -> str:
        """What they state in short, and where all of it is."""
        stated = self._number
        if self.gap is None:
            own = filter(_is_own, self.statements)
            traffic = traffic_summary(own)
            among = f", among them {traffic}" if traffic else ""
            other = "traffic or cases that the vendor's page does not have"
            return self._refer(f"{stated} on {other}{among}")
        traffic = traffic_summary(self.statements)
        return self._refer(f"{traffic} ({stated})" if traffic else stated)

    @property
    def brief(self) -> str:
        """How much they state, and where all of it is."""
        return self._refer(self._number)

    @property
    def _number(self) -> str:
        stated = count_text(len(self.statements), "statement")
        return f"{stated} of any release" if self.any_release else stated

    def _refer(self, said: str) -> str:
        return f"Stated elsewhere: {said}; see '{self.command}'."


def _is_own(statement: Statement) -> bool:
    """Return whether the product talks to itself, where no flow does."""
    ends = (statement.source, statement.destination)
    return not statement.about and all(
        end is not None and parties()[end].kind == "component" for end in ends
    )


def on_gap(gap: Gap, release: str | None = None) -> Elsewhere:
    """Return what other sources state where the vendor's page is silent.

    Args:
        gap: The gap.
        release: Only statements about this release, or line of releases.

    Raises:
        InvalidQueryError: The release is not one.
    """
    words = [f"--on {flow}" for flow in gap.flows]
    asked: dict[str, Any] = {"flow": gap.flows}
    if gap.interface in parties():
        words = [f"--endpoint {gap.interface}"]
        asked = {"endpoint": gap.interface}
    if gap.facet == "cloud" and gap.value in CLOUDS:
        words.append(f"--on-cloud {gap.value}")
        asked["cloud"] = gap.value
    found = statements(**asked, release=release)
    return Elsewhere(gap, (*found,), _command(words, release))


def on_gaps(gaps: Iterable[Gap]) -> Iterator[Elsewhere]:
    """Yield what other sources state on gaps, where they state anything.

    Args:
        gaps: The gaps.
    """
    for gap in gaps:
        found = on_gap(gap)
        if found.statements:
            yield found


def find_elsewhere(
    deployment: Deployment, gaps: Iterable[Gap]
) -> tuple[Elsewhere, ...]:
    """Return what other sources state where the vendor's page is silent.

    First what they state on gaps, then what traffic they have on the clouds
    of the deployment that is no flow there. Of which release, each says: the
    one of the deployment may be known from others alone.

    Args:
        deployment: The deployment.
        gaps: The gaps of its answer.
    """
    clouds = sorted(deployment.clouds.intersection(CLOUDS))
    added = {
        each.id
        for cloud in clouds
        for each in statements(agreement="adds", cloud=cloud)
    }
    found = tuple(each for each in statements() if each.id in added)
    words = ["--agreement adds", f"--on-cloud {','.join(clouds)}"]
    beside = Elsewhere(None, found, _command(words, None))
    return tuple(
        each._replace(any_release=deployment.release is not None)
        for each in (*on_gaps(gaps), *([beside] if found else []))
    )


def _command(words: Iterable[str], release: str | None) -> str:
    more = [] if release is None else [f"--release {release}"]
    return " ".join(["avi-portspec statements", *words, *more])
