"""The stand-alone verifier: it accepts what is right and refuses every altered byte, by name."""

import ast
import json
import struct
import sys
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from evidence_kit import (
    COAL,
    GATEWAY_KEY,
    GATEWAY_SECRET,
    LOG,
    LOG_KEY,
    LOG_SECRET,
    MISSING_COUNT,
    OTHER_SECRET,
    START_S,
    MiniLog,
    block,
    golden_log,
    golden_statement,
    sealed,
    statement,
    term,
    verify_signature,
)
from taihang.core.facts import Fact
from taihang.core.metering.readings import MeterEvent, MeterEventKind, ReadingBlock
from taihang.core.seal.canonical import JsonValue, canonical_bytes
from taihang.core.seal.proof import build_proof, evidence_of
from taihang.core.series import Quality, Quantity
from taihang.core.tlog.merkle import Tree, leaf_hash

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT))
from verify_taihang import (  # noqa: E402  the verifier stands alone, outside the package
    ORDER,
    Refused,
    decode_point,
    ed25519_verify,
    main,
    verify,
)

GOLDEN = ROOT / "tests/golden/sealed_batch/proof.json"
M1 = "M1"


def _resealed(document: dict[str, JsonValue]) -> bytes:
    """Return the file as a log would hand it out that lies about the rest."""
    rest: dict[str, JsonValue] = {k: v for k, v in document.items() if k != "seal"}
    seal = LOG_SECRET.sign(b"taihang/proof/v1\n" + canonical_bytes(rest))
    return canonical_bytes(rest | {"seal": b64encode(seal).decode()})


def _altered(change: Callable[[dict[str, JsonValue]], None]) -> dict[str, JsonValue]:
    document: dict[str, JsonValue] = json.loads(GOLDEN.read_bytes())
    change(document)
    return document


def _at(document: JsonValue, *path: str | int) -> dict[str, JsonValue]:
    for step in path:
        match document, step:
            case list(), int():
                document = document[step]
            case dict(), str():
                document = document[step]
            case _:
                pytest.fail(f"no {step!r} on the way to {path}")
    assert isinstance(document, dict)
    return document


# ── What is right ──


def test_verify__accepts_the_golden_proof_and_agrees_with_the_core() -> None:
    report = verify(GOLDEN.read_bytes(), LOG_KEY)

    assert golden_statement().document() == report["statements"][0]
    assert (report["readings"], report["batches"], report["tree_size"]) == (6, 3, 3)
    assert report["gateways"] == [("gw-1", 1, GATEWAY_KEY.hex())]
    assert report["measured"][0] == {"M-E01": 4}
    assert report["log_name"] == "park.example/log"
    assert report["log_key"] == LOG_KEY.hex()
    assert "log-key" not in report["warnings"]
    assert "log-key" in verify(GOLDEN.read_bytes())["warnings"]


def test_verify__finds_each_leaf_of_a_log_of_any_size() -> None:
    for size in range(1, 20):
        batches = [
            sealed(block(M1, [i * 3, i * 3 + 3], start_s=START_S + 900 * i), counter=i + 1)
            for i in range(size)
        ]
        what = statement(term(M1), energy_wh=30 * size, missing=0, intervals=size)

        report = verify(MiniLog.of(*batches).prove(what))

        assert report["tree_size"] == report["batches"] == report["measured"][0][M1] == size


# ── Every altered byte ──


def test_verify__refuses_a_flipped_bit_in_every_byte_of_a_proof() -> None:
    data = GOLDEN.read_bytes()

    accepted: list[int] = []
    for at in range(len(data)):
        altered = bytearray(data)
        altered[at] ^= 1 << (at * 5 + 1) % 8
        try:
            verify(bytes(altered))
        except Refused:
            continue
        accepted.append(at)

    assert len(data) > 3_500
    assert accepted == []


@given(at=st.integers(0, 5_000), cut=st.integers(0, 3), more=st.binary(max_size=3))
def test_verify__refuses_insertions_and_deletions_anywhere(at: int, cut: int, more: bytes) -> None:
    data = GOLDEN.read_bytes()
    altered = data[:at] + more + data[at + cut :]
    if altered == data:
        return

    with pytest.raises(Refused):
        verify(altered)


@given(st.binary(max_size=200) | st.text().map(str.encode) | st.just(b"[" * 100_000))
def test_verify__refuses_what_is_no_proof_without_falling_over(data: bytes) -> None:
    with pytest.raises(Refused):
        verify(data)


# ── Where ──


def test_verify__names_the_byte_that_is_not_canonical() -> None:
    data = GOLDEN.read_bytes()

    with pytest.raises(Refused, match=f"file, byte {len(data)}: not the canonical"):
        verify(data + b"\n")
    with pytest.raises(Refused, match="not a whole number"):
        verify(data.replace(b'"energy_wh":1500', b'"energy_wh":1500.0'))


def _set(*path: str | int, value: JsonValue) -> Callable[[dict[str, JsonValue]], None]:
    def change(document: dict[str, JsonValue]) -> None:
        _at(document, *path[:-1])[str(path[-1])] = value

    return change


def _swap_text(*path: str | int, old: str, new: str) -> Callable[[dict[str, JsonValue]], None]:
    def change(document: dict[str, JsonValue]) -> None:
        holder = _at(document, *path[:-1])
        text = holder[str(path[-1])]
        assert isinstance(text, str)
        assert old in text
        holder[str(path[-1])] = text.replace(old, new)

    return change


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (_set("format", value="taihang-proof/v3"), "format"),
        (_set("also", value=1), "file"),
        (_set("log", "key", value=GATEWAY_KEY.hex()), "checkpoint"),
        (_set("log", "name", value="other.example/log"), "checkpoint"),
        (_swap_text("checkpoint", old="log\n3\n", new="log\n4\n"), "checkpoint"),
        (_set("statement", "energy_wh", value=1_510), "statement.value"),
        (_set("statement", "divisor", value=100_000), "statement.divisor"),
        (_set("statement", "divisor", value=500_000), "statement.divisor"),
        (_set("statement", "divisor", value=10**9), "statement.divisor"),
        (_set("statement", "unit", value="tCO2"), "statement.unit"),
        (_set("statement", "kind", value="coal-equivalent"), "statement.kind"),
        (_set("statement", "kind", value="energy"), "statement.divisor"),
        (_set("statement", "kind", value="scope2-location"), "statement.unit"),
        (_set("statement", "factors", value=[]), "statement.factors"),
        (_set("statement", "factors", 0, "unit", value="tce/kWh"), "statement.factors[0].unit"),
        (_set("statement", "value", value="0.000184350"), "statement.value"),
        (_set("statement", "missing", value=0), "statement.missing"),
        (_set("statement", "intervals", value=6), "statement.intervals"),
        (_set("statement", "rule", value="register-energy/v2"), "statement.rule"),
        (_set("statement", "factors", 0, "value", value="0.1230"), "statement.factors[0].key"),
        (_set("statement", "factors", 0, "region", value="Shanxi"), "statement.factors[0].key"),
        (_set("statement", "factors", 0, "valid_to", value="soon"), "factors[0].valid_to"),
        (_set("statement", "terms", 0, "sign", value=0), "statement.terms[0].sign"),
        (_set("statement", "terms", 0, "sign", value=-1), "statement.energy_wh"),
        (_set("statement", "terms", 0, "scale", value=100), "evidence[0].blocks[0].body.scale"),
        (_set("statement", "terms", 0, "modulus", value=0), "evidence[0].blocks[0].body.modulus"),
        (_set("statement", "terms", 0, "point", value="M9"), "evidence[0].blocks[0].body.point"),
        (_set("statement", "terms", 0, "max_interval_wh", value=350), "statement.missing"),
        (_set("statement", "period", "end", value="2026-06-01T01:10:00Z"), "statement.period.end"),
        (_set("statement", "period", "end", value="2026-06-31T01:15:00Z"), "statement.period.end"),
        (_set("evidence", 0, "signature", value="AA=="), "evidence[0].signature"),
        (
            _swap_text("evidence", 0, "header", old='"counter":42', new='"counter":41'),
            "evidence[0].signature",
        ),
        (
            _swap_text("evidence", 0, "header", old='"v":1', new='"v": 1'),
            "evidence[0].header, byte",
        ),
        (_set("evidence", 1, "leaf_index", value=0), "evidence[1]"),
        (_set("evidence", 2, "leaf_index", value=3), "evidence[2].inclusion"),
        (_set("evidence", 0, "inclusion", value=[]), "evidence[0].inclusion"),
        (_set("evidence", 0, "blocks", 0, "path", value=[]), "evidence[0].blocks[0].path"),
        (_set("evidence", 0, "blocks", 0, "index", value=1), "evidence[0].blocks[0].path"),
        (
            _set("evidence", 0, "blocks", 0, "salt", value="AAAAAAAAAAAAAAAAAAAAAA=="),
            "evidence[0].blocks[0].path",
        ),
        (
            _set("evidence", 0, "blocks", 0, "salt", value="AAAAAAAAAAAAAAAAAAAAAB=="),
            "evidence[0].blocks[0].salt",
        ),
    ],
)
def test_verify__names_the_place_even_if_the_log_sealed_the_lie(
    change: Callable[[dict[str, JsonValue]], None], where: str
) -> None:
    document = _altered(change)

    with pytest.raises(Refused) as refused:
        verify(_resealed(document))

    assert where in refused.value.where
    assert refused.value.why_zh


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("statement", "title", "zh"), "另一个标题"),
        (("statement", "reason"), "other"),
        (("statement", "factors", 0, "document"), "GB/T 2589-2008"),
        (("statement", "factors", 0, "status"), "from-memory"),
        (("seal",), b64encode(bytes(64)).decode()),
    ],
)
def test_verify__finds_with_the_seal_what_nothing_else_covers(
    path: tuple[str | int, ...], value: str
) -> None:
    document = _altered(_set(*path, value=value))

    with pytest.raises(Refused) as refused:
        verify(canonical_bytes(document))

    assert refused.value.where == "seal"


def test_verify__refuses_a_log_key_that_is_not_the_parks() -> None:
    with pytest.raises(Refused, match=r"log\.key: not the key you gave"):
        verify(GOLDEN.read_bytes(), GATEWAY_KEY)


# ── The rule register-energy/v1 ──

_ENERGY = Quantity.ENERGY
_SWAP = MeterEventKind.SWAP


@pytest.mark.parametrize(
    ("blocks", "events", "energy_wh", "missing"),
    [
        pytest.param([block(M1, [0, 5, 9])], (), 90, 0, id="registers"),
        pytest.param([block(M1, [0, None, 9])], (), 0, 2, id="a hole makes two missing"),
        pytest.param([block(M1, [0, 5])], (), 50, 1, id="no register at the end"),
        pytest.param([], (), 0, 2, id="nothing of one point"),
        pytest.param([block(M1, [99_990, 5, 9])], (), 190, 0, id="rollover"),
        pytest.param([block(M1, [500, 5, 9])], (), 40, 1, id="a fall that no rollover explains"),
        pytest.param([block(M1, [0, 501, 510])], (), 90, 1, id="more than the interval can hold"),
        pytest.param([block(M1, [0, 500, 510])], (), 5_100, 0, id="exactly what it can hold"),
        pytest.param(
            [block(M1, [0, 5, 9], quality={1: Quality.ESTIMATED})], (), 0, 2, id="estimated"
        ),
        pytest.param(
            [block(M1, [0, 5, 9], quality={1: Quality.REJECTED})], (), 0, 2, id="rejected"
        ),
        pytest.param([block(M1, [0, 5, 9], quality={1: Quality.MANUAL})], (), 90, 0, id="manual"),
        pytest.param([block(M1, [0, 1, 5, 9], step_s=600)], (), 0, 2, id="only exact edges count"),
        pytest.param(
            [block(M1, [50, 7, 9])],
            (MeterEvent(M1, _SWAP, START_S + 450, 53, 2),),
            30 + 50 + 20, 0, id="swap",
        ),
        pytest.param(
            [block(M1, [50, 7, 9])],
            (MeterEvent(M1, _SWAP, START_S + 900, 53, 2),),
            30 + 50 + 20, 0, id="swap at the end of an interval belongs to it",
        ),
        pytest.param(
            [block(M1, [50, 7, 9])],
            (MeterEvent(M1, _SWAP, START_S, 53, 2),),
            20, 1, id="swap at its start does not",
        ),
        pytest.param(
            [block(M1, [50, 7, 9])],
            (MeterEvent(M1, _SWAP, START_S + 450, 49, 2),),
            20, 1, id="no part of a swap may be negative",
        ),
        pytest.param(
            [block(M1, [50, 7, 9])],
            (
                MeterEvent(M1, _SWAP, START_S + 300, 53, 10),
                MeterEvent(M1, MeterEventKind.RESET, START_S + 600, 14, 0),
            ),
            30 + 40 + 70 + 20, 0, id="a swap and a reset in one interval",
        ),
        pytest.param(
            [block(M1, [50, 53, 60])],
            (MeterEvent("M2", _SWAP, START_S + 450, 0, 0),),
            100, 0, id="a swap of another meter",
        ),
        pytest.param([block(M1, [7, 8], quantity=_ENERGY)], (), 150, 0, id="energy"),
        pytest.param([block(M1, [7, -1], quantity=_ENERGY)], (), 70, 1, id="negative energy"),
        pytest.param([block(M1, [7, 501], quantity=_ENERGY)], (), 70, 1, id="too much energy"),
        pytest.param([block(M1, [7, None], quantity=_ENERGY)], (), 70, 1, id="missing energy"),
    ],
)  # fmt: skip
def test_verify__works_out_the_energy_by_the_rule(
    blocks: list[ReadingBlock], events: tuple[MeterEvent, ...], energy_wh: int, missing: int
) -> None:
    # A second point is measured in one interval of two, for a proof of nothing is refused.
    beside = block("M0", [1], quantity=_ENERGY)
    log = MiniLog.of(sealed(beside, *blocks, events=events))
    right = statement(
        term("M0"), term(M1), energy_wh=10 + energy_wh, missing=1 + missing, intervals=2
    )

    report = verify(log.prove(right))

    assert report["measured"][0] == {"M0": 1, M1: 2 - missing}
    with pytest.raises(Refused, match=f"is not {10 + energy_wh}, as the readings give"):
        verify(log.prove(replace(right, energy_wh=energy_wh + 20)))


def test_verify__lets_the_batch_sent_last_decide_whatever_its_place_in_the_log() -> None:
    late = sealed(block(M1, [0, 7]), counter=1, sent_at_s=START_S + 5_000)
    early = sealed(block(M1, [0, 9]), counter=2, sent_at_s=START_S + 4_000)
    same_time = sealed(block(M1, [0, 8]), counter=3, sent_at_s=START_S + 5_000)
    other_gateway = sealed(block(M1, [0, 6]), gateway="gw-2", sent_at_s=START_S + 5_000)
    retraction = sealed(block(M1, [None], start_s=START_S + 900), counter=4, sent_at_s=START_S * 2)

    def proves(energy_wh: int, missing: int, *batches: bytes) -> bool:
        beside = sealed(block("M0", [1], quantity=_ENERGY), counter=9)
        what = statement(
            term("M0"), term(M1), energy_wh=10 + energy_wh, missing=missing, intervals=1
        )
        return verify(MiniLog.of(beside, *batches).prove(what))["batches"] == 1 + len(batches)

    assert proves(70, 0, late, early)
    assert proves(80, 0, same_time, late, early)
    assert proves(60, 0, other_gateway, same_time, late)
    assert proves(0, 1, retraction, late)


@given(
    used=st.lists(st.integers(0, 400), min_size=1, max_size=30),
    first=st.integers(0, 99_999),
    holes=st.sets(st.integers(0, 30)),
    swap=st.none() | st.tuples(st.integers(0, 29), st.integers(0, 400), st.integers(0, 500)),
)
def test_verify__adds_up_what_a_meter_really_counted(
    used: list[int], first: int, holes: set[int], swap: tuple[int, int, int] | None
) -> None:
    registers, events, count = [first], (), first
    for number, counts in enumerate(used):
        if swap and swap[0] == number:
            before = min(swap[1], counts, 99_999 - count)
            at_s = START_S + 900 * number + 450
            events = (MeterEvent(M1, _SWAP, at_s, count + before, swap[2]),)
            count = swap[2] - before
        count = (count + counts) % 100_000
        registers.append(count)
    readings = [None if at in holes else count for at, count in enumerate(registers)]
    whole = [at for at in range(len(used)) if not {at, at + 1} & holes]
    assume(whole)
    energy_wh = 10 * sum(used[at] for at in whole)
    what = statement(
        term(M1), energy_wh=energy_wh, missing=len(used) - len(whole), intervals=len(used)
    )

    report = verify(MiniLog.of(sealed(block(M1, readings), events=events)).prove(what))

    assert energy_wh == report["statements"][0]["energy_wh"]


def _grid(unit: str) -> Fact:
    return replace(COAL, code="grid.average", value=Decimal("0.5703"), unit=unit)


@pytest.mark.parametrize(
    ("kind", "factors", "divisor", "unit", "value"),
    [
        ("energy", (), 1_000, "kWh", "-0.12"),
        ("standard-coal", (COAL,), 1_000_000, "tce", "-0.000014748"),
        ("scope2-location", (_grid("kgCO2/kWh"),), 1_000_000, "tCO2", "-0.000068436"),
        ("scope2-location", (_grid("tCO2/MWh"),), 1_000_000, "tCO2", "-0.000068436"),
    ],
)
def test_verify__works_out_the_value_of_every_kind_exactly(
    kind: str, factors: tuple[Fact, ...], divisor: int, unit: str, value: str
) -> None:
    log = MiniLog.of(sealed(block(M1, [0, 5]), block("M2", [0, 17])))
    what = statement(term(M1), term("M2", sign=-1), energy_wh=-120, missing=0, intervals=1)
    what = replace(what, kind=kind, factors=factors, divisor=divisor, unit=unit)

    report = verify(log.prove(what))

    assert value == report["statements"][0]["value"]


# ── What a park could do with its own keys ──


def test_verify__refuses_a_proof_of_nothing() -> None:
    document: dict[str, JsonValue] = json.loads(golden_log().prove(golden_statement()))
    nothing = replace(golden_statement(), energy_wh=0, missing=5)
    document |= {"statement": nothing.document(), "evidence": []}

    with pytest.raises(Refused, match=r"statement\.missing: NOTHING MEASURED: all 5") as refused:
        verify(_resealed(document))

    assert "无任何计量" in refused.value.why_zh


def _two_keys() -> bytes:
    """A proof of two batches of gw-1, each signed by another key."""
    good = MiniLog.of(sealed(block(M1, [0, 5])), sealed(block(M1, [5, 9]), counter=2))
    what = statement(term(M1), energy_wh=40, missing=0, intervals=1)
    document: dict[str, JsonValue] = json.loads(good.prove(what))
    log = MiniLog.of(
        sealed(block(M1, [0, 5])), sealed(block(M1, [5, 9]), counter=2, secret=OTHER_SECRET)
    )
    document["checkpoint"] = log.note
    for index, batch in enumerate(log.batches):
        evidence = _at(document, "evidence", index)
        evidence["header"] = batch.header_bytes.decode()
        evidence["signature"] = b64encode(batch.signature).decode()
        evidence["inclusion"] = [
            b64encode(hash_).decode() for hash_ in log.tree.inclusion_proof(index, size=2)
        ]
    return _resealed(document)


def test_verify__shows_every_key_of_a_gateway_that_changed_it() -> None:
    report = verify(_two_keys())

    other = OTHER_SECRET.public_key().public_bytes_raw()
    assert report["gateways"] == [("gw-1", 1, GATEWAY_KEY.hex()), ("gw-1", 2, other.hex())]
    both = [("gw-1", GATEWAY_KEY), ("gw-1", other)]
    assert verify(_two_keys(), gateway_keys=both)["batches"] == 2
    with pytest.raises(Refused) as refused:
        verify(_two_keys(), gateway_keys=both[:1])
    assert refused.value.where == "evidence[1].header.gateway_key"
    assert "not the key of gateway 'gw-1'" in refused.value.why


def test_verify__pins_gateways_to_the_keys_that_are_given() -> None:
    data = GOLDEN.read_bytes()
    other = OTHER_SECRET.public_key().public_bytes_raw()

    right = ("gw-1", GATEWAY_KEY)
    assert verify(data, LOG_KEY, gateway_keys=[right])["gateway_keys_confirmed"]
    assert verify(data, LOG_KEY, gateway_keys=[("gw-1", other), right])["gateway_keys_confirmed"]
    assert not verify(data, LOG_KEY)["gateway_keys_confirmed"]
    for pin in (("gw-1", other), ("gw-2", GATEWAY_KEY)):
        with pytest.raises(Refused, match=r"evidence\[0\]\.header\.gateway_key: not the key"):
            verify(data, LOG_KEY, gateway_keys=[pin])


def _with_a_foreign_event() -> bytes:
    """A proof in which gw-2 tells of a swap of a meter that it shows no reading of."""
    swap = (MeterEvent(M1, _SWAP, START_S + 450, 400, 7),)
    log = MiniLog.of(
        sealed(block(M1, [0, 7]), counter=1),
        sealed(block("M2", [0]), gateway="gw-2", events=swap, counter=2),
    )
    what = statement(term(M1), energy_wh=4_000, missing=0, intervals=1)
    evidence = [
        evidence_of(
            batch,
            points=[M1],
            leaf_index=index,
            inclusion=log.tree.inclusion_proof(index, size=2),
        )
        for index, batch in enumerate(log.batches)
    ]
    honest = build_proof(
        statement=what.document(),
        evidence=evidence[:1],
        checkpoint_note=log.note,
        log=LOG,
        sign=LOG_SECRET.sign,
    )
    document: dict[str, JsonValue] = json.loads(honest)
    shown = document["evidence"]
    assert isinstance(shown, list)
    shown.append(
        {
            "header": evidence[1].header_bytes.decode(),
            "signature": b64encode(evidence[1].signature).decode(),
            "leaf_index": 1,
            "inclusion": [b64encode(hash_).decode() for hash_ in evidence[1].inclusion],
            "blocks": [],
        }
    )
    return _resealed(document)


def test_verify__refuses_an_event_without_readings_of_its_meter() -> None:
    with pytest.raises(Refused) as refused:
        verify(_with_a_foreign_event())

    assert refused.value.where == "evidence[1].header.events"
    assert "an event of 'M1' without a block" in refused.value.why


@pytest.mark.parametrize(
    ("path", "n", "where"),
    [
        (("statement", "factors"), 130, "statement.factors"),
        (("statement", "terms"), 10_001, "statement.terms"),
        (("evidence", 0, "inclusion"), 65, "evidence[0].inclusion"),
        (("evidence", 0, "blocks"), 10_001, "evidence[0].blocks"),
        (("evidence", 0, "blocks", 0, "path"), 65, "evidence[0].blocks[0].path"),
    ],
)
def test_verify__refuses_more_than_the_format_allows(
    path: tuple[str | int, ...], n: int, where: str
) -> None:
    document: dict[str, JsonValue] = json.loads(GOLDEN.read_bytes())
    holder = _at(document, *path[:-1])
    found = holder[str(path[-1])]
    assert isinstance(found, list)
    holder[str(path[-1])] = found[:1] * n

    with pytest.raises(Refused, match="is not of the kind") as refused:
        verify(_resealed(document))

    assert where == refused.value.where


def test_verify__needs_time_for_readings_not_for_years() -> None:
    """60 points over ten years with one reading each: the empty intervals cost nothing."""
    points = [f"M{number:02}" for number in range(60)]
    log = MiniLog.of(sealed(*(block(point, [1], quantity=_ENERGY) for point in points)))
    n = 351_360
    what = statement(*map(term, points), energy_wh=600, missing=60 * (n - 1), intervals=n)
    data = log.prove(what)

    steps = 0

    def count(_frame: object, _event: str, _argument: object) -> None:
        nonlocal steps
        steps += 1

    sys.setprofile(count)
    try:
        report = verify(data)
    finally:
        sys.setprofile(None)

    assert set(report["measured"][0].values()) == {1}
    assert steps < 1_000_000


def test_verify__turns_any_fault_into_a_refusal_at_a_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("verify_taihang.decoded_v1", fail)

    with pytest.raises(Refused) as refused:
        verify(GOLDEN.read_bytes())

    assert refused.value.where == "evidence[0].blocks[0].body"
    assert "MemoryError" in refused.value.why


def test_verify__refuses_a_counter_that_two_batches_share() -> None:
    one = MiniLog.of(sealed(block(M1, [0, 5])), sealed(block(M1, [0, 6]), counter=2))
    document: dict[str, JsonValue] = json.loads(
        one.prove(statement(term(M1), energy_wh=60, missing=0, intervals=1))
    )
    clone = MiniLog.of(sealed(block(M1, [0, 5])), sealed(block(M1, [0, 6])))
    document["checkpoint"] = clone.note
    for index, batch in enumerate(clone.batches):
        shown = batch.disclose(M1, quantity=Quantity.REGISTER)
        evidence = _at(document, "evidence", index)
        evidence["header"] = batch.header_bytes.decode()
        evidence["signature"] = b64encode(batch.signature).decode()
        evidence["inclusion"] = [
            b64encode(hash_).decode() for hash_ in clone.tree.inclusion_proof(index, size=2)
        ]
        _at(evidence, "blocks", 0)["salt"] = b64encode(shown.salt).decode()

    with pytest.raises(Refused, match="counter used twice"):
        verify(_resealed(document))


# ── A gateway that signs what it must not ──


def _body(header: dict[str, JsonValue], counts: list[int], quality: bytes) -> bytes:
    text = canonical_bytes(header)
    times = b"" if header["step_s"] else struct.pack("<3q", START_S, START_S + 900, START_S + 800)
    arrays = struct.pack(f"<{len(counts)}q", *counts) + quality
    return len(text).to_bytes(4, "little") + text + times + arrays


def _by_a_liar(header: dict[str, JsonValue], body: bytes) -> bytes:
    """Return a proof that is right in every hash and signature, around one batch of one block."""
    whole: dict[str, JsonValue] = json.loads(golden_log().batches[0].header_bytes)
    whole |= {"events": [], "blocks": 1, "block_root": leaf_hash(bytes(16) + body).hex()} | header
    text = canonical_bytes(whole)
    signature = GATEWAY_SECRET.sign(b"taihang/batch/v1\n" + text)
    log = MiniLog(tree=Tree([leaf_hash(text + signature)]))
    what = statement(term(M1), energy_wh=70, missing=1, intervals=2)
    document: dict[str, JsonValue] = json.loads(golden_log().prove(golden_statement()))
    document |= {"checkpoint": log.note, "statement": what.document()}
    document["evidence"] = [
        {
            "header": text.decode(),
            "signature": b64encode(signature).decode(),
            "leaf_index": 0,
            "inclusion": [],
            "blocks": [
                {
                    "salt": b64encode(bytes(16)).decode(),
                    "body": b64encode(body).decode(),
                    "index": 0,
                    "path": [],
                }
            ],
        }
    ]
    return _resealed(document)


HONEST: dict[str, JsonValue] = {
    "point": M1,
    "quantity": "register",
    "unit": "Wh",
    "scale": "10",
    "modulus": 100_000,
    "n": 3,
    "start_s": START_S,
    "step_s": 900,
}
EVENT: dict[str, JsonValue] = {
    "at_s": START_S,
    "final_count": 0,
    "initial_count": 0,
    "kind": "reset",
    "point": "M2",
}


def test_verify__accepts_the_frame_of_the_lies_below() -> None:
    body = _body(HONEST, [0, 7, MISSING_COUNT], bytes([0, 0, 3]))

    assert verify(_by_a_liar({"events": [EVENT, EVENT | {"point": "M3"}]}, body))["readings"] == 3


@pytest.mark.parametrize(
    ("change", "counts", "quality"),
    [
        ({}, [0, 7, 8], [0, 0, 3]),
        ({}, [0, 7, MISSING_COUNT], [0, 0, 0]),
        ({}, [0, 7, 8], [0, 0, 5]),
        ({}, [0, 7], [0, 0]),
        ({"n": 2}, [0, 7, 8], [0, 0, 0]),
        ({"n": 0}, [], []),
        ({"step_s": 0}, [0, 7, 8], [0, 0, 0]),
        ({"step_s": 0, "start_s": START_S + 1}, [0, 7, 8], [0, 0, 0]),
        ({"start_s": 253_402_300_799}, [0, 7, 8], [0, 0, 0]),
        ({"start_s": -1}, [0, 7, 8], [0, 0, 0]),
        ({"quantity": "sample"}, [0, 7, 8], [0, 0, 0]),
        ({"unit": "kWh"}, [0, 7, 8], [0, 0, 0]),
        ({"scale": "010"}, [0, 7, 8], [0, 0, 0]),
        ({"also": 1}, [0, 7, 8], [0, 0, 0]),
    ],
)
def test_verify__refuses_a_block_that_breaks_the_format_though_it_is_signed(
    change: dict[str, JsonValue], counts: list[int], quality: list[int]
) -> None:
    proof = _by_a_liar({}, _body(HONEST | change, counts, bytes(quality)))

    with pytest.raises(Refused, match=r"evidence\[0\]\.blocks\[0\]\.body"):
        verify(proof)


@pytest.mark.parametrize(
    "change",
    [
        {"events": [EVENT, EVENT]},
        {"events": [EVENT | {"point": "M3"}, EVENT]},
        {"events": [EVENT | {"kind": "moved"}]},
        {"events": [EVENT | {"final_count": -1}]},
        {"clock": "exact"},
        {"counter": 0},
        {"sent_at_s": -1},
        {"v": 2},
        {"algorithm": "ed25519-sha512"},
        {"also": 1},
        {"blocks": 0},
        {"block_root": "00"},
        {"gateway": 1},
    ],
)
def test_verify__refuses_a_header_that_breaks_the_format_though_it_is_signed(
    change: dict[str, JsonValue],
) -> None:
    proof = _by_a_liar(change, _body(HONEST, [0, 7, MISSING_COUNT], bytes([0, 0, 3])))

    with pytest.raises(Refused, match=r"evidence\[0\]"):
        verify(proof)


# ── Ed25519 in pure Python ──

# RFC 8032, section 7.1, tests 1 and 2: public key, message, both halves of the signature.
RFC_8032 = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155",
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da",
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
]


@pytest.mark.parametrize(("key", "message", "r", "s"), RFC_8032)
def test_ed25519_verify__accepts_the_vectors_of_the_standard(
    key: str, message: str, r: str, s: str
) -> None:
    assert ed25519_verify(bytes.fromhex(key), bytes.fromhex(r + s), bytes.fromhex(message))


@settings(deadline=None)  # plain Python: slow on a busy machine
@given(
    secret=st.binary(min_size=32, max_size=32),
    message=st.binary(max_size=100),
    flip=st.none() | st.integers(0, 8 * 96 - 1),
)
def test_ed25519_verify__agrees_with_openssl(
    secret: bytes, message: bytes, flip: int | None
) -> None:
    signer = Ed25519PrivateKey.from_private_bytes(secret)
    both = bytearray(signer.public_key().public_bytes_raw() + signer.sign(message))
    if flip is not None:
        both[flip // 8] ^= 1 << flip % 8
    key, signature = bytes(both[:32]), bytes(both[32:])

    expected = verify_signature(key, signature, message)

    assert expected == ed25519_verify(key, signature, message) == (flip is None)


def test_ed25519_verify__refuses_a_second_spelling_of_s() -> None:
    signature = GATEWAY_SECRET.sign(b"m")
    second = int.from_bytes(signature[32:], "little") + ORDER

    assert ed25519_verify(GATEWAY_KEY, signature, b"m")
    assert not ed25519_verify(GATEWAY_KEY, signature[:32] + second.to_bytes(32, "little"), b"m")


def test_ed25519_verify__refuses_a_signature_without_its_last_zeros() -> None:
    signed = ((b"%d" % i, GATEWAY_SECRET.sign(b"%d" % i)) for i in range(10_000))
    message, signature = next(pair for pair in signed if pair[1][-1] == 0)

    assert ed25519_verify(GATEWAY_KEY, signature, message)
    assert not ed25519_verify(GATEWAY_KEY, signature[:-1], message)
    assert not ed25519_verify(GATEWAY_KEY, signature + b"\0", message)


@pytest.mark.parametrize(
    "key",
    [
        (1).to_bytes(32, "little"),
        (0).to_bytes(32, "little"),
        (2**255 - 20).to_bytes(32, "little"),
        (2**255 - 19).to_bytes(32, "little"),
        (2**255 - 18).to_bytes(32, "little"),
        (1 + (1 << 255)).to_bytes(32, "little"),
        (2).to_bytes(32, "little"),
        bytes([255] * 32),
    ],
)
def test_ed25519_verify__refuses_keys_of_small_order_and_second_spellings(key: bytes) -> None:
    identity = (1).to_bytes(32, "little") + bytes(32)

    assert not ed25519_verify(key, identity, b"any message")


def test_decode_point__knows_one_spelling_of_each_point() -> None:
    low = [y for y in range(19) if decode_point(y.to_bytes(32, "little"))]

    assert len(low) > 5
    assert [decode_point((2**255 - 19 + y).to_bytes(32, "little")) for y in low] == [None] * len(
        low
    )


# ── The command line, and the file itself ──


def test_main__prints_both_languages_and_warns_about_the_key(
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    code = main([str(GOLDEN)])

    out = capfdbinary.readouterr().out.decode()
    assert code == 0
    assert "验证通过：0.00018435 tce（1 / 5 个时段未计量）" in out
    assert "ACCEPTED: 0.00018435 tce (1 / 5 intervals NOT MEASURED)" in out
    assert "企业E01用电折标准煤" in out
    assert "Coal equivalent of the electricity of E01" in out
    assert "1 × M-E01, 10 Wh/count, ≤ 5000 Wh/interval, 4 / 5 [measured]" in out
    assert "1 × M-E01, 10 Wh/count, ≤ 5000 Wh/interval, 4 / 5 [已计量]" in out
    assert "standard-coal.E01.2026-06.v1, version 1, supersedes -" in out
    assert "[已核对], CN, GB/T 2589-2020 A, 2021-04-01 … -" in out
    assert f"gateway: gw-1 key 1: {GATEWAY_KEY.hex()}" in out
    assert "compare these keys with those of the park's gateways" in out
    assert "in all of the period" not in out
    assert LOG_KEY.hex() in out
    assert "compare the log key with the one that the park publishes" in out


def test_main__is_short_in_one_language_with_the_key(
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    pin = f"gw-1={GATEWAY_KEY.hex()}"

    code = main([str(GOLDEN), "--lang", "en", "--log-key", LOG_KEY.hex(), "--gateway-key", pin])

    out = capfdbinary.readouterr().out.decode()
    assert code == 0
    assert "验证" not in out
    assert "compare" not in out


def test_main__shows_ten_terms_and_how_many_more(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    points = [f"M{number:02}" for number in range(12)]
    log = MiniLog.of(sealed(*(block(point, [1], quantity=_ENERGY) for point in points)))
    terms = [term(point, sign=-1) for point in points]
    file = tmp_path / "proof.json"
    file.write_bytes(log.prove(statement(*terms, energy_wh=-120, missing=0, intervals=1)))

    code = main([str(file), "--lang", "en"])

    out = capfdbinary.readouterr().out.decode()
    assert code == 0
    assert "NOT MEASURED" not in out
    assert out.count("term: -1 × M") == 10
    assert "M09" in out
    assert "M10" not in out
    assert "… 2 more" in out


@pytest.mark.parametrize(
    ("first", "end", "late"),
    [
        (date(2021, 4, 1), None, False),
        (date(2026, 6, 1), None, False),
        (date(2026, 6, 2), None, True),
        (date(2021, 4, 1), date(2026, 6, 1), False),
        (date(2021, 4, 1), date(2026, 5, 31), True),
        (date(2025, 1, 1), date(2026, 1, 1), True),
    ],
)
def test_main__warns_of_a_factor_that_is_not_in_force(
    tmp_path: Path,
    capfdbinary: pytest.CaptureFixture[bytes],
    *,
    first: date,
    end: date | None,
    late: bool,
) -> None:
    fact = replace(COAL, valid_from=first, valid_to=end)
    file = tmp_path / "proof.json"
    file.write_bytes(golden_log().prove(replace(golden_statement(), factors=(fact,))))

    code = main([str(file)])

    out = capfdbinary.readouterr().out.decode()
    assert code == 0
    assert f"GB/T 2589-2020 A, {first} … {end or '-'}" in out
    assert late == ("! this factor is not in force in all of the period" in out)
    assert late == ("! 该因子并非在整个时段内有效" in out)


def test_main__tells_what_a_version_supersedes(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    second = replace(golden_statement(), version=2, supersedes="standard-coal.E01.2026-06.v1")
    file = tmp_path / "proof.json"
    file.write_bytes(golden_log().prove(second))

    main([str(file)])

    out = capfdbinary.readouterr().out.decode()
    assert "编号：standard-coal" in out
    assert "version 2, supersedes standard-coal" in out
    assert out.count("standard-coal.E01.2026-06.v1\n") == 2


def test_main__prints_one_json_object(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    code = main([str(GOLDEN), "--json"])

    found = json.loads(capfdbinary.readouterr().out)
    assert code == 0
    assert found["accepted"] is True
    assert found["statements"][0]["value"] == "0.00018435"
    assert found["log_key_confirmed"] is False


def test_main__refuses_with_place_and_reason(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    file = tmp_path / "proof.json"
    file.write_bytes(GOLDEN.read_bytes().replace(b"E01.2026-06", b"E02.2026-06"))

    codes = [main([str(file)]), main([str(file), "--json"])]

    chinese, english, machine = capfdbinary.readouterr().out.decode().splitlines()
    assert codes == [1, 1]
    assert chinese.startswith("拒绝：seal：")
    assert english.startswith("REFUSED: seal: altered after it was signed")
    assert json.loads(machine)["where"] == "seal"


@pytest.mark.parametrize(
    "arguments",
    [[], ["none.json"], [str(GOLDEN), "--log-key", "12"], [str(GOLDEN), "--gateway-key", "gw-1"]],
)
def test_main__exits_with_2_on_wrong_usage(
    arguments: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        main(arguments)

    assert stop.value.code == 2
    assert "usage:" in capfd.readouterr().err


def test_main__shows_no_control_or_direction_marks(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    nasty = replace(golden_statement(), title_en="\x1b[2J\u202egnissim", park="t\r\nACCEPTED")
    file = tmp_path / "proof.json"
    file.write_bytes(golden_log().prove(nasty))

    code = main([str(file), "--lang", "en"])

    out = capfdbinary.readouterr().out.decode()
    assert code == 0
    assert "\\u001b[2J\\u202egnissim" in out
    assert "t\\u000d\\u000aACCEPTED" in out
    assert not {"\x1b", "\u202e", "\r"} & set(out)


def test_verify_taihang__is_one_short_file_of_the_standard_library() -> None:
    text = (ROOT / "verify_taihang.py").read_text()

    imported = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([alias.name for alias in node.names] if isinstance(node, ast.Import) else
                     [node.module or ""])
    }  # fmt: skip

    assert (
        ROOT / "verify_taihang.py"
    ).resolve() == ROOT / "src/taihang/interfaces/verify_taihang.py"
    assert len(text.splitlines()) <= 1_650
    assert len(imported) >= 10
    assert imported <= set(sys.stdlib_module_names)
