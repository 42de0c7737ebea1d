"""A miniature ledger with its meters and its log, fixed keys: certificates and proof files."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from tests.ledger_books import FEED_IN, NOW_S, PARTIES, PLANTS, POOL, USERS, ZONE, issue_of

from evidence_kit import GATEWAY_KEY, GATEWAY_SECRET, LOG, LOG_KEY, LOG_SECRET, block, term
from taihang.core.balance.matching import split_pro_rata
from taihang.core.certificates.act import OPERATOR, Act, Buy, Claim, Issuance, List, Pay
from taihang.core.certificates.act_document import act_bytes, act_digest
from taihang.core.certificates.certificate import Certificate, Piece, State
from taihang.core.certificates.claim_document import (
    IssueShown,
    LedgerShown,
    acts_part,
    days_part,
    moves,
    standing_part,
)
from taihang.core.certificates.deals import price_of
from taihang.core.certificates.holdings import Books, Service
from taihang.core.certificates.issue import Issue, IssueLots, day_leaves, day_tree, lots_of
from taihang.core.certificates.ledger import apply_acts
from taihang.core.certificates.record import ActRecord, pieces_of
from taihang.core.certificates.sheet import Sheet, SheetRoute
from taihang.core.certificates.state_tree import (
    ACTS,
    STATE,
    acts_body,
    issue_state,
    state_body,
    state_tree,
)
from taihang.core.periods import STEP_S, days
from taihang.core.seal import batch_v2
from taihang.core.seal.batch import ClockState, Envelope, SealedBatch, open_batch
from taihang.core.seal.bundle import Bundle, ShownKey, batch_evidence, build_bundle, event_evidence
from taihang.core.seal.canonical import JsonValue
from taihang.core.seal.event import LogEvent, seal_event
from taihang.core.seal.pool_totals import PoolDay, pool_days, pool_tree
from taihang.core.seal.share_list import SHARES
from taihang.core.seal.statement import EnergyStatement
from taihang.core.tlog.checkpoint import Checkpoint, sign_checkpoint
from taihang.core.tlog.merkle import Tree, leaf_hash

SHARED_MONTH = "2026-06"
"""Of the sums of the pool; a test lets them be of another."""
N_DAYS: Final = 3
PERIOD: Final = days(date(2026, 6, 1), N_DAYS, ZONE)
MONTH: Final = "2026-06"
METERS: Final[Mapping[str, str]] = {"PV01": "M-PV01", "W01": "M-W01", "E01": "M-E01"}
PRICE: Final = "30"
Steps = NDArray[np.int64]


def salt(label: str, n: int = 0) -> bytes:
    """A salt that depends on its label only."""
    return leaf_hash(f"{label} {n}".encode())[:16]


def generated() -> Steps:
    """Counts of both plants by formula, shape (2, n)."""
    step = np.arange(PERIOD.n_steps)
    hour = step % 96
    sun = np.where(np.abs(hour - 48) < 5, 30 + (step * 7) % 23, 0)
    wind = np.where(hour % 11 == 0, 9 + (step * 5) % 13, 0)
    return np.array([sun, wind], np.int64)


def loads() -> Steps:
    """Counts of three users by formula, shape (3, n)."""
    step = np.arange(PERIOD.n_steps)
    return np.array([9 + (step * 3) % 7, 5 + (step * 11) % 17, 8 + step % 5], np.int64)


SCALE_WH: Final = 10


def sheet() -> Sheet:
    """What the pool gave, and what was left for the grid."""
    supply_wh, load_wh = generated() * SCALE_WH, loads() * SCALE_WH
    total_wh = np.minimum(supply_wh.sum(axis=0), load_wh.sum(axis=0))
    given_wh = split_pro_rata(total_wh, weights_wh=supply_wh)
    received_wh = split_pro_rata(total_wh, weights_wh=load_wh)
    none = np.zeros((0, PERIOD.n_steps), np.int64)
    return Sheet(
        month=MONTH,
        period=PERIOD,
        journal_size=7,
        park_sha256="ab" * 32,
        rule="dedicated-first-pro-rata/v1",
        routes=(
            SheetRoute(POOL, PLANTS, USERS, given_wh, received_wh),
            SheetRoute(FEED_IN, PLANTS, (), supply_wh - given_wh, none),
        ),
    )


@dataclass(frozen=True)
class Made:
    """An issue with its lots."""

    issue: Issue
    lots: IssueLots
    day_salts: tuple[bytes, ...]


@dataclass(frozen=True)
class Kit:
    """Everything behind the proof files."""

    made: dict[str, Made]
    books: Books
    records: tuple[ActRecord, ...]
    ledger: LedgerShown
    batches: tuple[SealedBatch, ...]
    events: tuple[bytes, ...]
    pool: tuple[PoolDay, ...]
    tree: Tree
    note: str

    def shown(self, name: str) -> IssueShown:
        """An issue with everything that is secret of it."""
        made = self.made[name]
        ones = self.books.certificates(name)
        salts = [salt(f"certificate {one.id}") for one in ones]
        return IssueShown(
            certificates=ones, salts=salts, lots=made.lots, day_salts=made.day_salts, zone=ZONE
        )

    def history(self, one: Certificate) -> list[int]:
        """Places of the acts that moved the positions of a certificate."""
        return [
            place
            for place, record in enumerate(self.records)
            if any(moves(piece, one) for piece in record.moved)
        ]

    def claim(self, one: Certificate, *, whole: bool = True) -> dict[str, JsonValue]:
        """What a file claims of a certificate; not whole: for anybody, without any interval."""
        issue = self.shown(one.issue)
        numbers = self.history(one)
        chosen = numbers if whole else sorted({numbers[0], numbers[-1]})
        nothing: dict[str, JsonValue] = {"days": [], "n_days": 1}
        parts = days_part(one, issue=issue) if whole else nothing
        return {
            "kind": "certificate",
            **standing_part(one, issue=issue, ledger=self.ledger),
            "acts": acts_part(chosen, ledger=self.ledger),
            "history": "whole" if whole else "ends",
            **parts,
            "step": None,
        }

    def prove(
        self,
        claim: dict[str, JsonValue],
        *,
        subjects: tuple[str, ...] = (),
        n_events: int = 2,
    ) -> bytes:
        """The proof file of a claim, with the readings of some subjects."""
        points = [METERS[subject] for subject in subjects]
        size = self.tree.size
        first = len(self.batches)
        bundle = Bundle(
            claim=claim,
            checkpoint_note=self.note,
            statements=[statement_of(subject).document() for subject in sorted(subjects)],
            keys=[ShownKey(name="gw-1", ordinal=1, key=GATEWAY_KEY)] if subjects else [],
            evidence=[
                batch_evidence(
                    batch,
                    points=points,
                    leaf_index=at,
                    inclusion=self.tree.inclusion_proof(at, size=size),
                )
                for at, batch in enumerate(self.batches)
            ]
            if subjects
            else [],
            events=[
                event_evidence(
                    data,
                    leaf_index=first + at,
                    inclusion=self.tree.inclusion_proof(first + at, size=size),
                )
                for at, data in enumerate(self.events[:n_events])
            ],
        )
        return build_bundle(bundle, log=LOG, sign=LOG_SECRET.sign)


def statement_of(subject: str) -> EnergyStatement:
    """The energy of a plant or user over the period."""
    names: tuple[str, ...] = (*PLANTS, "E01")
    rows = dict[str, Steps](zip(names, (*generated(), loads()[0]), strict=True))
    return EnergyStatement(
        id=f"energy.{subject}.{MONTH}.v1",
        kind="energy",
        subject=subject,
        park="mini",
        period=PERIOD,
        title_zh=f"{subject} 电量",
        title_en=f"energy of {subject}",
        terms=(term(METERS[subject]),),
        energy_wh=int(rows[subject].sum()) * SCALE_WH,
        missing=0,
        factors=(),
        divisor=1_000,
        unit="kWh",
        code_version="0.1.0",
        version=1,
        supersedes=None,
        reason="first issue",
    )


def pool_file(*, with_load: bool = True, kit: Kit | None = None) -> bytes:
    """The file of what E01 got from the pool and claimed: with its load, or without."""
    kit = kit or small_kit()
    (one,) = kit.books.certificates(f"{MONTH}.pool.E01")
    claim = kit.claim(one)
    if not with_load:
        return kit.prove(claim, subjects=PLANTS)
    tree = pool_tree(kit.pool, salts=pool_salts())
    lots = kit.made[one.issue].lots
    none: list[JsonValue] = [0] * len(np.unique(lots.starts_s))
    step: dict[str, JsonValue] = {
        "plants": [*PLANTS],
        "limit_wh": 0,
        "earlier_wh": none,
        "pool": [pool_day(kit, tree, at) for at in range(N_DAYS)],
    }
    claim["step"] = step
    return kit.prove(claim, subjects=(*PLANTS, "E01"), n_events=3)


def pool_day(kit: Kit, tree: Tree, at: int) -> JsonValue:
    """The sums of a day with their way to the root."""
    path = b"".join(tree.inclusion_proof(at, size=tree.size))
    return {
        "index": at,
        "path": _base64(path),
        "salt": _base64(pool_salts()[at]),
        "sums": kit.pool[at].document(),
    }


def fed_file(*, whole: bool = True) -> bytes:
    """The file of what a buyer claimed of what PV01 fed into the grid; or that for anybody."""
    kit = small_kit()
    one = claimed_fed(kit)
    subjects = ("PV01",) if whole else ()
    return kit.prove(kit.claim(one, whole=whole), subjects=subjects)


def claimed_fed(kit: Kit) -> Certificate:
    """The certificate that the buyer claimed."""
    ones = kit.books.certificates(f"{MONTH}.feed-in.G1.PV01")
    return next(one for one in ones if one.state is State.CLAIMED)


def pool_salts() -> list[bytes]:
    """Salts of the days of the pool."""
    return [salt("pool", n) for n in range(N_DAYS)]


def _base64(data: bytes) -> str:
    return b64encode(data).decode()


@cache
def small_kit() -> Kit:
    """The one kit of the golden files; nobody changes it."""
    made = made_issues()
    return kit_of(made, (*issuances(made), *_sold_and_claimed(made)))


def made_issues() -> dict[str, Made]:
    """Every issue of the sheet by its id."""
    return {each.issue.id: each for each in _made(sheet())}


def kit_of(made: dict[str, Made], acts: Sequence[Act]) -> Kit:
    """A kit in which some acts were done, all of which must be done."""
    services = {plant: Service(None, None) for plant in PLANTS}
    books = Books(parties=PARTIES, services=services)
    outcomes = apply_acts(books, acts)
    assert all(outcome.change for outcome in outcomes), [o.refusal for o in outcomes]
    states = [
        issue_state(ones, salts=[salt(f"certificate {one.id}") for one in ones])
        for ones in (books.certificates(name) for name in made)
    ]
    records = tuple(
        ActRecord(
            number,
            act.id,
            act_digest(act),
            act_bytes(act).decode(),
            pieces_of(outcome.change.moved if outcome.change else ()),
        )
        for number, (act, outcome) in enumerate(zip(acts, outcomes, strict=True), 1)
    )
    ledger = LedgerShown(
        acts=[record.document for record in records],
        act_salts=[salt("act", n) for n in range(len(acts))],
        states=states,
        state_salts=[salt("issue", n) for n in range(len(states))],
    )
    pool = tuple(_pool())
    events = tuple(_events(ledger, pool))
    batches = tuple(_batches())
    tree = Tree(leaf_hash(batch.leaf_entry) for batch in batches)
    for data in events:
        tree.append(leaf_hash(data))
    note = sign_checkpoint(
        Checkpoint(LOG.name, tree.size, tree.root()), public_key=LOG_KEY, sign=LOG_SECRET.sign
    )
    return Kit(made, books, records, ledger, batches, events, pool, tree, note)


def _made(from_sheet: Sheet) -> list[Made]:
    found: list[Made] = []
    for route in from_sheet.routes:
        for recipient, pairs_wh in route.each():
            lots = lots_of(pairs_wh, plants=route.plants, start_s=PERIOD.start_s)
            fed = route.route == FEED_IN
            plain = issue_of(
                lots,
                route=route.route,
                recipient=recipient,
                holder="owner" if fed else recipient,
                sheet=from_sheet.sha256,
            )
            leaves = day_leaves(plain.id, lots, zone=ZONE)
            salts = tuple(salt(f"day {plain.id}", n) for n in range(len(leaves)))
            root = day_tree(leaves, salts=salts).root().hex()
            issue = replace(plain, rule=from_sheet.rule, lots_root=root)
            found.append(Made(issue, lots, salts))
    return found


def issuances(made: dict[str, Made]) -> list[Act]:
    """The acts that make every issue."""
    return [
        Issuance(id=f"issue:{name}", actor=OPERATOR, at_s=NOW_S, issue=each.issue)
        for name, each in made.items()
    ]


def _sold_and_claimed(made: dict[str, Made]) -> list[Act]:
    fed = made[f"{MONTH}.feed-in.G1.PV01"].issue
    listing = List(
        id="l1",
        actor="owner",
        at_s=NOW_S + 100,
        price_cny_per_mwh=Decimal(PRICE),
        open_until_s=NOW_S + 10_000,
        pay_within_s=1_000,
        wh=None,
        pieces=(Piece(fed.id, 100, fed.total_wh),),
    )
    bought_wh = fed.total_wh // 2
    return [
        listing,
        Buy(id="b1", actor="buyer", at_s=NOW_S + 200, listing="l1", wh=bought_wh),
        Pay(
            id="p1",
            actor="owner",
            at_s=NOW_S + 300,
            deal="b1",
            amount_cny=price_of(listing, wh=bought_wh),
            reference="bank-77",
        ),
        Claim(
            id="c1",
            actor="buyer",
            at_s=NOW_S + 400,
            purpose="scope 2",
            beneficiary="Buyer & Sons",
            period="2026",
            wh=bought_wh - 50,
            pieces=(),
        ),
        Claim(
            id="c2",
            actor="E01",
            at_s=NOW_S + 500,
            purpose="own use",
            beneficiary="E01",
            period=MONTH,
            wh=None,
            pieces=(Piece(f"{MONTH}.pool.E01", 0, made[f"{MONTH}.pool.E01"].issue.total_wh),),
        ),
    ]


def _pool() -> list[PoolDay]:
    pool = sheet().routes[0]
    return pool_days(
        PERIOD,
        demand_wh=(loads() * SCALE_WH).sum(axis=0),
        given_wh=pool.received_wh.sum(axis=0),
        zone=ZONE,
    )


def _events(ledger: LedgerShown, pool: tuple[PoolDay, ...]) -> list[bytes]:
    acts = Tree(
        leaf_hash(salt + text.encode())
        for text, salt in zip(ledger.acts, ledger.act_salts, strict=True)
    )
    states = state_tree(ledger.states, salts=ledger.state_salts)
    sums = pool_tree(pool, salts=pool_salts())
    shares: dict[str, JsonValue] = {
        "period": SHARED_MONTH,
        "pool": {"n": sums.size, "root": sums.root().hex()},
    }
    bodies: dict[str, dict[str, JsonValue]] = {
        ACTS: acts_body(acts),
        STATE: state_body(states, n_acts=len(ledger.acts)),
        SHARES: shares,
    }
    return [
        seal_event(LogEvent(kind, NOW_S + 600 + n, salt("event", n), body))
        for n, (kind, body) in enumerate(bodies.items())
    ]


def _batches() -> list[SealedBatch]:
    names: tuple[str, ...] = (*PLANTS, "E01")
    rows = dict[str, Steps](zip(names, (*generated(), loads()[0]), strict=True))
    found: list[SealedBatch] = []
    for day in range(N_DAYS):
        part = slice(day * 96, day * 96 + 96 + (day == N_DAYS - 1))
        blocks = [
            block(
                METERS[subject],
                np.concatenate([[0], np.cumsum(counts)])[part].tolist(),
                start_s=PERIOD.start_s + day * 96 * STEP_S,
            )
            for subject, counts in rows.items()
        ]
        envelope = Envelope(
            gateway="gw-1",
            counter=day + 1,
            sent_at_s=PERIOD.start_s + (day + 1) * 86_400 + 60,
            clock=ClockState.SYNCHRONISED,
            origin={"kind": "simulator", "seed": "7"},
        )
        data = batch_v2.seal_batch(
            envelope, blocks=blocks, seed=salt("batch", day), sign=GATEWAY_SECRET.sign
        )
        found.append(open_batch(data))
    return found
