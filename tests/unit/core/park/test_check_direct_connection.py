from dataclasses import replace
from decimal import Decimal

from taihang.core.park.check import check_park
from taihang.core.park.direct_connection import DirectConnection, Remedy, RemedyKind
from taihang.core.park.park import Park
from taihang.core.park.problem import path_text

CURTAIL = Remedy(
    id="C",
    kind=RemedyKind.CURTAIL,
    name_zh="限发",
    name_en="Curtail",
    price_cny_per_mwh=None,
    most_mwh_per_day=None,
    loss_ratio=None,
    source="test",
)


def _problems(park: Park, remedy: Remedy) -> list[str]:
    stated = DirectConnection(limits={}, remedies={remedy.id: remedy}, shapes={}, forecast=None)
    return [path_text(p.path) for p in check_park(replace(park, direct_connection=stated))]


def test_check_direct_connection__lets_only_curtailing_go_without_a_daily_limit(park: Park) -> None:
    assert _problems(park, CURTAIL) == []
    for kind in (RemedyKind.SHIFT, RemedyKind.ADD):
        assert _problems(park, replace(CURTAIL, kind=kind)) == ["remedies.C.most_mwh_per_day"]


def test_check_direct_connection__wants_the_loss_of_charging_and_of_nothing_else(
    park: Park,
) -> None:
    charge = replace(CURTAIL, kind=RemedyKind.CHARGE, most_mwh_per_day=Decimal(1))

    assert _problems(park, charge) == ["remedies.C.loss_ratio"]
    assert _problems(park, replace(charge, loss_ratio=Decimal("0.1"))) == []
    assert _problems(park, replace(CURTAIL, loss_ratio=Decimal("0.1"))) == ["remedies.C.loss_ratio"]


def test_check_direct_connection__wants_a_limit_of_export_somewhere(park: Park) -> None:
    accounting = replace(park.accounting, export_limit_ratio=None)

    problems = check_park(replace(park, accounting=accounting))

    assert [path_text(p.path) for p in problems] == ["accounting.export_limit_ratio"]
