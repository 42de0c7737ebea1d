"""Who may hold certificates: everybody of the park that park.toml names, and nobody else."""

from certified_park import text
from small_park import WITH_BATTERY
from taihang.config.park_file import read_park
from taihang.core.balance.matching import Route, RouteKind
from taihang.core.certificates.holdings import Service
from taihang.core.park.park import Park
from taihang.core.periods import month
from taihang.services.certificate_parties import first_holder, parties_of, services_of

FED_IN = Route(RouteKind.FEED_IN, "G1")
POOL = Route(RouteKind.POOL, "park")


def _park(*, owner: bool = False, service: str = "") -> Park:
    found = text(base=WITH_BATTERY, more='owns = ["PV01"]\n' if owner else "")
    if owner:
        found = found.replace('fed_in = "plant"', 'fed_in = "owner"')
    return read_park(
        found.replace("capacity_kw = 1500", f"capacity_kw = 1500{service}"), source="park.toml"
    )


def test_parties_of__are_users_batteries_plants_and_parties() -> None:
    assert parties_of(_park()) == {"E01", "E02", "B1", "PV01", "OUT"}
    assert parties_of(_park(owner=True)) == {"E01", "E02", "B1", "OUT"}


def test_first_holder__of_what_is_fed_in__is_plant_or_owner() -> None:
    assert first_holder(FED_IN, "PV01", park=_park()) == "PV01"
    assert first_holder(FED_IN, "PV01", park=_park(owner=True)) == "OUT"


def test_first_holder__of_what_is_used__is_who_used_it() -> None:
    assert first_holder(POOL, "E01", park=_park(owner=True)) == "E01"


def test_services_of__are_local_days() -> None:
    park = _park(service=", in_service = { since = 2026-08-01, until = 2026-09-01 }")
    august = month("2026-08", park.zone)

    assert services_of(park) == {"PV01": Service(august.start_s, august.end_s)}
    assert services_of(_park()) == {"PV01": Service(None, None)}
