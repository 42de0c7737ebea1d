"""Remedies against a second formulation: a linear model that decides every day by itself."""

from dataclasses import replace
from decimal import Decimal
from math import ceil

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taihang.adapters.highs import solve
from taihang.core.dispatch.model import ModelBuilder
from taihang.core.park.direct_connection import Remedy, RemedyKind
from taihang.core.quantities import WH_PER_MWH
from taihang.core.ratio.outlook import SYMBOLS, Thresholds
from taihang.core.ratio.remedy import (
    PRICED_MAX,
    Case,
    Cure,
    RemedyCountError,
    cheapest_cure,
    most_wh,
)

ASKED = Thresholds(
    self_use_min_ratio=Decimal("0.60"),
    green_min_ratio=Decimal("0.30"),
    export_max_ratio=Decimal("0.20"),
    storage_losses_in_load=True,
)
SHORT_COST = 1e6
_OF_RATIO = dict(zip(SYMBOLS, ("self", "green", "export"), strict=True))


def remedy(
    name: str, kind: RemedyKind, price: int | None, a_day: int | None = None, loss: str = "0.10"
) -> Remedy:
    return Remedy(
        id=name,
        kind=kind,
        name_zh=name,
        name_en=name,
        price_cny_per_mwh=None if price is None else Decimal(price),
        most_mwh_per_day=None if a_day is None else Decimal(a_day),
        loss_ratio=Decimal(loss) if kind is RemedyKind.CHARGE else None,
        source="test",
    )


CURTAIL = remedy("CURTAIL", RemedyKind.CURTAIL, 332)
CHARGE = remedy("CHARGE", RemedyKind.CHARGE, 120, 16)
SHIFT = remedy("SHIFT", RemedyKind.SHIFT, 200, 25)
ADD = remedy("ADD", RemedyKind.ADD, None, 40)


def case(self_use: int = 0, green: int = 0, export: int = 0, days: tuple[int, ...] = ()) -> Case:
    """A case in MWh."""
    needs = (self_use, green, export)
    return Case(
        needs_wh={s: n * WH_PER_MWH for s, n in zip(SYMBOLS, needs, strict=True)},
        exported_by_day_wh=tuple(day * WH_PER_MWH for day in days),
    )


def _doses(cure: Cure) -> dict[str, int]:
    return {dose.remedy.id: dose.energy_wh for dose in cure.doses}


def test_cheapest_cure__takes_the_cheapest_first_and_the_next_where_it_ends() -> None:
    cure = cheapest_cure(
        case(export=250, days=(50,) * 10), [CURTAIL, CHARGE, SHIFT, ADD], asked=ASKED
    )

    mwh = {name: wh // WH_PER_MWH for name, wh in _doses(cure).items()}
    assert mwh == {"CURTAIL": 0, "CHARGE": 160, "SHIFT": 90}, "ADD has no price"
    assert cure.cost_cny == 160 * 120 + 90 * 200
    assert cure.is_enough
    assert cure.allowance_value_cny_per_mwh == 200, "one MWh more of allowance spares one shift"


def test_cheapest_cure__curtailing_raises_no_share_of_self_use() -> None:
    cure = cheapest_cure(case(self_use=100, days=(50,) * 10), [CURTAIL], asked=ASKED)

    assert _doses(cure) == {"CURTAIL": 0}
    assert cure.short_wh == {"R_self": 100 * WH_PER_MWH, "R_green": 0, "R_exp": 0}
    assert not cure.is_enough


def test_cheapest_cure__cannot_touch_what_is_exported_already() -> None:
    cure = cheapest_cure(case(export=100, days=(10, 0, 20)), [CURTAIL, CHARGE], asked=ASKED)

    assert sum(_doses(cure).values()) == 30 * WH_PER_MWH
    assert cure.short_wh["R_exp"] == 70 * WH_PER_MWH
    assert cure.allowance_value_cny_per_mwh is None, "no price reaches that far"


def test_cheapest_cure__counts_the_loss_of_storage_only_where_it_is_load() -> None:
    green = case(green=10, days=(16,) * 30)
    outside = replace(ASKED, storage_losses_in_load=False)

    inside_wh = _doses(cheapest_cure(green, [CHARGE], asked=ASKED))["CHARGE"]
    outside_wh = _doses(cheapest_cure(green, [CHARGE], asked=outside))["CHARGE"]

    assert inside_wh == ceil(10 * WH_PER_MWH / (1 - 0.3 * 0.1))
    assert outside_wh == 10 * WH_PER_MWH


def test_cheapest_cure__says_the_last_day_on_which_it_is_enough_to_begin() -> None:
    cure = cheapest_cure(case(export=32, days=(50, 50, 50, 0, 50)), [CHARGE], asked=ASKED)

    assert cure.latest_start == 2, "16 MWh on day 2, nothing on day 3, 16 MWh on day 4"
    assert cure.doses[0].latest_start == 2


def test_cheapest_cure__asks_nothing_where_nothing_is_missed() -> None:
    cure = cheapest_cure(case(days=(50,)), [CURTAIL, CHARGE], asked=ASKED)

    assert (cure.cost_cny, cure.latest_start, cure.allowance_value_cny_per_mwh) == (0, None, 0)


def test_cheapest_cure__names_what_is_short_where_nothing_is_priced() -> None:
    cure = cheapest_cure(case(export=5, days=(50,)), [ADD], asked=ASKED)

    assert cure.doses == ()
    assert cure.short_wh["R_exp"] == 5 * WH_PER_MWH


def test_cheapest_cure__refuses_more_remedies_than_it_weighs() -> None:
    many = [replace(CURTAIL, id=f"C{n}") for n in range(PRICED_MAX + 1)]

    with pytest.raises(RemedyCountError, match="7 remedies"):
        cheapest_cure(case(), many, asked=ASKED)


_KINDS = st.sampled_from(list(RemedyKind))
_REMEDIES = st.lists(
    st.builds(
        remedy,
        st.just("x"),
        _KINDS,
        st.integers(0, 500),
        st.integers(1, 60),
    ),
    max_size=4,
).map(lambda found: [replace(each, id=f"R{at}") for at, each in enumerate(found)])
_CASES = st.builds(
    case,
    st.integers(0, 200),
    st.integers(0, 200),
    st.integers(0, 200),
    st.lists(st.integers(0, 80), max_size=6).map(tuple),
)


def _by_day(of: Case, remedies: list[Remedy]) -> float:
    """The least cost if every day is decided by itself, shortage included. [CNY]"""
    builder = ModelBuilder()
    n = len(of.exported_by_day_wh)
    most = np.array(of.exported_by_day_wh, np.float64) / WH_PER_MWH
    daily = [
        builder.columns(
            f"x_{each.id}_mwh",
            lower=0.0,
            upper=np.minimum(most, float(each.most_mwh_per_day or 0)),
            size=n,
            cost=float(each.price_cny_per_mwh or 0),
        )
        for each in remedies
    ]
    short = builder.columns("short_mwh", lower=0.0, upper=np.inf, size=3, cost=SHORT_COST)
    if n and daily:
        builder.rows("day_mwh", [(x, 1.0) for x in daily], lower=-np.inf, upper=most)
    for at, symbol in enumerate(SYMBOLS):
        effect = {
            RemedyKind.CURTAIL: (0.0, 0.0, 1.0),
            RemedyKind.CHARGE: (1.0, 1.0 - 0.3 * 0.1, 1.0),
            RemedyKind.SHIFT: (1.0, 1.0, 1.0),
            RemedyKind.ADD: (1.0, 1.0 - 0.3, 1.0),
        }
        terms = [
            (x[day : day + 1], effect[each.kind][at])
            for each, x in zip(remedies, daily, strict=True)
            for day in range(n)
        ]
        need = of.needs_wh[symbol] / WH_PER_MWH
        terms.append((short[at : at + 1], 1.0))
        builder.rows(f"need_{_OF_RATIO[symbol]}_mwh", terms, lower=need, upper=np.inf)
    found = solve(builder.build(), time_limit_s=5, gap=0)
    assert found.objective is not None
    return found.objective


@settings(deadline=None)
@given(_CASES, _REMEDIES)
def test_cheapest_cure__is_as_cheap_as_deciding_every_day_by_itself(
    of: Case, remedies: list[Remedy]
) -> None:
    cure = cheapest_cure(of, remedies, asked=ASKED)

    short_mwh = sum(cure.short_wh.values()) / WH_PER_MWH
    total = float(cure.cost_cny) + SHORT_COST * short_mwh
    assert total == pytest.approx(_by_day(of, remedies), abs=3.0 + 1e-6 * total)


@given(_CASES, _REMEDIES)
def test_cheapest_cure__never_takes_more_than_there_is(of: Case, remedies: list[Remedy]) -> None:
    cure = cheapest_cure(of, remedies, asked=ASKED)

    called = [dose for dose in cure.doses if dose.energy_wh]
    assert sum(dose.energy_wh for dose in called) <= sum(of.exported_by_day_wh) + len(called)
    assert all(dose.energy_wh <= most_wh(of, [dose.remedy]) for dose in called)
