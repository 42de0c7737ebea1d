"""Whether each asset is possible in itself: days of service, battery limits, planned energy."""

from collections.abc import Iterator, Mapping

from taihang.core.park.assets import Asset, Battery, ChargingStation, Enterprise, InService, Plant
from taihang.core.park.park import Park
from taihang.core.park.problem import KeyPath, ParkProblem

HOURS_PER_YEAR_MAX = 8_784
"""Hours of a leap year [h]: no planned energy may need more at full power."""
_KWH_PER_MWH = 1_000


def check_assets(park: Park) -> Iterator[ParkProblem]:
    """Yield what is wrong with single assets and with the days of service of every object.

    Args:
        park: The park.

    Yields:
        Problems in the order of the park file.
    """
    yield from _check_days("grids", park.grids)
    yield from _check_days("enterprises", park.enterprises)
    yield from _check_days("plants", park.plants)
    yield from _check_days("stations", park.stations)
    yield from _check_days("batteries", park.batteries)
    for enterprise in park.enterprises.values():
        yield from _check_plan(
            ("enterprises", enterprise.id), enterprise, full_kw=enterprise.transformer_kva
        )
    for plant in park.plants.values():
        yield from _check_plan(("plants", plant.id), plant, full_kw=plant.capacity_kw)
    for station in park.stations.values():
        yield from _check_plan(("stations", station.id), station, full_kw=station.capacity_kw)
    for battery in park.batteries.values():
        yield from _check_battery(battery)


def check_in_service(path: KeyPath, in_service: InService) -> Iterator[ParkProblem]:
    """Yield a problem where days of service end before they begin.

    Args:
        path: Where the object stands.
        in_service: Its days.

    Yields:
        At most one problem.
    """
    since, until = in_service.since, in_service.until
    if since is not None and until is not None and until <= since:
        yield ParkProblem(
            path=(*path, "in_service"),
            given=f"since {since.isoformat()} until {until.isoformat()}",
            expected="a day `until`, the first day no more, after the day `since`",
            remedy="swap or correct the two days",
        )


def _check_days(kind: str, assets: Mapping[str, Asset]) -> Iterator[ParkProblem]:
    for asset in assets.values():
        yield from check_in_service((kind, asset.id), asset.in_service)


def _check_plan(
    path: KeyPath, asset: Enterprise | Plant | ChargingStation, *, full_kw: float
) -> Iterator[ParkProblem]:
    planned_mwh = asset.planned_mwh_per_year
    possible_mwh = full_kw * HOURS_PER_YEAR_MAX / _KWH_PER_MWH
    if planned_mwh is not None and planned_mwh > possible_mwh:
        yield ParkProblem(
            path=(*path, "planned_mwh_per_year"),
            given=f"{planned_mwh:g} MWh a year",
            expected=f"at most {possible_mwh:.0f}, which is {full_kw:g} kW for a whole year",
            remedy="correct the plan or the rating; 1 GWh is 1000",
        )


def _check_battery(battery: Battery) -> Iterator[ParkProblem]:
    path = ("batteries", battery.id)
    for key, ratio in (
        ("charge_efficiency_ratio", battery.charge_efficiency_ratio),
        ("discharge_efficiency_ratio", battery.discharge_efficiency_ratio),
    ):
        if not 0 < ratio <= 1:
            yield ParkProblem(
                path=(*path, key),
                given=f"{ratio:g}",
                expected="a ratio above 0 and at most 1",
                remedy="write 0.95 for 95 %",
            )
    for key, ratio in (
        ("soc_min_ratio", battery.soc_min_ratio),
        ("soc_max_ratio", battery.soc_max_ratio),
    ):
        if not 0 <= ratio <= 1:
            yield ParkProblem(
                path=(*path, key),
                given=f"{ratio:g}",
                expected="a ratio from 0 to 1",
                remedy="write 0.10 for 10 %",
            )
    if not 0 <= battery.standing_loss_ratio_per_h < 1:
        yield ParkProblem(
            path=(*path, "standing_loss_ratio_per_h"),
            given=f"{battery.standing_loss_ratio_per_h:g}",
            expected="a share from 0 to less than 1",
            remedy="write 0.00001 for 0.001 % an hour",
        )
    if battery.soc_min_ratio >= battery.soc_max_ratio:
        yield ParkProblem(
            path=(*path, "soc_min_ratio"),
            given=f"{battery.soc_min_ratio:g}",
            expected=f"less than soc_max_ratio, which is {battery.soc_max_ratio:g}",
            remedy="swap or correct the two limits",
        )
