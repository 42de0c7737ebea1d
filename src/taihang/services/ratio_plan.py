"""Whether the planned year of a park can keep its annual ratios at all."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from taihang.core.errors import StateError
from taihang.core.park.assets import ChargingStation, Enterprise, Plant
from taihang.core.park.park import Park
from taihang.core.ratio.outlook import Thresholds
from taihang.core.ratio.plan import PlanFit, PlannedYear, plan_fit
from taihang.services.ports import Ports
from taihang.services.ratio_outlook import thresholds

_NAMED = 5


class NoRatioPlanError(StateError):
    """The park does not say what it plans to generate or to use."""

    code = "state.no-ratio-plan"


def planned_year(park: Park, *, on: date) -> PlannedYear:
    """Return what is planned of everything in service on a day.

    Args:
        park: The park.
        on: The local day.

    Raises:
        NoRatioPlanError: If a plant or user has no planned year; a sum without it would be one of
            another park.
    """
    plants = [each for each in park.plants.values() if each.in_service.covers(on)]
    users = (*park.enterprises.values(), *park.stations.values())
    in_service = [each for each in users if each.in_service.covers(on)]
    return PlannedYear(
        day=on, generation_mwh=_planned_mwh(plants), load_mwh=_planned_mwh(in_service)
    )


def fit_of(planned: PlannedYear, *, ports: Ports) -> tuple[PlanFit, Thresholds]:
    """Judge a planned year by the thresholds of its day and the limit of the park."""
    asked = thresholds(planned.day, ports=ports)
    return plan_fit(planned.generation_wh, planned.load_wh, asked=asked), asked


def _planned_mwh(assets: Iterable[Plant | Enterprise | ChargingStation]) -> dict[str, Decimal]:
    found = {each.id: each.planned_mwh_per_year for each in assets}
    lacking = [name for name, amount in found.items() if amount is None]
    if lacking:
        raise NoRatioPlanError(
            given=f"no planned year of {', '.join(lacking[:_NAMED])} ({len(lacking)} in all)",
            expected="planned_mwh_per_year of every plant and user in service",
            remedy="write it into park.toml, or ask with --what-if",
        )
    return {name: Decimal(repr(amount)) for name, amount in found.items()}
