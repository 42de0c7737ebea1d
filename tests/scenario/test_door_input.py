"""Everything wrong that can be sent to the door: a 4xx with code and field, and nothing is stored.

The cases stand in ``door_input.txt``, one a line.
"""

import gzip
import json
import zlib
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

import small_park
from door_kit import BATCH_TYPE, DoorKit, open_door, token_for
from taihang.interfaces.ingest.limits import Limits

TABLE: Final = Path(__file__).with_name("door_input.txt")
GOOD: Final = """{
  "format": "taihang/readings/v1", "gateway": "GW2", "counter": 17, "sent_at_s": 1780971360,
  "clock": "synchronised", "events": [],
  "blocks": [{"point": "M-E02", "quantity": "register", "unit": "Wh", "scale": "100",
    "modulus": 10000000, "times_s": [1780970400, 1780971300], "counts": [4821, 4822],
    "quality": ["measured", "measured"]}]
}"""
_LONG: Final = "7" * 5_000


@dataclass(frozen=True)
class Case:
    """One line of the table."""

    kind: str
    words: tuple[str, ...]
    status: int
    code: str
    field: str


@dataclass(frozen=True)
class Trial:
    """An open door, a token of GW2, and bodies to send."""

    kit: DoorKit
    token: str
    bodies: Mapping[str, bytes]

    def n_stored(self) -> int:
        text = self.kit.ask("GET", "/metrics").body.decode()
        (line,) = (line for line in text.splitlines() if line.startswith("taihang_journal_records"))
        return int(line.split()[1])


def cases() -> list[Case]:
    found: list[Case] = []
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            kind, *words, status, code, field = (part.strip() for part in line.split("|"))
            found.append(Case(kind, tuple(words), int(status), code, field))
    return found


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Generator[Trial]:
    root = small_park.make(tmp_path_factory.mktemp("door") / "park")
    token = token_for(root, "GW2")
    bodies = _bodies(root)
    with open_door(root) as kit:
        assert kit.post(bodies["first"], BATCH_TYPE).status == 201
        yield Trial(kit, token, bodies)


def _bodies(root: Path) -> dict[str, bytes]:
    block = small_park.registers("M-E02", small_park.DAY)
    other = small_park.registers("M-E01", small_park.DAY)
    with small_park.opened(root) as ports:
        first = small_park.sealed_v1(ports, "GW2", 1, block)
        good = small_park.sealed_v1(ports, "GW2", 2, block)
        stranger = small_park.sealed_v1(ports, "GW2", 3, block, key_name="gateway-GW1")
        foreign = small_park.sealed_v1(ports, "GW2", 4, other)
        second = small_park.sealed(ports, "GW2", 5, block)
        other_key = small_park.sealed(ports, "GW2", 6, block, key_name="gateway-GW1")
        no_key = small_park.sealed(ports, "GW2", 7, block, key_ordinal=9)
    magic = len(b"taihang/batch/v1\n")
    header_end, front_end = (
        magic + 4 + int.from_bytes(batch[magic : magic + 4], "little") + signature
        for batch, signature in ((good, 0), (second, 64))
    )
    return {
        "first": first,
        "good-batch": good,
        "good-json": GOOD.encode(),
        "empty": b"",
        "bom": b"\xef\xbb\xbf" + GOOD.encode(),
        "utf16": GOOD.encode("utf-16"),
        "gbk": GOOD.replace("GW2", "太行").encode("gbk"),
        "gzip-bomb": gzip.compress(b" " * 50_000_000, 9),
        "deep-list": b"[" * 1_000_000,
        "deep-object": b'{"a":' * 200_000,
        "nested-33": b'{"blocks": ' + b"[" * 32 + b"]" * 32 + b"}",
        "list": b"[]",
        "two-documents": GOOD.encode() * 2,
        "html": b"<!doctype html><title>504</title>",
        "too-large": b" " * (Limits().max_body_bytes + 1),
        "random": bytes(range(256)) * 40,
        "magic-only": good[:magic],
        "header-only": good[:header_end],
        "trailing-byte": good + b"\0",
        "foreign-key": stranger,
        "bad-signature": _flipped(good, header_end),
        "altered-reading": _flipped(good, len(good) - 200),
        "foreign-meter": foreign,
        "v2-header-only": second[:front_end],
        "v2-flipped-header": _flipped(second, magic + 12),
        "v2-flipped-body": _flipped(second, len(second) - 9),
        "v2-trailing-byte": second + b"\0",
        "v2-other-key": other_key,
        "v2-no-key": no_key,
        "v2-bomb": second[:front_end] + zlib.compress(bytes(100_000_000), 9),
    }


def _flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


@pytest.mark.parametrize("case", cases(), ids=lambda case: "-".join((case.kind, *case.words))[:60])
def test_door__refuses_it_and_stores_nothing(case: Case, trial: Trial) -> None:
    before = trial.n_stored()
    headers = {"authorization": f"Bearer {trial.token}", "content-type": "application/json"}
    body = GOOD.encode()
    if case.kind == "json":
        old, new = case.words
        body = _replaced(old, new.replace("<5000 digits>", _LONG))
    elif case.kind == "body":
        body = trial.bodies[case.words[0]]
        headers["content-type"] = case.words[1]
    else:
        name, _, value = case.words[0].partition(":")
        headers[name] = value.strip()

    answer = trial.kit.ask("POST", "/api/v1/batches", body, headers=headers)

    facts = answer.facts
    assert (answer.status, facts["code"], facts["field"]) == (case.status, case.code, case.field)
    assert answer.headers["content-type"] == "application/problem+json"
    assert {"type", "title", "status", "given", "expected", "remedy"} <= set(facts)
    assert trial.n_stored() == before


def _replaced(old: str, new: str) -> bytes:
    assert old in GOOD
    return GOOD.replace(old, new, 1).encode()


def test_door__takes_the_good_form_the_table_starts_from(trial: Trial) -> None:
    named = {"authorization": f"Bearer {trial.token}"}

    answers = [trial.kit.post(GOOD.encode(), "application/json", **named) for _ in range(2)]

    assert [answer.status for answer in answers] == [201, 200]
    receipts = [answer.facts for answer in answers]
    assert receipts[0]["leaf_hash"] == receipts[1]["leaf_hash"]
    assert json.loads(GOOD)["counter"] == receipts[0]["counter"]


def test_door__of_a_fork_nothing_is_stored_and_both_sides_are_kept(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park")
    block = small_park.registers("M-E02", small_park.DAY)
    with small_park.opened(root) as ports:
        first = small_park.sealed(ports, "GW2", 1, block)
        fork = small_park.sealed(ports, "GW2", 1, small_park.but(block, [3], count=5))
        later = small_park.sealed(ports, "GW2", 2, block)
    with open_door(root) as kit:
        answers = [kit.post(batch, BATCH_TYPE) for batch in (first, fork, fork, later)]

    assert [answer.status for answer in answers] == [201, 409, 409, 409]
    assert [answer.facts["code"] for answer in answers[1:]] == [
        "integrity.counter-fork",
        "integrity.counter-fork",
        "state.quarantined-gateway",
    ]
    with small_park.opened(root) as ports:
        assert ports.lake.batches().last_counters() == {"GW2": 1}
        assert len(ports.quarantine.names()) == 2


def test_table__holds_every_kind_of_bad_input() -> None:
    found = cases()

    assert len(found) >= 80
    assert len({case.code for case in found}) >= 14
    assert all(400 <= case.status < 500 for case in found)
