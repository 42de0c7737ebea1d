"""What is proven: a stranger's verifier accepts the file, and nothing that was altered."""

import json
from base64 import b64encode
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import cast

import pytest
from verify_taihang import Refused, verify

import small_park
from small_park import JUNE, SCALE_WH
from taihang.core.metering.readings import MeterEvent, MeterEventKind
from taihang.core.periods import Period
from taihang.core.seal.bundle import BUNDLE_PREFIX
from taihang.core.seal.canonical import JsonValue, canonical_bytes, load_canonical
from taihang.core.seal.issued import IssuedStatement, UnknownStatementError
from taihang.services.account import account
from taihang.services.collect import Collected
from taihang.services.ports import Ports
from taihang.services.prove import LOG_KEY, NotSettledError, UnprovableStatementError, prove
from taihang.services.settle import settle

LATER_S = JUNE.end_s + 500_000
KINDS = ("energy", "standard-coal", "scope2-location")


def settled(ports: Ports) -> None:
    settle(JUNE, ports=ports)
    account(JUNE, ports=ports)


def filled(ports: Ports) -> None:
    """June, one upload a day and gateway."""
    for gateway in ports.park.gateways.values():
        blocks = [small_park.registers(point, JUNE) for point in gateway.meters]
        small_park.store(ports, small_park.daily(blocks, gateway.id))
    settled(ports)


def revise_last(ports: Ports, *, more: int) -> None:
    """Let the last register of the first user's June say more."""
    block = small_park.registers("M-E01", JUNE)
    last = small_park.but(block, [-1], count=int(block.counts[-1]) + more)
    late = small_park.cut(last, len(block.counts) - 1, len(block.counts))
    small_park.revise(ports, late, sent_at_s=LATER_S)


def log_key(ports: Ports) -> bytes:
    return ports.keys.signing_key(LOG_KEY).public


def test_prove__convinces_a_stranger_who_knows_the_log_key(root: Path) -> None:
    with small_park.opened(root) as ports:
        filled(ports)
        for kind in KINDS:
            for subject, points in (("E01", 1), ("park", 2)):
                statement_id = f"{kind}.{subject}.2026-06"
                report = verify(prove(statement_id, ports=ports), log_key(ports))
                issued = ports.registry.statement(statement_id)
                assert report["statements"][0] == json.loads(issued.document)
                assert report["log_key_confirmed"]
                assert report["readings"] == points * (JUNE.n_steps + 1)
        generation = verify(prove("energy.PV01.2026-06", ports=ports), log_key(ports))
    assert Decimal(str(generation["statements"][0]["value"])) == (
        Decimal(int(small_park.step_wh("M-PV01", JUNE).sum())) / 1_000
    )


def test_prove__shows_nothing_of_other_meters(root: Path) -> None:
    with small_park.opened(root) as ports:
        filled(ports)
        proof = prove("energy.E01.2026-06", ports=ports)

    shown = {block["point"] for batch in json.loads(proof)["evidence"] for block in batch["blocks"]}
    assert shown == {"M-E01"}
    assert b"M-PV01" not in proof, "the plant is in the same batches"


def test_prove__by_a_reader_who_finds_an_unacknowledged_record(root: Path) -> None:
    with small_park.opened(root) as ports:
        filled(ports)
        batch = small_park.sealed(ports, "GW2", 99, small_park.registers("M-E02", JUNE))
        ports.journal.append([batch], received_at_s=0)
    content = (root / "journal" / "checkpoints").read_bytes()
    (root / "journal" / "checkpoints").write_bytes(content[: content.rindex(b"THJ2")])

    with small_park.opened(root, writing=False) as ports:
        verify(prove("energy.E01.2026-06", ports=ports), log_key(ports))


# -- altered files -------------------------------------------------------------------------------


def resealed(ports: Ports, proof: dict[str, JsonValue]) -> bytes:
    """Seal an altered file again, as the holder of the log key could."""
    rest: JsonValue = {key: value for key, value in proof.items() if key != "seal"}
    message = BUNDLE_PREFIX + canonical_bytes(rest)
    seal = ports.keys.signing_key(LOG_KEY).sign(message)
    return canonical_bytes({**proof, "seal": b64encode(seal).decode()})


def blocks_of(proof: dict[str, JsonValue]) -> list[dict[str, JsonValue]]:
    batches = cast("list[dict[str, list[dict[str, JsonValue]]]]", proof["evidence"])
    return [block for batch in batches for block in batch["blocks"]]


def numbers_of(block: dict[str, JsonValue]) -> list[int]:
    """The longest list of numbers of a block: its counts."""
    lists = [cast("list[int]", value) for value in block.values() if isinstance(value, list)]
    return max(lists, key=len)


def test_prove__a_flipped_bit_of_a_reading_is_refused_even_when_sealed_again(root: Path) -> None:
    with small_park.opened(root) as ports:
        filled(ports)
        proof = prove("energy.E01.2026-06", ports=ports)
        n_refused = 0
        for number in range(0, 30, 7):
            for at in (-1, -20, -40):
                altered = cast("dict[str, JsonValue]", load_canonical(proof))
                numbers_of(blocks_of(altered)[number])[at] ^= 4
                with pytest.raises(Refused):
                    verify(resealed(ports, altered), log_key(ports))
                n_refused += 1

        untouched = cast("dict[str, JsonValue]", load_canonical(proof))
        verify(resealed(ports, untouched), log_key(ports))
    assert n_refused == 15


def test_prove__another_number_or_a_batch_less_is_refused(root: Path) -> None:
    with small_park.opened(root) as ports:
        filled(ports)
        proof = cast(
            "dict[str, JsonValue]", load_canonical(prove("energy.E01.2026-06", ports=ports))
        )
        (statement,) = cast("list[dict[str, JsonValue]]", proof["statements"])
        evidence = cast("list[JsonValue]", proof["evidence"])
        energy_wh = cast("int", statement["energy_wh"])
        less: JsonValue = {
            **statement,
            "energy_wh": energy_wh - 1_000,
            "value": str(Decimal(energy_wh - 1_000) / 1_000),
        }

        with pytest.raises(Refused, match="energy_wh"):
            verify(resealed(ports, {**proof, "statements": [less]}), log_key(ports))
        with pytest.raises(Refused, match=r"missing|energy_wh"):
            verify(resealed(ports, {**proof, "evidence": evidence[:-1]}), log_key(ports))
        with pytest.raises(Refused, match="seal"):
            verify(canonical_bytes({**proof, "seal": b64encode(bytes(64)).decode()}))


def test_prove__with_another_log_key_is_refused(root: Path) -> None:
    with small_park.opened(root) as ports:
        filled(ports)
        proof = prove("energy.E01.2026-06", ports=ports)

    with pytest.raises(Refused, match="not the key you gave"):
        verify(proof, bytes(32))


# -- restatement ---------------------------------------------------------------------------------


def test_prove__after_a_restatement_proves_both_versions(root: Path) -> None:
    with small_park.opened(root) as ports:
        filled(ports)
        revise_last(ports, more=7)
        settled(ports)

        latest = verify(prove("energy.E01.2026-06", ports=ports), log_key(ports))
        first = verify(prove("energy.E01.2026-06.v1", ports=ports), log_key(ports))

    truth_wh = int(small_park.step_wh("M-E01", JUNE).sum())
    assert (latest["statements"][0]["version"], first["statements"][0]["version"]) == (2, 1)
    assert latest["statements"][0]["energy_wh"] == truth_wh + 7 * SCALE_WH
    assert first["statements"][0]["energy_wh"] == truth_wh
    assert latest["batches"] == first["batches"] + 1


def test_prove__with_a_late_reading_that_is_not_settled_yet_proves_what_was_stated(
    root: Path,
) -> None:
    with small_park.opened(root) as ports:
        filled(ports)
        revise_last(ports, more=7)

        report = verify(prove("energy.E01.2026-06", ports=ports), log_key(ports))

    assert report["statements"][0]["energy_wh"] == int(small_park.step_wh("M-E01", JUNE).sum())


def test_prove__refuses_a_month_of_which_only_a_part_was_settled_again(root: Path) -> None:
    last_day = Period.of_s(JUNE.end_s - 86_400, JUNE.end_s)
    with small_park.opened(root) as ports:
        filled(ports)
        revise_last(ports, more=7)
        settle(last_day, ports=ports)
        account(JUNE, ports=ports)

        with pytest.raises(NotSettledError, match="whole period"):
            prove("energy.E01.2026-06", ports=ports)

        settled(ports)
        verify(prove("energy.E01.2026-06", ports=ports), log_key(ports))


def test_prove__over_a_swap_and_a_replaced_meter(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park", small_park.REPLACED_METERS)
    swap_at_s = JUNE.start_s + 5 * 86_400 + 300
    old = small_park.registers("M-E02", JUNE)
    first = 5 * 96 + 1
    counts = old.counts.copy()
    counts[first:] = (counts[first:] - int(counts[first])) % small_park.MODULUS + 40
    step = int(small_park.step_counts("M-E02", JUNE)[first - 1])
    stop = int(old.counts[first - 1]) + step - 25
    event = MeterEvent("M-E02", MeterEventKind.SWAP, swap_at_s, stop, 15)
    with small_park.opened(root) as ports:
        small_park.fill_replaced(ports)
        swapped = Collected("GW2", LATER_S, (replace(old, counts=counts),), (event,))
        small_park.store(ports, [swapped])
        settled(ports)

        for subject, point in (("E01", "M-E01"), ("E02", "M-E02")):
            report = verify(prove(f"energy.{subject}.2026-06", ports=ports), log_key(ports))
            assert report["statements"][0]["energy_wh"] == int(
                small_park.step_wh(point, JUNE).sum()
            )


# -- refusals ------------------------------------------------------------------------------------


def test_prove__of_an_unknown_statement_is_refused(root: Path) -> None:
    with small_park.opened(root) as ports, pytest.raises(UnknownStatementError):
        prove("energy.E01.2026-06", ports=ports)


def test_prove__of_what_no_settlement_gives_is_refused(root: Path) -> None:
    with small_park.opened(root) as ports:
        filled(ports)
        issued = ports.registry.statement("energy.E01.2026-06")
        document = json.loads(issued.document)
        text = canonical_bytes(
            {
                **document,
                "id": "energy.E01.2026-06.v2",
                "version": 2,
                "energy_wh": document["energy_wh"] + 1_000,
                "value": str(Decimal(document["value"]) + 1),
            }
        ).decode()
        ports.registry.add_statements([replace(issued, version=2, document=text)], at_s=1)

        with pytest.raises(NotSettledError, match="none of 1 settlements"):
            prove("energy.E01.2026-06", ports=ports)


def test_prove__of_a_text_that_is_no_statement_is_refused(root: Path) -> None:
    broken = IssuedStatement("energy.E09.2026-06", 1, "energy", "E09", "2026-06", "[]")
    with small_park.opened(root) as ports:
        ports.registry.add_statements([broken], at_s=1)

        with pytest.raises(UnprovableStatementError, match="audit"):
            prove("energy.E09.2026-06", ports=ports)
