"""May a project come: the inequality, every ground for refusal, and the way that would fit."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admission_case import BOOK, RULES, judged, project
from taihang.core.admission.judge import Ground, Judgement, ProjectDemandError, QuantityLine
from taihang.core.admission.ledger import EMPTY, Decision, Outcome, after
from taihang.core.park.limits import AdmissionRules

TONNES = st.decimals(0, 20_000, places=3)


def line(result: Judgement, name: str) -> QuantityLine:
    (found,) = [one for one in result.lines if one.limit.id == name]
    return found


def grounds(result: Judgement) -> list[tuple[str, str]]:
    return [(refusal.ground.value, refusal.of) for refusal in result.refusals]


def test_judge__admits_what_just_fits() -> None:
    result = judged(project())

    assert result.is_admitted
    assert result.decision.net == {"energy": 2_000, "carbon": 4_000, "so2": 10}
    assert [one.over for one in result.lines] == [0, 0, 0]


def test_judge__names_each_limiting_quantity_and_by_how_much() -> None:
    result = judged(project(carbon="4000.001", so2="12"), energy_tce="1999")

    assert [(r.ground, r.of, r.detail) for r in result.refusals] == [
        (Ground.LIMIT, "carbon", "0.001"),
        (Ground.LIMIT, "so2", "2"),
    ]
    assert result.decision == Decision(project="PJ1", outcome=Outcome.REFUSED, net={}, units=())
    # 1.25 t must be closed for each tonne.
    assert line(result, "so2").more_to_close == Decimal("2.5")
    assert line(result, "energy").more_to_close == 0


def test_judge__names_the_free_closed_units_that_would_be_enough() -> None:
    assert judged(project(so2="12")).ways_out == ("K1", "K2")
    assert judged(project(so2="20")).ways_out == ("K2",)
    assert judged(project(so2="12"), energy_tce="2001").ways_out == ("K1",)
    assert judged(project(so2="10")).ways_out == ()


def test_judge__what_was_closed_counts_over_the_ratio_and_never_above_the_demand() -> None:
    result = judged(project(so2="30", replaces=("K1", "K2")), energy_tce="100")

    assert result.is_admitted
    assert line(result, "so2").replaced == 30  # of 55 / 1.25 = 44
    assert line(result, "energy").replaced == 100  # of 1 000 / 1.25 = 800
    assert result.decision.units == ("K1", "K2")


def test_judge__a_book_that_is_overdrawn_is_not_mended_by_replacement() -> None:
    full = replace(BOOK.limits["so2"], committed=Decimal(101))
    book = replace(BOOK, limits={**BOOK.limits, "so2": full})

    result = judged(project(so2="5", replaces=("K2",)), book=book)

    assert grounds(result) == [("limit", "so2")]
    assert line(result, "so2").more_to_close is None


@pytest.mark.parametrize(
    ("changes", "rules"),
    [
        ({"is_high_energy_high_pollution": True}, RULES),
        ({"sector": "C3110"}, RULES),
        ({"sector": "C38"}, replace(RULES, negative_sectors=("C38",))),
    ],
)
def test_judge__what_is_on_the_negative_list_is_always_refused(
    changes: dict[str, object], rules: AdmissionRules
) -> None:
    small = project(carbon="0", so2="0")
    asking = replace(small, **changes)

    result = judged(asking, energy_tce="0", book=replace(BOOK, rules=rules))

    assert grounds(result) == [("negative-list", asking.sector)]


def test_judge__asks_for_level_and_evaluation() -> None:
    result = judged(replace(project(), efficiency_level=3), lacks_evaluation=True)

    assert grounds(result) == [("efficiency", "3"), ("evaluation-missing", "PJ1")]
    assert judged(replace(project(), efficiency_level=1)).is_admitted


def test_judge__traces_each_closed_unit() -> None:
    held = Decision(project="PJ0", outcome=Outcome.ADMITTED, net={}, units=("K1",))
    asking = project(so2="0", replaces=("K1", "K2", "K2", "K3", "K9"))

    result = judged(asking, ledger=after(EMPTY, held))

    assert [(r.ground.value, r.of, r.detail) for r in result.refusals] == [
        ("unit-used", "K1", "PJ0"),
        ("unit-used", "K2", "PJ1"),
        ("unit-not-closed", "K3", "2027-01-01"),
        ("unit-unknown", "K9", ""),
    ]


def test_judge__what_was_built_is_committed_and_what_was_admitted_is_reserved() -> None:
    ledger = EMPTY
    for name, outcome in (
        ("A", Outcome.ADMITTED),
        ("A", Outcome.BUILT),
        ("B", Outcome.ADMITTED),
    ):
        net = {"so2": Decimal(3)} if outcome is Outcome.ADMITTED else {}
        ledger = after(ledger, Decision(project=name, outcome=outcome, net=net, units=()))

    found = line(judged(project(), ledger=ledger), "so2")

    assert (found.committed, found.reserved, found.after) == (93, 3, 106)


@pytest.mark.parametrize("demands", [{}, {"so2": "1", "nox": "1"}, {"so2": "1", "carbon": "1"}])
def test_judge__every_stated_limit_is_spoken_of_and_no_other(demands: dict[str, str]) -> None:
    asking = replace(project(), demands={name: Decimal(a) for name, a in demands.items()})

    with pytest.raises(ProjectDemandError):
        judged(asking)


@given(carbon=TONNES, so2=TONNES, energy=TONNES, units=st.sets(st.sampled_from(["K1", "K2"])))
def test_judge__admits_if_and_only_if_every_sum_keeps_its_limit(
    carbon: Decimal, so2: Decimal, energy: Decimal, units: set[str]
) -> None:
    asking = project(carbon=str(carbon), so2=str(so2), replaces=tuple(sorted(units)))

    result = judged(asking, energy_tce=str(energy))

    demand = {"energy": energy, "carbon": carbon, "so2": so2}
    fits = True
    for name, one in BOOK.limits.items():
        freed = sum((BOOK.closed_units[u].frees.get(name, Decimal(0)) for u in units), Decimal(0))
        replaced = min(freed / Decimal("1.25"), demand[name])
        fits &= one.committed + demand[name] - replaced <= one.limit
    assert result.is_admitted is fits


@given(so2=st.decimals("10.001", 60, places=3))
def test_more_to_close__is_just_enough(so2: Decimal) -> None:
    short = line(judged(project(so2=str(so2))), "so2").more_to_close
    assert short is not None

    def with_closed(amount: Decimal) -> Judgement:
        closed = replace(BOOK.closed_units["K2"], frees={"so2": amount})
        book = replace(BOOK, closed_units={"K2": closed})
        return judged(project(so2=str(so2), replaces=("K2",)), book=book)

    assert with_closed(short).is_admitted
    assert not with_closed(short - Decimal("0.00001")).is_admitted
