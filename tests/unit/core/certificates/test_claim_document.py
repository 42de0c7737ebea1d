"""What a file claims of a certificate follows from the ledger, at every state that there is."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

import pytest
from verify_taihang import Refused, verify

import certificate_kit
from certificate_kit import (
    MONTH,
    Kit,
    Made,
    issuances,
    kit_of,
    made_issues,
    pool_file,
    small_kit,
)
from evidence_kit import LOG, LOG_KEY, LOG_SECRET
from ledger_books import NOW_S, ZONE
from taihang.core.certificates import claim_document, state_tree
from taihang.core.certificates.act import (
    OPERATOR,
    Accept,
    Act,
    Buy,
    Claim,
    Correct,
    Decline,
    Delist,
    Expire,
    LessOfLot,
    List,
    Offer,
    Pay,
    Revoke,
    Withdraw,
)
from taihang.core.certificates.act_document import act_bytes
from taihang.core.certificates.certificate import Certificate, Piece, State
from taihang.core.certificates.claim_document import (
    LedgerShown,
    acts_part,
    days_part,
    standing_part,
)
from taihang.core.certificates.deals import price_of
from taihang.core.certificates.issue import Issue, IssueLots, day_leaves, day_tree
from taihang.core.certificates.state_tree import certificate_document, issue_state
from taihang.core.seal.canonical import JsonValue
from taihang.core.seal.event import LogEvent, seal_event
from taihang.core.tlog.checkpoint import Checkpoint, sign_checkpoint
from taihang.core.tlog.merkle import Tree, leaf_hash

FED = f"{MONTH}.feed-in.G1.PV01"
WIND = f"{MONTH}.feed-in.G1.W01"
POOL = f"{MONTH}.pool.E01"


def offer(name: str, piece: Piece, *, price: str = "25", at_s: int = 10) -> Offer:
    return Offer(
        id=name,
        actor="owner",
        at_s=NOW_S + at_s,
        price_cny_per_mwh=Decimal(price),
        open_until_s=NOW_S + 5_000,
        pay_within_s=100,
        wh=None,
        pieces=(piece,),
        to="buyer",
    )


def all_kinds(made: dict[str, Made]) -> Iterator[Act]:
    """Every kind of act at least once, but those of cover."""
    fed, wind = made[FED].issue, made[WIND].issue
    terms = offer("o1", Piece(FED, 0, 300))
    listing = List(
        id="l1",
        actor="owner",
        at_s=NOW_S + 20,
        price_cny_per_mwh=Decimal(30),
        open_until_s=NOW_S + 5_000,
        pay_within_s=100,
        wh=None,
        pieces=(Piece(FED, 300, 1_000),),
    )
    yield terms
    yield Accept(id="a1", actor="buyer", at_s=NOW_S + 11, offer="o1")
    yield Pay(
        id="p1",
        actor=OPERATOR,
        at_s=NOW_S + 12,
        deal="a1",
        amount_cny=price_of(terms, wh=300),
        reference="bank-1",
    )
    yield listing
    yield Buy(id="b1", actor="buyer", at_s=NOW_S + 21, listing="l1", wh=200)
    yield Delist(id="d1", actor="owner", at_s=NOW_S + 22, listing="l1")
    yield Revoke(id="r1", actor="owner", at_s=NOW_S + 500, deal="b1")
    yield offer("o2", Piece(FED, 1_000, 1_100))
    yield Decline(id="n2", actor="buyer", at_s=NOW_S + 30, offer="o2")
    yield offer("o3", Piece(FED, 1_100, 1_200))
    yield Revoke(id="r3", actor="owner", at_s=NOW_S + 31, deal="o3")
    yield offer("gift", Piece(FED, 1_200, 1_300), price="0")
    yield Accept(id="a4", actor="buyer", at_s=NOW_S + 32, offer="gift")
    yield offer("o5", Piece(FED, 1_300, 1_400))
    yield Claim(
        id="c1",
        actor="buyer",
        at_s=NOW_S + 40,
        purpose="scope 2",
        beneficiary="Buyer",
        period="2026",
        wh=350,
        pieces=(),
    )
    yield Withdraw(
        id="w1", actor=OPERATOR, at_s=NOW_S + 50, reason="r", pieces=(Piece(FED, 1_500, 1_600),)
    )
    yield _correction(fed, made[FED])
    yield Expire(
        id="x1", actor=OPERATOR, at_s=wind.expires_s, pieces=(Piece(WIND, 0, wind.total_wh),)
    )


def _correction(issue: Issue, made: Made) -> Correct:
    stop_wh = made.lots.total_wh
    first_wh = stop_wh - int(made.lots.wh[-1])
    lot = LessOfLot("PV01", int(made.lots.starts_s[-1]), first_wh, stop_wh, 1)
    return Correct(
        id="k1",
        actor=OPERATOR,
        at_s=NOW_S + 60,
        issue=issue.id,
        sheet_sha256="ee" * 32,
        reason="late readings",
        lots=(lot,),
    )


def every_certificate(kit: Kit) -> list[Certificate]:
    return [one for name in kit.made for one in kit.books.certificates(name)]


@pytest.mark.parametrize("whole", [True, False])
def test_claim__of_every_state_by_every_kind_of_act_is_accepted(*, whole: bool) -> None:
    made = made_issues()
    kit = kit_of(made, [*issuances(made), *all_kinds(made)])
    seen = set[str]()
    for one in every_certificate(kit):
        report = verify(kit.prove(kit.claim(one, whole=whole)), LOG_KEY)
        assert report["value"] == str(one.wh)
        assert report["shown"]["state"][0].startswith(f"{one.state.value}, {one.holder}")
        seen |= {line.split()[2] for line in report["shown"]["act"]}

    assert seen >= {"issue", "revoke", "decline", "accept", "withdraw", "correct", "expire"}
    assert not whole or seen >= {"list", "offer", "buy", "pay", "claim", "delist"}


def test_claim__at_every_moment_of_the_history_is_accepted() -> None:
    made = made_issues()
    acts = [*issuances(made), *all_kinds(made)]
    for n in range(len(made), len(acts) + 1):
        kit = kit_of(made, acts[:n])
        for one in kit.books.certificates(FED):
            verify(kit.prove(kit.claim(one)), LOG_KEY)


@pytest.mark.parametrize("gone", range(1, 5))
def test_claim__with_an_act_left_out_is_refused(gone: int) -> None:
    kit = small_kit()
    one = next(each for each in kit.books.certificates(FED) if each.act == "c1")
    claim = kit.claim(one)
    acts = claim["acts"]
    assert isinstance(acts, list)
    claim["acts"] = [*acts[:gone], *acts[gone + 1 :]]

    with pytest.raises(Refused):
        verify(kit.prove(claim), LOG_KEY)


def test_claim__of_another_holders_certificate_does_not_take_this_ones_acts() -> None:
    kit = small_kit()
    ones = kit.books.certificates(FED)
    claims = [kit.claim(one) for one in ones]
    refused = 0
    for i, claim in enumerate(claims):
        for j, other in enumerate(claims):
            if ones[i].act != ones[j].act:
                with pytest.raises(Refused):
                    verify(kit.prove({**claim, "acts": other["acts"]}), LOG_KEY)
                refused += 1

    assert refused >= 6


def test_moves__names_the_acts_that_moved_these_positions_alone() -> None:
    kit = small_kit()
    told = {
        one.id.rpartition(":")[2]: [kit.records[n].id for n in kit.history(one)]
        for one in kit.books.certificates(FED)
    }

    assert told["0-100"] == [f"issue:{FED}"]
    assert told["100-1335"] == [f"issue:{FED}", "l1", "b1", "p1", "c1"]
    assert told["1385-2571"] == [f"issue:{FED}", "l1"]


def test_days_part__shows_whole_days_of_the_issue_and_of_no_other() -> None:
    kit = small_kit()
    one = kit.books.certificates(FED)[1]
    part = days_part(one, issue=kit.shown(FED))
    days = part["days"]
    assert isinstance(days, list)

    assert part["n_days"] == 3
    assert 1 <= len(days) <= 3
    assert "E02" not in json.dumps(days)


def test_standing_part__and_acts_part_lead_to_the_two_events() -> None:
    kit = small_kit()
    one = kit.books.certificates(POOL)[0]
    standing = standing_part(one, issue=kit.shown(POOL), ledger=kit.ledger)
    acts = acts_part([0, 9], ledger=kit.ledger)

    assert set(standing) == {"certificate", "issue"}
    assert len(acts) == 2


def test_verify__refuses_a_park_whose_certificates_overlap(monkeypatch: pytest.MonkeyPatch) -> None:
    def shifted(one: Certificate) -> dict[str, JsonValue]:
        honest = certificate_document(one)
        if one.issue != FED or one.first_wh != 100:
            return honest
        return honest | {"first_wh": 50, "stop_wh": one.stop_wh - 50}

    for module in (state_tree, claim_document):
        monkeypatch.setattr(module, "certificate_document", shifted)
    made = made_issues()
    kit = kit_of(made, [*issuances(made), *some_acts(made)])
    one = kit.books.certificates(FED)[1]

    assert one.first_wh == 100
    with pytest.raises(Refused, match="100"):
        verify(kit.prove(kit.claim(one)), LOG_KEY)


def test_verify__refuses_a_park_that_hides_an_act_from_the_state() -> None:
    made = made_issues()
    one = whole(made)

    assert verify(lying([issuance(made)], one), LOG_KEY)["value"] == str(one.wh)
    with pytest.raises(Refused, match="acts"):
        verify(lying([issuance(made)], one, n_acts=2), LOG_KEY)


def some_acts(made: dict[str, Made]) -> list[Act]:
    del made
    return [offer("cut", Piece(FED, 100, 600))]


def issuance(made: dict[str, Made]) -> Act:
    return next(act for act in issuances(made) if act.id == f"issue:{FED}")


def whole(made: dict[str, Made], **fields: object) -> Certificate:
    """The whole issue as one certificate, with other fields."""
    issue = made[FED].issue
    first = Certificate(
        FED, 0, issue.total_wh, State.HELD, issue.holder, "", f"issue:{FED}", issue.expires_s,
        issue.kind,
    )  # fmt: skip
    return replace(first, **fields)


def lying(
    acts: list[Act], one: Certificate, *, n_acts: int | None = None, history: str = "whole"
) -> bytes:
    """The file of a park that commits to any acts and any state that it likes."""
    salts = [bytes([n]) * 16 for n in range(len(acts))]
    texts = [act_bytes(act).decode() for act in acts]
    state = issue_state([one], salts=[bytes(16)])
    ledger = LedgerShown(acts=texts, act_salts=salts, states=[state], state_salts=[bytes(16)])
    roll = Tree(leaf_hash(salt + text.encode()) for salt, text in zip(salts, texts, strict=True))
    states = state_tree.state_tree([state], salts=[bytes(16)])
    events = [
        seal_event(LogEvent(kind, NOW_S, bytes(16), body))
        for kind, body in (
            (state_tree.ACTS, state_tree.acts_body(roll)),
            (state_tree.STATE, state_tree.state_body(states, n_acts=n_acts or len(acts))),
        )
    ]
    tree = Tree(map(leaf_hash, events))
    note = sign_checkpoint(
        Checkpoint(LOG.name, tree.size, tree.root()), public_key=LOG_KEY, sign=LOG_SECRET.sign
    )
    issue = replace(small_kit().shown(one.issue), certificates=[one], salts=[bytes(16)])
    claim: dict[str, JsonValue] = {
        "kind": "certificate",
        **standing_part(one, issue=issue, ledger=ledger),
        "acts": acts_part(range(len(acts)), ledger=ledger),
        "history": history,
        "days": [],
        "n_days": 1,
        "step": None,
    }
    kit = replace(small_kit(), batches=(), events=tuple(events), tree=tree, note=note)
    return kit.prove(claim)


def claimed(actor: str = "owner", **fields: object) -> Claim:
    act = Claim(
        id="c", actor=actor, at_s=NOW_S + 9, purpose="p", beneficiary="b", period="2026", wh=None,
        pieces=(Piece(FED, 0, 10_000),),
    )  # fmt: skip
    return replace(act, **fields)


OFFERED = offer("o", Piece(FED, 0, 10_000))
CONSENT = Accept(id="a", actor="buyer", at_s=NOW_S + 11, offer="o")
PAID = Pay(
    id="p", actor="owner", at_s=NOW_S + 12, deal="a", amount_cny=Decimal(1), reference="r"
)  # fmt: skip
CLAIMED = {"state": State.CLAIMED, "act": "c"}
BOUGHT = {"holder": "buyer", "act": "p"}
LIES: Mapping[str, tuple[Sequence[Act], Mapping[str, object]]] = {
    "claimed by another": ([claimed("buyer")], CLAIMED),
    "claimed for another": ([claimed()], {**CLAIMED, "holder": "buyer"}),
    "claimed twice": ([claimed(), claimed(id="d")], {**CLAIMED, "act": "d"}),
    "the same act twice": ([OFFERED, OFFERED], {"state": State.IN_TRANSFER, "act": "o"}),
    "held and not claimed": ([claimed()], {"act": "c"}),
    "another last act": ([claimed()], {"state": State.CLAIMED, "act": f"issue:{FED}"}),
    "claimed too late": ([claimed(at_s=whole(made_issues()).expires_s)], CLAIMED),
    "of other positions": ([claimed(pieces=(Piece(FED, 1, 10_000),))], CLAIMED),
    "of too little": ([claimed(wh=5, pieces=())], CLAIMED),
    "sold unasked": ([CONSENT, PAID], BOUGHT),
    "accepted by a third": ([OFFERED, replace(CONSENT, actor="E01"), PAID], BOUGHT),
    "paid for another deal": ([OFFERED, CONSENT, replace(PAID, deal="x")], BOUGHT),
    "paid by a third": ([OFFERED, CONSENT, replace(PAID, actor="E01")], BOUGHT),
    "unpaid": ([OFFERED, CONSENT], {"holder": "buyer", "act": "a"}),
    "bought from oneself": ([replace(OFFERED, to="owner")], {
        "state": State.IN_TRANSFER, "act": "o", "to": "owner",
    }),
    "expired too early": ([
        Expire(id="x", actor=OPERATOR, at_s=NOW_S, pieces=(Piece(FED, 0, 10_000),)),
    ], {"state": State.EXPIRED, "act": "x"}),
    "of another issue": ([], {"expires_s": 5}),
}  # fmt: skip


@pytest.mark.parametrize("name", LIES)
def test_verify__refuses_a_history_that_is_against_the_law(name: str) -> None:
    made = made_issues()
    acts, fields = LIES[name]

    with pytest.raises(Refused):
        verify(lying([issuance(made), *acts], whole(made, **fields)), LOG_KEY)


def test_verify__accepts_the_lawful_ones_of_these_histories() -> None:
    made = made_issues()
    sold = [issuance(made), OFFERED, CONSENT, PAID]

    assert verify(lying(sold, whole(made, **BOUGHT)), LOG_KEY)
    assert verify(lying([issuance(made), claimed()], whole(made, **CLAIMED)), LOG_KEY)
    bought = claimed("buyer")
    assert verify(lying([*sold, bought], whole(made, **{**CLAIMED, "holder": "buyer"})), LOG_KEY)


def test_verify__refuses_lots_that_the_plants_did_not_generate(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = made_issues()
    little = certificate_kit.generated() // 20
    monkeypatch.setattr(certificate_kit, "generated", lambda: little)
    kit = kit_of(made, issuances(made))
    (one,) = kit.books.certificates(FED)

    with pytest.raises(Refused, match="Wh is measured"):
        verify(kit.prove(kit.claim(one), subjects=("PV01",)), LOG_KEY)


def test_verify__refuses_a_share_of_the_pool_that_the_rule_does_not_give(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = made_issues()
    honest = certificate_kit.loads()
    assert verify(pool_file(kit=kit_of(made, issuances(made))), LOG_KEY)
    honest[0] //= 2
    monkeypatch.setattr(certificate_kit, "loads", lambda: honest)

    with pytest.raises(Refused, match="what the rule gives"):
        verify(pool_file(kit=kit_of(made, issuances(made))), LOG_KEY)


def test_verify__refuses_sums_of_the_pool_of_another_month(monkeypatch: pytest.MonkeyPatch) -> None:
    made = made_issues()
    monkeypatch.setattr(certificate_kit, "SHARED_MONTH", "2026-07")

    with pytest.raises(Refused, match="2026-07"):
        verify(pool_file(kit=kit_of(made, issuances(made))), LOG_KEY)


@pytest.mark.parametrize("where", ["turned", "moved"])
def test_verify__refuses_lots_in_another_order_or_of_another_plant(where: str) -> None:
    made = made_issues()
    lots = made[POOL].lots
    if where == "turned":
        other = replace(lots, rows=1 - lots.rows, starts_s=lots.starts_s)
    else:
        starts_s = lots.starts_s.copy()
        starts_s[[3, 4]] = starts_s[[4, 3]]
        other = replace(lots, starts_s=starts_s)
    changed = rebuilt(made[POOL], other)
    kit = kit_of({**made, POOL: changed}, issuances({**made, POOL: changed}))
    (one,) = kit.books.certificates(POOL)

    with pytest.raises(Refused, match=r"claim\.days"):
        verify(kit.prove(kit.claim(one)), LOG_KEY)


def test_verify__refuses_to_believe_that_what_was_used_was_sold() -> None:
    made = made_issues()
    issue = made[POOL].issue
    first = next(act for act in issuances(made) if act.id == f"issue:{POOL}")
    one = Certificate(
        POOL, 0, issue.total_wh, State.LISTED, "E01", "", "l", issue.expires_s, issue.kind
    )
    listing = List(
        id="l", actor="E01", at_s=NOW_S, price_cny_per_mwh=Decimal(1), open_until_s=NOW_S + 9,
        pay_within_s=9, wh=None, pieces=(one.piece,),
    )  # fmt: skip

    with pytest.raises(Refused, match="tradable"):
        verify(lying([first, listing], one), LOG_KEY)


def rebuilt(made: Made, lots: IssueLots) -> Made:
    """The issue with other lots, to which the park commits as to the honest ones."""
    leaves = day_leaves(made.issue.id, lots, zone=ZONE)
    root = day_tree(leaves, salts=made.day_salts).root().hex()
    return replace(made, lots=lots, issue=replace(made.issue, lots_root=root))


ENDS: Mapping[str, tuple[Act, Mapping[str, object]]] = {
    "another last act": (claimed(), {"state": State.CLAIMED, "act": "d"}),
    "a state that it does not leave": (claimed(), {"state": State.EXPIRED, "act": "c"}),
    "claimed by another": (claimed("buyer"), CLAIMED),
    "of other positions": (claimed(pieces=(Piece(FED, 1, 10_000),)), CLAIMED),
    "of another issue": (claimed(pieces=(Piece(POOL, 0, 10_000),)), CLAIMED),
}


@pytest.mark.parametrize("name", ENDS)
def test_verify__refuses_a_last_act_that_does_not_leave_what_there_is(name: str) -> None:
    made = made_issues()
    act, fields = ENDS[name]
    honest = lying([issuance(made), claimed()], whole(made, **CLAIMED), history="ends")

    assert verify(honest, LOG_KEY)["value"]
    with pytest.raises(Refused, match=r"claim\.(acts\[1\]|certificate)"):
        verify(lying([issuance(made), act], whole(made, **fields), history="ends"), LOG_KEY)


def test_verify__refuses_a_lot_twice_and_a_lot_outside_of_its_plants_part() -> None:
    made = made_issues()[POOL]
    twice = made.lots.starts_s.copy()
    same = next(n for n in range(1, len(twice)) if made.lots.rows[n] == made.lots.rows[n - 1])
    twice[same] = twice[same - 1]
    late = made.lots.starts_s.copy()
    late[-1] += 900
    for starts_s in (twice, late):
        changed = {**made_issues(), POOL: rebuilt(made, replace(made.lots, starts_s=starts_s))}
        kit = kit_of(changed, issuances(changed))
        (one,) = kit.books.certificates(POOL)
        with pytest.raises(Refused, match=r"claim\.days"):
            verify(kit.prove(kit.claim(one)), LOG_KEY)
