"""The stored ledger: durable, one group one transaction, and never another answer than the law's.

The full race, 16 processes with 200 rounds each, is ``pytest --hypothesis-profile=long`` of this
file.
"""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import Error
from hypothesis import settings
from tests.ledger_books import (
    NOW_S,
    empty_books,
    fed_in,
    issuance,
    later,
    less,
    piece,
    sheet_of,
    told,
)
from tests.ledger_race import N_CERTIFICATES, QUARTER_WH, SERVICES, WHO, issues, prepare, race

from registers import Place
from taihang.adapters.registry.certificates import DamagedLedgerError, LedgerMovedError
from taihang.adapters.registry.store import Registry
from taihang.core.certificates.act import (
    OPERATOR,
    Accept,
    Act,
    Buy,
    Claim,
    Correct,
    List,
    Offer,
    Pay,
    Withdraw,
)
from taihang.core.certificates.certificate import Piece, demand_partition
from taihang.core.certificates.holdings import Books
from taihang.core.certificates.ledger import apply_acts
from taihang.core.certificates.record import Recorded
from taihang.core.certificates.refusal import ActIdReusedError, MoreThanHeldError
from taihang.core.certificates.sheet import open_sheet, sheet_bytes

MADE = fed_in((60_000_000, 40_000_000))
CLAIM = Claim(
    id="c",
    actor="owner",
    at_s=NOW_S,
    purpose="p",
    beneficiary="owner",
    period="2026-06",
    wh=30,
    pieces=(),
)
LIST = List(
    id="list",
    actor="owner",
    at_s=NOW_S,
    price_cny_per_mwh=Decimal("4.50"),
    open_until_s=NOW_S + 100,
    pay_within_s=50,
    wh=None,
    pieces=(piece(MADE, 10_000_000, 90_000_000),),
)
STORY: tuple[Act, ...] = (
    issuance(MADE),
    LIST,
    Buy(id="buy", actor="E02", at_s=NOW_S + 1, listing="list", wh=2_000_000),
    Pay(
        id="pay",
        actor="owner",
        at_s=NOW_S + 2,
        deal="buy",
        amount_cny=Decimal("9.00"),
        reference="r",
    ),
    replace(CLAIM, actor="E02", wh=1_500_000),
    Offer(
        id="offer",
        actor="owner",
        at_s=NOW_S,
        price_cny_per_mwh=Decimal(0),
        open_until_s=NOW_S + 9,
        pay_within_s=1,
        wh=5_000_000,
        pieces=(),
        to="E01",
    ),
    Accept(id="accept", actor="E01", at_s=NOW_S, offer="offer"),
    Correct(
        id="correct",
        actor=OPERATOR,
        at_s=NOW_S,
        issue=MADE.id,
        sheet_sha256="ef" * 32,
        reason="late readings",
        lots=(less(55_000_000, stop_wh=60_000_000),),
    ),
    issuance(later(MADE)),
)


def _apply(registry: Registry, acts: Sequence[Act]) -> list[Recorded]:
    return registry.certificates.apply(acts, parties=WHO, services=SERVICES)


def _by_the_law(acts: Sequence[Act]) -> Books:
    books = empty_books()
    assert all(outcome.refusal is None for outcome in apply_acts(books, acts))
    return books


@pytest.mark.parametrize("size", [1, 3, len(STORY)])
def test_apply__in_groups_of_any_size__is_what_the_law_says(place: Place, size: int) -> None:
    for first in range(0, len(STORY), size):
        with place.register() as registry:
            done = _apply(registry, STORY[first : first + size])
            assert [each.refusal for each in done] == [None] * len(done)

    books = _by_the_law(STORY)
    with place.register() as registry:
        tables = registry.certificates
        assert tables.issues() == list(books.issues())
        for made in books.issues():
            assert tables.certificates(made.id) == list(books.certificates(made.id))
        assert tables.owed_wh() == books.owing == {"PV01": 2_000_000}
        assert [record.number for record in tables.acts()] == list(range(1, len(STORY) + 1))


def test_apply__again__tells_what_was_done_and_does_nothing(place: Place) -> None:
    with place.register() as registry:
        first = _apply(registry, [issuance(MADE), CLAIM, CLAIM])
    with place.register() as registry:
        again = _apply(registry, [CLAIM])
        other = _apply(registry, [replace(CLAIM, wh=31)])

    assert [each.is_repeated for each in first] == [False, False, True]
    assert first[1].moved == first[2].moved == again[0].moved == (Piece(MADE.id, 0, 30),)
    assert again[0].is_repeated
    assert isinstance(other[0].refusal, ActIdReusedError)


def test_apply__one_of_a_group_refused__leaves_the_others(place: Place) -> None:
    too_much = replace(CLAIM, id="more", wh=200_000_000)
    with place.register() as registry:
        done = _apply(registry, [issuance(MADE), too_much, CLAIM])
        states = told(registry.certificates.certificates(MADE.id))

    assert isinstance(done[1].refusal, MoreThanHeldError)
    assert states[0] == (0, 30, "claimed", "owner")


def test_apply__by_two_openings_in_turn__sees_what_the_other_did(place: Place) -> None:
    with place.register() as one, place.register() as other:
        _apply(one, [issuance(MADE)])
        _apply(other, [CLAIM])
        (late,) = _apply(one, [replace(CLAIM, id="c2", wh=None, pieces=(piece(MADE, 0, 5),))])

    assert isinstance(late.refusal, MoreThanHeldError)


def test_apply__on_a_row_that_was_changed_by_hand__writes_nothing(place: Place) -> None:
    with place.register() as registry:
        _apply(registry, [issuance(MADE)])
        place.by_hand("UPDATE certificate SET holder = 'E03'")

        with pytest.raises(LedgerMovedError, match="0 of 1 rows"):
            _apply(registry, [CLAIM])

        assert registry.certificates.act("c") is None
        assert [record.id for record in registry.certificates.acts()] == [f"issue:{MADE.id}"]


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE certificate SET stop_wh = first_wh",
        "UPDATE certificate SET first_wh = -1",
        (
            'INSERT INTO certificate SELECT issue, 5, stop_wh, state, holder, "to", act, expires_s,'
            " kind FROM certificate"
        ),
        "INSERT INTO certificate_act SELECT 99, id, sha256, document, moved FROM certificate_act",
        "INSERT INTO certificate_issue SELECT id, 99, month, document FROM certificate_issue",
    ],
)
def test_database__refuses_what_the_ledger_would_never_write(place: Place, sql: str) -> None:
    with place.register() as registry:
        _apply(registry, [issuance(MADE)])

    with pytest.raises((Exception, Error), match=r"(?i)constraint"):
        place.by_hand(sql)


def test_acts__altered_by_hand__are_named(place: Place) -> None:
    with place.register() as registry:
        _apply(registry, [issuance(MADE), CLAIM])
        place.by_hand("UPDATE certificate_act SET document = '{}' WHERE id = 'c'")

        with pytest.raises(DamagedLedgerError, match="the act c"):
            list(registry.certificates.acts())


def test_sheet__comes_back_to_the_byte_and_is_kept_once(place: Place) -> None:
    data = sheet_bytes(sheet_of())
    with place.register() as registry:
        for _ in range(2):
            registry.certificates.apply(
                [], parties=WHO, services=SERVICES, sheets=[("2026-06", data)]
            )
        (name,) = registry.certificates.sheets("2026-06")
    with place.register() as registry:
        assert registry.certificates.sheet(name) == data
        assert open_sheet(data).sha256 == name
        place.by_hand(f"UPDATE certificate_sheet SET sha256 = '{'ab' * 32}'")
        with pytest.raises(DamagedLedgerError, match="absent or altered"):
            registry.certificates.sheet(name)
        with pytest.raises(DamagedLedgerError, match="absent or altered"):
            registry.certificates.sheet("ab" * 32)


def test_apply__with_sheets__is_all_or_nothing(place: Place) -> None:
    data = sheet_bytes(sheet_of())
    with place.register() as registry:
        with pytest.raises(MoreThanHeldError):
            registry.certificates.apply(
                [issuance(MADE), replace(CLAIM, wh=200_000_000)],
                parties=WHO,
                services=SERVICES,
                sheets=[("2026-06", data)],
            )
        assert registry.certificates.sheets("2026-06") == []
        assert registry.certificates.issues() == []

        registry.certificates.apply(
            [issuance(MADE), CLAIM], parties=WHO, services=SERVICES, sheets=[("2026-06", data)]
        )
        assert [record.id for record in registry.certificates.acts_named("issue:")] == [
            f"issue:{MADE.id}"
        ]
        assert len(registry.certificates.sheets("2026-06")) == 1


def test_totals_and_roll__say_what_is_held_and_what_was_said(place: Place) -> None:
    with place.register() as registry:
        _apply(registry, STORY[:5])
        tables = registry.certificates
        with tables.steady():
            totals = tables.totals()
            roll = tables.act_roll()
        of_buyer = tables.certificates_of("E02")

    assert sum(totals.values()) == MADE.total_wh
    assert totals[MADE.id, "claimed", "E02"] == 1_500_000
    assert [entry.id for entry in roll] == [act.id for act in STORY[:5]]
    assert sum(one.wh for one in of_buyer) == 2_000_000
    assert {entry.kind for entry in roll} == {"certificate-act"}


def test_apply__random_acts_in_random_groups__is_what_the_law_says(place: Place) -> None:
    dice = random.Random(7)  # noqa: S311 # the same story again
    made = [replace(MADE, id=f"i{number}") for number in range(4)]
    acts: list[Act] = [issuance(one) for one in made]
    for number in range(300):
        first_wh = dice.randrange(0, 99_000_000)
        at = piece(dice.choice(made), first_wh, first_wh + dice.randrange(1, 900_000))
        if dice.random() < 0.5:
            acts.append(replace(CLAIM, id=f"c{number}", wh=None, pieces=(at,)))
        else:
            acts.append(
                Withdraw(id=f"w{number}", actor=OPERATOR, at_s=NOW_S, reason="r", pieces=(at,))
            )
    books = empty_books()
    expected = [outcome.refusal is None for outcome in apply_acts(books, acts)]

    done: list[bool] = []
    with place.register() as registry:
        while len(done) < len(acts):
            part = acts[len(done) : len(done) + dice.randrange(1, 60)]
            done += [each.refusal is None for each in _apply(registry, part)]
        for one in made:
            assert registry.certificates.certificates(one.id) == list(books.certificates(one.id))

    assert done == expected
    assert True in expected
    assert False in expected


def test_race__many_processes_killed_at_random__each_watt_hour_is_claimed_once(
    place: Place, tmp_path: Path
) -> None:
    is_long = settings().max_examples >= 2_000
    n_processes, n_rounds, n_kills = (16, 200, 100) if is_long else (4, 60, 8)
    prepare(place)

    ran = race(
        place,
        tmp_path,
        n_processes=n_processes,
        n_rounds=n_rounds,
        n_kills=n_kills,
        seed=1,
    )

    assert len(ran.acknowledged) == n_processes * n_rounds
    assert ran.n_kills >= n_kills // 4
    with place.register() as registry:
        tables = registry.certificates
        records = {record.id: record for record in tables.acts()}
        for made in issues():
            demand_partition(tables.certificates(made.id), issue=made.id, total_wh=made.total_wh)
        totals = tables.totals()
    claimed = Counter(
        (one.issue, one.first_wh)
        for record in records.values()
        if record.id.startswith("claim.")
        for one in record.moved
    )
    # One of the processes has each piece, and whoever was told that it has one has it.
    assert set(claimed.values()) == {1}
    assert len(claimed) == n_rounds
    for act, pieces in ran.acknowledged.items():
        assert (records[act].moved if act in records else ()) == pieces
    by_state = Counter[str]()
    for (_, state, _), wh in totals.items():
        by_state[state] += wh
    assert by_state["claimed"] == n_rounds * QUARTER_WH
    assert sum(by_state.values()) == N_CERTIFICATES * 1_000
