"""Whether a park hangs together: every relation between its objects, checked as a whole.

Types cannot say that a contract names a plant that exists, that each meter has one gateway, or that
a dial is long enough. This module says it, for a park from any source. A batch is judged by a list
of problems; raising is the caller's business.
"""

from collections.abc import Iterator
from decimal import Decimal
from zoneinfo import ZoneInfo

from taihang.core.park.check_asset_company import check_asset_company
from taihang.core.park.check_assets import check_assets
from taihang.core.park.check_carbon import check_carbon
from taihang.core.park.check_contracts import check_contracts
from taihang.core.park.check_direct_connection import check_direct_connection
from taihang.core.park.check_heat import check_heat
from taihang.core.park.check_identity import check_identity
from taihang.core.park.check_limits import check_limits
from taihang.core.park.check_matching import check_matching
from taihang.core.park.check_media import check_media
from taihang.core.park.check_metering import check_metering
from taihang.core.park.check_parties import check_parties
from taihang.core.park.check_peak import check_peak
from taihang.core.park.check_plant_sensors import check_plant_sensors
from taihang.core.park.check_quota import check_quotas
from taihang.core.park.check_reactive import check_reactive
from taihang.core.park.check_score import check_scores
from taihang.core.park.check_topology import check_topology
from taihang.core.park.check_witnesses import check_witnesses
from taihang.core.park.park import PARK_SUBJECT, Park
from taihang.core.park.problem import KeyPath, ParkProblem, Severity
from taihang.core.park.quality import check_estimation

_LATITUDE_MAX_DEG = 90
_LONGITUDE_MAX_DEG = 180


def check_park(park: Park) -> list[ParkProblem]:
    """Find everything that is wrong with a park.

    Args:
        park: The park; nothing about it is taken for granted.

    Returns:
        Every problem found, errors and warnings, in the order of the park file.
    """
    return [
        *_check_place(park),
        *_check_ids(park),
        *check_assets(park),
        *check_topology(park),
        *check_metering(park),
        *check_media(park),
        *check_reactive(park),
        *check_contracts(park),
        *check_matching(park),
        *check_witnesses(park),
        *check_estimation(park.estimation),
        *check_peak(park.peak),
        *check_limits(park.admission, park.limits, park.closed_units),
        *check_quotas(park),
        *check_scores(park),
        *check_direct_connection(park),
        *check_heat(park),
        *check_plant_sensors(park),
        *check_asset_company(park),
        *check_identity(park.plants, park.certificate_market),
        *check_parties(park),
        *check_carbon(park),
    ]


def has_errors(problems: list[ParkProblem]) -> bool:
    """Say whether any problem refuses the park."""
    return any(problem.severity is Severity.ERROR for problem in problems)


def _check_place(park: Park) -> Iterator[ParkProblem]:
    if not _is_time_zone(park.time_zone):
        yield ParkProblem(
            path=("park", "time_zone"),
            given=repr(park.time_zone),
            expected="a zone of the IANA time zone database",
            remedy="write for example Asia/Shanghai",
        )
    yield from _check_within(
        ("park", "latitude_deg"), park.latitude_deg, limit=_LATITUDE_MAX_DEG, unit="degrees north"
    )
    yield from _check_within(
        ("park", "longitude_deg"), park.longitude_deg, limit=_LONGITUDE_MAX_DEG, unit="degrees east"
    )
    if park.accounting.export_limit_ratio is not None:
        yield from _check_share("export_limit_ratio", park.accounting.export_limit_ratio)
    yield from _check_share("loss_alarm_ratio", park.accounting.loss_alarm_ratio)


def _check_share(key: str, ratio: Decimal) -> Iterator[ParkProblem]:
    if not 0 <= ratio <= 1:
        yield ParkProblem(
            path=("accounting", key),
            given=str(ratio),
            expected="a share from 0 to 1",
            remedy="write 0.20 for 20 %",
        )


def _check_within(path: KeyPath, value: float, *, limit: float, unit: str) -> Iterator[ParkProblem]:
    if not -limit <= value <= limit:
        yield ParkProblem(
            path=path,
            given=f"{value:g}",
            expected=f"{unit}, from -{limit} to {limit}",
            remedy="correct it; latitude and longitude are easily swapped",
        )


def _is_time_zone(name: str) -> bool:
    # ZoneInfo refuses a bad key with one of three classes, depending on how it is bad; all three
    # descend from these two.
    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        return False
    return True


def _check_ids(park: Park) -> Iterator[ParkProblem]:
    """Ids are one name space, so that a statement may name anything by its id alone."""
    kinds = {
        "grids": park.grids,
        "enterprises": park.enterprises,
        "plants": park.plants,
        "stations": park.stations,
        "batteries": park.batteries,
        "feeders": park.feeders,
        "dedicated_lines": park.dedicated_lines,
        "meters": park.meters,
        "media_meters": park.media_meters,
        "reactive_meters": park.reactive_meters,
        "gateways": park.gateways,
        "series": park.series,
        "green_supplies": park.green_supplies,
        "grid_tariffs": park.grid_tariffs,
        "processes": park.carbon.processes,
        "products": park.carbon.products,
        "precursors": park.carbon.precursors,
    }
    owner: dict[str, str] = {}
    for kind, members in kinds.items():
        for name in members:
            if name == PARK_SUBJECT:
                yield ParkProblem(
                    path=(kind, name),
                    given=repr(name),
                    expected="another id: statements about the whole park bear this one",
                    remedy="rename it",
                )
            if name in owner:
                yield ParkProblem(
                    path=(kind, name),
                    given=f"{name}, which {owner[name]}.{name} bears already",
                    expected="an id that nothing else in the park bears",
                    remedy="rename one of the two",
                )
            owner.setdefault(name, kind)
