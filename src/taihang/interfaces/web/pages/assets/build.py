"""What the pages of assets show: one comparison of all, made once for a stretch of days."""

from dataclasses import dataclass
from datetime import date, timedelta

from taihang.core.periods import months_in
from taihang.interfaces.web.stretch import Stretch, parse_stretch
from taihang.services.asset_performance import (
    AssetPerformance,
    AssetsNotSettledError,
    PlantResult,
    asset_performance,
)
from taihang.services.ports import Ports
from taihang.services.report import settled_span


@dataclass(frozen=True, slots=True)
class AssetsView:
    """The assets over a stretch of days."""

    stretch: Stretch | None
    """None while nothing of the park is settled."""
    found: AssetPerformance | None
    """None where none of the days is settled."""
    first_settled: date | None
    last_settled: date | None
    zone: str

    def plant(self, id_: str) -> PlantResult | None:
        """Return one plant; None where there is none of that name."""
        plants = () if self.found is None else self.found.plants
        return next((each for each in plants if each.performance.plant.id == id_), None)


def build_assets(ports: Ports, word: str) -> AssetsView:
    """Compare the assets over a stretch.

    Args:
        ports: The park, open for reading.
        word: The stretch; empty for the last whole settled month, else the last settled one.
    """
    span, zone = settled_span(ports), ports.park.time_zone
    if span is None:
        return AssetsView(parse_stretch(word) if word else None, None, None, None, zone)
    first = span.start.astimezone(ports.park.zone).date()
    last = (span.end - timedelta(microseconds=1)).astimezone(ports.park.zone).date()
    whole = [*months_in(span, ports.park.zone)]
    stretch = parse_stretch(word or (whole[-1] if whole else last.isoformat()[:7]))
    try:
        period = stretch.period(ports.park.zone)
        found = asset_performance(period, label=stretch.word, ports=ports)
    except AssetsNotSettledError:
        found = None
    return AssetsView(stretch, found, first, last, zone)
