"""What came after a report was issued: later versions, restated statements, settlements."""

from dataclasses import dataclass

from taihang.core.seal.canonical import JsonValue
from taihang.core.seal.review import State
from taihang.services.ports import Ports
from taihang.services.report_copies import standing_of_report
from taihang.services.report_issue import IssuedReport, figures_of, open_report


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """What a holder of a report should know today."""

    state: State
    """How far it is signed."""
    later: tuple[IssuedReport, ...]
    """Versions of the report that came after this one."""
    moved: tuple[tuple[str, str], ...]
    """Statements that it quotes and that were restated since: as quoted, and the latest."""
    n_settled_again: int
    """Settlements of any part of its period since."""

    @property
    def is_current(self) -> bool:
        """Whether nothing that it stands on has changed."""
        return not (self.later or self.moved or self.n_settled_again)


def since_issued(report: IssuedReport, *, ports: Ports) -> Since:
    """Look at what came after a report.

    Args:
        report: Any version.
        ports: The park.

    Raises:
        AlteredFiguresError: If its kept figures are not those that it was issued with.
    """
    standing = standing_of_report(report, ports=ports)
    later = [open_report(ports.registry.statement(step.now)) for step in standing.later]
    return Since(
        state=standing.state,
        later=tuple(later),
        moved=tuple(_moved(report, ports)),
        n_settled_again=_n_settled_again(report, ports),
    )


def _moved(report: IssuedReport, ports: Ports) -> list[tuple[str, str]]:
    quoted = sorted(
        {
            str(each["id"])
            for document in figures_of(report, ports=ports).values()
            for each in _references(document)
        }
    )
    latest = {each.series: each.id for each in ports.registry.latest_statements(report.period.name)}
    found: list[tuple[str, str]] = []
    for id_ in quoted:
        series = id_.rpartition(".v")[0]
        now = latest.get(series) or ports.registry.statement(series).id
        if now != id_:
            found.append((id_, now))
    return found


def _references(document: dict[str, JsonValue]) -> list[dict[str, JsonValue]]:
    listed = document.get("references")
    return [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []


def _n_settled_again(report: IssuedReport, ports: Ports) -> int:
    span = report.period.span(ports.park.zone)
    after = ports.registry.settlements()[report.n_settlements :]
    return sum(each.start_s < span.end_s and span.start_s < each.end_s for each in after)
