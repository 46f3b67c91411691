"""Selectors of labels: whom they select for sure, and whom they may."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple, TypeAlias

import attrs

__all__ = ["NAMESPACE", "Label", "Selector", "Values"]

#: What has a label, a pod or a namespace, and its key.
Label: TypeAlias = tuple[str, str]
#: The label of a namespace that is its name.
NAMESPACE: Final[Label] = ("namespace", "kubernetes.io/metadata.name")


class Values(NamedTuple):
    """Values that a label may have: these, or all but these.

    Attributes:
        values: The values; ``None`` stands for no such label.
        are_all: Whether they are all, and not all others.
    """

    values: frozenset[str | None]
    are_all: bool = True

    @classmethod
    def of(cls, *values: str | None) -> Values:
        """Return these values."""
        return cls(frozenset(values))

    def but(self, other: Values) -> Values:
        """Return those of them that are not among others."""
        return self.among(Values(other.values, not other.are_all))

    def among(self, other: Values) -> Values:
        """Return those of them that are among others."""
        if not self.are_all and not other.are_all:
            return Values(self.values | other.values, are_all=False)
        if not self.are_all:
            return other.among(self)
        return Values(
            self.values & other.values
            if other.are_all
            else self.values - other.values
        )

    @property
    def are_none(self) -> bool:
        """Whether there are none."""
        return self.are_all and not self.values


_ANY: Final = Values(frozenset(), are_all=False)
_ABSENT: Final = Values.of(None)


@attrs.frozen
class Selector:
    """What labels have to be for pods to be selected.

    Attributes:
        demands: The values that it demands of labels.
        has_namespace: Whether all labels of its namespace are among them.
    """

    demands: Mapping[Label, Values]
    has_namespace: bool = False

    @classmethod
    def of(
        cls,
        demands: Iterable[tuple[Label, Values]],
        namespaces: Mapping[str, Mapping[str, str]],
    ) -> Selector:
        """Return a selector.

        Args:
            demands: What it demands, all of it.
            namespaces: The labels of namespaces, so far as they are known.
        """
        found: dict[Label, Values] = {}
        for label, values in demands:
            found[label] = values.among(found.get(label, _ANY))
        known = next(
            (
                labels
                for name, labels in namespaces.items()
                if found.get(NAMESPACE) == Values.of(name)
            ),
            None,
        )
        for key, value in (known or {}).items():
            label = (NAMESPACE[0], key)
            found[label] = Values.of(value).among(found.get(label, _ANY))
        return cls(found, has_namespace=known is not None)

    @property
    def names_namespace(self) -> bool:
        """Whether it says by name in which namespaces pods are."""
        return NAMESPACE in self.demands

    def _values(self, label: Label) -> Values:
        is_known = self.has_namespace and label[0] == NAMESPACE[0]
        return self.demands.get(label, _ABSENT if is_known else _ANY)

    def includes(self, other: Selector) -> bool:
        """Return whether it surely selects all that another does."""
        return all(
            other._values(label).but(self._values(label)).are_none
            for label in (*self.demands, *other.demands)
        )

    def may_meet(self, other: Selector) -> bool:
        """Return whether there may be pods that both select."""
        return not any(
            self._values(label).among(other._values(label)).are_none
            for label in (*self.demands, *other.demands)
        )
