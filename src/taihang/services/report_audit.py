"""Are the files of issued reports those that were issued: figures, drawings, every copy?"""

from collections.abc import Callable, Iterator

from taihang.core.errors import TaihangError
from taihang.services.ports import Ports
from taihang.services.report_issue import drawings_of, figures_of, read_copy, read_shelf


def report_findings(*, ports: Ports) -> Iterator[tuple[str, str]]:
    """Compare every file of every issued report with the hash that the log speaks of.

    Args:
        ports: The outside world.

    Yields:
        Where, and what is wrong; nothing where all are what they were.
    """
    shelf = read_shelf(ports=ports)
    for report in shelf.reports:
        checks: list[Callable[[], object]] = [
            lambda of=report: figures_of(of, ports=ports),
            lambda of=report: drawings_of(of, ports=ports),
            *(lambda of=copy: read_copy(of, ports=ports) for copy in shelf.copies_of(report)),
        ]
        for check in checks:
            try:
                check()
            except TaihangError as error:
                yield f"report {report.id}", str(error)
