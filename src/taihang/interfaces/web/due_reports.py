"""Issues the reports that are due while the pages are served: no other job has to do it.

The park is opened for writing only when a report can be issued: most looks only read.
"""

import logging
from datetime import UTC, datetime
from typing import Final

from taihang import pages_wiring
from taihang.core.access.scope import WHOLE_PARK
from taihang.core.errors import TaihangError
from taihang.interfaces.reports.press import ReportPress
from taihang.interfaces.web.source import Source
from taihang.services.ports import Ports
from taihang.services.report_centre import Became, can_issue_due, run_due_reports
from taihang.services.report_copies import Centre

_ISSUED: Final = (Became.ISSUED, Became.PROVISIONAL)
_LOG: Final = logging.getLogger(__name__)


class DueReports:
    """Issues what is due of one park."""

    def __init__(self, source: Source, *, site: str) -> None:
        """Issue nothing yet.

        Args:
            source: The park that is served.
            site: Where the pages are reached; stands on the copies beside the code.
        """
        self._source = source
        self._site = site.rstrip("/")

    def once(self) -> int:
        """Issue what is due and ready; return how many reports were issued."""
        try:
            if not self._is_something_due():
                return 0
            with self._source.writing() as ports:
                centre = Centre(ports=ports, press=ReportPress(), site=self._site)
                ran = run_due_reports(ports.clock.now(), centre=centre)
        except TaihangError as error:
            _LOG.warning("the reports that are due are not issued yet: %s", error)
            return 0
        for each in ran.outcomes:
            if each.became is Became.FAILED:
                _LOG.warning("%s cannot be issued: %s", each.due.asked.series, each.words)
        return sum(each.became in _ISSUED for each in ran.outcomes)

    def _is_something_due(self) -> bool:
        # A server may begin with an empty folder, in which nothing is due.
        has_park = self._source.park_name("zh") != ""
        now_s = int(pages_wiring.now_s())
        return has_park and self._source.ask(_can_issue, now_s, scope=WHOLE_PARK)


def _can_issue(ports: Ports, now_s: int) -> bool:
    return can_issue_due(datetime.fromtimestamp(now_s, UTC), ports=ports)
