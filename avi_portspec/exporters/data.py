"""An answer as plain data: what JSON, YAML and TOML write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from avi_portspec.model.plain import FORMAT, deployment_data, plain

if TYPE_CHECKING:
    from avi_portspec.exporters.report import Report

__all__ = ["report_data"]


def report_data(report: Report) -> dict[str, Any]:
    """Return a report as dicts, lists, strings, integers and ``None``.

    An edition is written as its own data, which reads back as the edition.
    Everything else has these keys, all of them always:

    - ``edition``, ``data_version``, ``digest``: what it was made from;
    - ``title``: what it is; ``unofficial``: always true;
    - ``deployment``: what was asked about, or ``None``;
    - ``records``: what may be opened, a record a protocol and port range;
    - ``unstated``: records of what the page leaves open;
    - ``not_needed``: records of what is decided against;
    - ``conflicts`` and ``gaps``: what is left open, in words;
    - ``exclusions``: what the page says is not required;
    - ``notes``: the notes that the records name.

    Args:
        report: The report.
    """
    if report.whole:
        return {"format": FORMAT, **plain(report.edition)}
    deployment = report.deployment
    return {
        **report.made_from,
        "title": report.title,
        "unofficial": True,
        "deployment": (
            None if deployment is None else deployment_data(deployment)
        ),
        "records": [dict(record) for record in report.records],
        "unstated": [dict(record) for record in report.unstated],
        "not_needed": [dict(record) for record in report.not_needed],
        "conflicts": [
            {
                "flow": each.flow,
                "replaces": list(each.replaces),
                "notes": list(each.notes),
                "citations": [str(place) for place in each.citations],
                "text": each.text,
            }
            for each in report.conflicts
        ],
        "gaps": [
            {
                "facet": each.facet,
                "value": each.value,
                "flows": list(each.flows),
                "citations": [str(place) for place in each.citations],
                "text": each.text,
            }
            for each in report.gaps
        ],
        "exclusions": [
            {
                "id": each.id,
                "source": each.source,
                "destination": each.destination,
                "text": each.text,
                "citation": str(each.citation),
            }
            for each in report.exclusions
        ],
        "notes": [
            {
                "id": each.id,
                "kind": each.kind,
                "text": each.text,
                "citation": str(each.citation),
            }
            for each in report.notes
        ],
    }
