"""A month of a gas, steam or water meter, proven to a stranger from its registers."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from verify_taihang import Refused, verify

import media_park
import small_park
from media_park import HOUR_S, hourly
from small_park import JUNE
from taihang.core.metering.readings import MeterEvent, MeterEventKind, ReadingBlock
from taihang.core.seal.bundle import Bundle, build_bundle
from taihang.core.seal.proof import LogIdentity
from taihang.services.collect import Collected
from taihang.services.keys import log_signer
from taihang.services.medium_account import account_media
from taihang.services.ports import Ports
from taihang.services.prove import LOG_KEY, prove
from taihang.services.prove_medium import NoMeteredLineError, medium_bundle

GAS = "metered-E01-2026-06-natural-gas-consumed"
WATER = "metered-E02-2026-06-medium.fresh-water-consumed"
STEAM = "metered-E01-2026-06-heat-purchased"
SWAP_AT = 333
Change = Callable[[dict[str, Any]], None]


def blocks() -> tuple[list[ReadingBlock], MeterEvent]:
    """Gas over a turn of its dial with a hole and two wrong rows, steam, water over a swap."""
    gas = hourly("N-E01", JUNE, per_h=1_200, first=media_park.MODULUS - 300_000)
    gas = small_park.but(gas, range(100, 130))
    gas = small_park.but(small_park.but(gas, [300], count=5), [400], count=90_000_000)
    water = hourly("W-E02", JUNE, per_h=900, first=0)
    counts = water.counts.copy()
    final = int(counts[SWAP_AT])
    counts[SWAP_AT:] += 77 - final
    at_s = JUNE.start_s + SWAP_AT * HOUR_S
    swap = MeterEvent("W-E02", MeterEventKind.SWAP, at_s, final, 77)
    return [gas, hourly("S-E01", JUNE, per_h=100, first=7), replace(water, counts=counts)], swap


def filled(ports: Ports) -> None:
    readings, swap = blocks()
    for first in range(0, 721, 24):
        parts = tuple(small_park.cut(block, first, first + 24) for block in readings)
        events = (swap,) if first <= SWAP_AT < first + 24 else ()
        sent_at_s = JUNE.start_s + (first + 24) * HOUR_S
        small_park.store(ports, [Collected("GW3", sent_at_s, parts, events)])
    account_media(JUNE, ports=ports)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = small_park.make(tmp_path_factory.mktemp("media") / "park", media_park.PARK)
    with small_park.opened(folder) as ports:
        filled(ports)
    return folder


@pytest.mark.parametrize(
    ("line", "value", "unit"),
    [(GAS, "86400", "m³"), (STEAM, "1944", "GJ"), (WATER, "6468.336", "t")],
)
def test_medium_bundle__is_worked_out_again_by_a_stranger(
    root: Path, line: str, value: str, unit: str
) -> None:
    with small_park.opened(root, writing=False) as ports:
        data = prove(line, ports=ports)
        again = prove(f"{line}.v1", ports=ports)
        (record,) = [each for each in ports.registry.activity_records() if each.id == line]
        report = verify(data, ports.keys.signing_key(LOG_KEY).public)

    assert (report["value"], report["unit"], report["kind"]) == (value, unit, "metered")
    assert data == again
    assert any(record.evidence[0] in row for row in report["shown"]["stated"])
    assert len(report["shown"]["refused"]) == (2 if line == GAS else 0)


def _lie(ports: Ports, line: str, change: Change) -> bytes:
    """A file that the park would sign after somebody changed what it claims or shows."""
    bundle = medium_bundle(line, ports)
    document: dict[str, Any] = json.loads(
        json.dumps({"claim": bundle.claim, "evidence": [*bundle.evidence]})
    )
    change(document)
    key = log_signer(ports=ports)
    log = LogIdentity(name=ports.log_origin, key=key.public)
    lying = Bundle(
        claim=document["claim"],
        checkpoint_note=bundle.checkpoint_note,
        keys=bundle.keys,
        evidence=document["evidence"],
    )
    return build_bundle(lying, log=log, sign=key.sign)


def _meter(document: dict[str, Any]) -> dict[str, Any]:
    return document["claim"]["amount"]["meters"][0]


def amount_is(key: str, value: object) -> Change:
    def change(document: dict[str, Any]) -> None:
        document["claim"]["amount"][key] = value

    return change


def meter_is(key: str, value: object) -> Change:
    def change(document: dict[str, Any]) -> None:
        _meter(document)[key] = value

    return change


def batch_is_gone(at: int) -> Change:
    def change(document: dict[str, Any]) -> None:
        document["evidence"].pop(at)

    return change


def _other_state(document: dict[str, Any]) -> None:
    _meter(document)["conversion"]["stated_at_c"] = "0"


def _meter_twice(document: dict[str, Any]) -> None:
    document["claim"]["amount"]["meters"].append(_meter(document))


def _other_register(document: dict[str, Any]) -> None:
    _meter(document)["to"]["count"] += 1


def _less_gone(document: dict[str, Any]) -> None:
    _meter(document)["findings"] = []


def _more_gone(document: dict[str, Any]) -> None:
    extra = {"rule": "vee.range", "time_s": JUNE.start_s + HOUR_S, "count": 1}
    _meter(document)["findings"].append(extra)


def _shorter(document: dict[str, Any]) -> None:
    _meter(document)["to"]["time_s"] -= HOUR_S


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (amount_is("amount", "86401"), "claim.amount.amount"),
        (amount_is("unit", "t"), "claim.amount.unit"),
        (meter_is("steps", 1), "steps"),
        (meter_is("amount", "86400.001"), "amount"),
        (meter_is("scale", 200), "scale"),
        (meter_is("unit", "g"), "unit"),
        (meter_is("modulus", 10**9), "modulus"),
        (meter_is("conversion", {}), "claim"),
        (meter_is("max_steps_per_h", 1), "no honest meter"),
        (_other_state, "amount"),
        (_other_register, "to.count"),
        (_less_gone, "no honest meter"),
        (_more_gone, "n_registers"),
        (_shorter, "to.count"),
        (_meter_twice, "a meter twice"),
        (batch_is_gone(5), "n_registers"),
        (batch_is_gone(-1), "to.time_s"),
    ],
)
def test_claim_metered__refuses_every_lie(root: Path, change: Change, where: str) -> None:
    with small_park.opened(root, writing=False) as ports, pytest.raises(Refused) as refused:
        verify(_lie(ports, GAS, change), ports.keys.signing_key(LOG_KEY).public)

    assert where in str(refused.value)


def test_claim_metered__refuses_a_swap_that_is_not_shown(root: Path) -> None:
    def hide(document: dict[str, Any]) -> None:
        (at,) = [
            place
            for place, batch in enumerate(document["evidence"])
            if batch["header"]["notes"]["events"]
        ]
        document["evidence"][at]["header"]["notes"]["events"] = []

    with small_park.opened(root, writing=False) as ports:
        lie, key = _lie(ports, WATER, hide), ports.keys.signing_key(LOG_KEY).public

    with pytest.raises(Refused, match="signature"):
        verify(lie, key)


@pytest.mark.parametrize("line", ["metered-E09-2026-06-heat-consumed", f"{GAS}.v2"])
def test_medium_bundle__refuses_what_does_not_count(root: Path, line: str) -> None:
    with small_park.opened(root, writing=False) as ports, pytest.raises(NoMeteredLineError):
        prove(line, ports=ports)


def test_medium_bundle__refuses_a_line_whose_registers_changed(tmp_path: Path) -> None:
    folder = small_park.make(tmp_path / "park", media_park.PARK)
    with small_park.opened(folder) as ports:
        filled(ports)
        late = small_park.cut(blocks()[0][1], 720, 721)
        late = replace(late, counts=late.counts + 5)
        small_park.revise(ports, late, sent_at_s=JUNE.end_s + 10**6)
        with pytest.raises(NoMeteredLineError):
            prove(STEAM, ports=ports)

        account_media(JUNE, ports=ports)
        report = verify(prove(STEAM, ports=ports), ports.keys.signing_key(LOG_KEY).public)

    assert report["value"] == "1944.135"
