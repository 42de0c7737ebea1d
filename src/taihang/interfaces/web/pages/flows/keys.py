"""Which figure each flow of electricity over a stretch is, so that it opens."""

from collections.abc import Callable, Mapping
from typing import Final
from zoneinfo import ZoneInfo

from taihang.core.figure.key import key_of
from taihang.core.park.park import PARK_SUBJECT
from taihang.interfaces.web.pages.flows.build import ELECTRICITY, EnergyView
from taihang.services.figure_span import MAX_DAYS, days_span
from taihang.services.flow_table import EndKind, FlowEnd

KeyOf = Callable[[FlowEnd], str]
_FLOWS: Final[Mapping[EndKind, str]] = {
    EndKind.IMPORT: "import",
    EndKind.EXPORT: "export",
    EndKind.CHARGE: "charge",
    EndKind.DISCHARGE: "discharge",
}
"""Flows of the balance of the park, which count closed intervals."""
_COLUMNS: Final[Mapping[EndKind, str]] = {EndKind.LINE: "line_wh", EndKind.POOL: "pool_wh"}


def no_key(end: FlowEnd) -> str:
    """Return nothing: a flow that is no figure of record."""
    del end
    return ""


def key_in(view: EnergyView) -> KeyOf:
    """Return what names the figure of a flow, empty where none says the same number.

    Args:
        view: The flows of a stretch. A user's energy has a figure of all intervals, and the page
            counts closed ones only: they are the same where every interval is closed.
    """
    electric, stretch = view.electric, view.stretch
    if view.medium != ELECTRICITY or electric is None or stretch is None:
        return no_key
    if stretch.n_days > MAX_DAYS:
        return no_key
    zone = ZoneInfo(view.place.zone)
    span, subject = days_span(stretch.period(zone), zone).name, electric.table.subject
    is_closed = electric.n_closed == electric.n_intervals

    def key(end: FlowEnd) -> str:
        if subject == PARK_SUBJECT and end.kind in _FLOWS:
            return key_of("flow", _FLOWS[end.kind], span)
        return _of_node(end, subject, span) if is_closed else ""

    return key


def _of_node(end: FlowEnd, subject: str, span: str) -> str:
    """Return the key of what a user took or a plant gave."""
    if end.kind in _COLUMNS:
        return key_of("matched", "user", subject, _COLUMNS[end.kind], span)
    if end.id and end.kind in {EndKind.ENTERPRISE, EndKind.STATION}:
        return key_of("matched", "user", end.id, "total_wh", span)
    if end.id and end.kind in {EndKind.PV, EndKind.WIND}:
        return key_of("matched", "plant", end.id, "total_wh", span)
    return ""
