"""The protocol of C2SP tlog-witness, answer by answer."""

import asyncio
import json
from collections.abc import MutableMapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from typing_extensions import override

from evidence_kit import OTHER_SECRET, verify_signature
from taihang.adapters.stores.witness_state import WitnessFiles
from taihang.adapters.system import PosixDisk
from taihang.core.tlog.checkpoint import Checkpoint, sign_checkpoint
from taihang.core.tlog.cosignature import cosignatures_of
from taihang.core.tlog.note import parse_note
from taihang.core.tlog.witnessing import AddCheckpoint, encode_add_checkpoint
from taihang.interfaces.asgi import AsgiApplication
from taihang.interfaces.witness.app import create_witness_application
from watched_park import answer_of
from witness_kit import (
    LOG,
    WITNESSES,
    honest_tree,
    note_of,
    request_of,
    rewritten_tree,
    state_in,
    witness_of,
)

TREE = honest_tree(100)
FORKED = rewritten_tree(100)
ADD = "/add-checkpoint"


@pytest.fixture
def app(tmp_path: Path) -> AsgiApplication:
    return create_witness_application(witness_of(state_in(tmp_path / "w")))


def test_add_checkpoint__answers_200_with_signature_lines(app: AsgiApplication) -> None:
    found = answer_of(app, ADD, request_of(TREE, old=0, new=50))

    note = parse_note(note_of(TREE, 50) + found.body.decode())
    cosigned = cosignatures_of(note, witnesses=WITNESSES[:1], verify=verify_signature)
    assert (found.status, len(cosigned)) == (200, 1)


def test_add_checkpoint__answers_409_with_the_size_it_holds(app: AsgiApplication) -> None:
    for _ in range(2):
        answer_of(app, ADD, request_of(TREE, old=0, new=50))

        found = answer_of(app, ADD, request_of(TREE, old=30, new=60))

        assert (found.status, found.media_type, found.body) == (409, "text/x.tlog.size", b"50\n")


@pytest.mark.parametrize(("old", "new"), [(50, 50), (50, 100)])
def test_add_checkpoint__answers_422_to_another_history(
    app: AsgiApplication, old: int, new: int
) -> None:
    answer_of(app, ADD, request_of(TREE, old=0, new=50))

    found = answer_of(app, ADD, request_of(FORKED, old=old, new=new))

    assert found.status == 422
    evidence = cast(
        "list[dict[str, object]]", json.loads(answer_of(app, "/evidence", method="GET").body)
    )
    assert [(item["held"], item["refused"], item["proven"]) for item in evidence] == [
        (note_of(TREE, 50), note_of(FORKED, new), True)
    ]


def test_add_checkpoint__answers_404_and_403_to_strangers(app: AsgiApplication) -> None:
    other = OTHER_SECRET.public_key().public_bytes_raw()
    unknown, forged = (
        sign_checkpoint(Checkpoint(origin, 5, bytes(32)), public_key=other, sign=OTHER_SECRET.sign)
        for origin in ("other/log", LOG.name)
    )

    statuses = [
        answer_of(app, ADD, encode_add_checkpoint(AddCheckpoint(0, (), note))).status
        for note in (unknown, forged)
    ]

    assert statuses == [404, 403]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"old 0",
        b"old 0\n\n",
        b"old 0\n\nno note",
        b"\x00" * 100,
        b"old 0\n\npark.example/log\nmany\nAAAA\n\n\xe2\x80\x94 x AAAAAAAA\n",
        request_of(TREE, old=0, new=50).replace(b"old 0", b"old 51"),
    ],
)
def test_add_checkpoint__answers_400_to_what_is_no_request(
    app: AsgiApplication, body: bytes
) -> None:
    assert answer_of(app, ADD, body).status == 400


def test_add_checkpoint__answers_413_to_a_body_without_end(app: AsgiApplication) -> None:
    assert answer_of(app, ADD, bytes(65_537)).status == 413


def test_add_checkpoint__answers_408_to_a_body_that_does_not_come(tmp_path: Path) -> None:
    app = create_witness_application(witness_of(state_in(tmp_path / "w")), body_timeout_s=0)
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> dict[str, Any]:
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: MutableMapping[str, Any]) -> None:
        await asyncio.sleep(0)
        sent.append(message)

    async def run() -> None:
        await app({"type": "http", "method": "POST", "path": ADD}, receive, send)

    asyncio.run(run())

    assert sent[0]["status"] == 408


def test_add_checkpoint__answers_503_while_its_disk_is_suspect(tmp_path: Path) -> None:
    state_in(tmp_path / "w")
    state = WitnessFiles(tmp_path / "w", disk=BrokenDisk())
    app = create_witness_application(witness_of(state))

    found = [answer_of(app, ADD, request_of(TREE, old=0, new=new)).status for new in (5, 5, 9)]

    assert found == [503, 503, 503]
    assert state.held(LOG.name) is None


class BrokenDisk(PosixDisk):
    """Fails every forced write."""

    @override
    def fsync(self, path: Path) -> None:
        raise OSError(5, "Input/output error")


def test_status__shows_key_and_the_checkpoint_of_each_log(
    app: AsgiApplication, tmp_path: Path
) -> None:
    answer_of(app, ADD, request_of(TREE, old=0, new=50))

    found = json.loads(answer_of(app, "/status", method="GET").body)

    assert found == {
        "name": WITNESSES[0].name,
        "key": WITNESSES[0].public_key.hex(),
        "logs": {LOG.name: note_of(TREE, 50)},
    }
    nothing = create_witness_application(replace(witness_of(state_in(tmp_path / "w2")), logs={}))
    assert json.loads(answer_of(nothing, "/status", method="GET").body)["logs"] == {}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", ADD, 405),
        ("PUT", ADD, 405),
        ("POST", "/evidence", 405),
        ("GET", "/", 404),
        ("GET", "/../state.json", 404),
        ("GET", "/keys/witness.key", 404),
    ],
)
def test_application__has_no_other_door(
    app: AsgiApplication, method: str, path: str, status: int
) -> None:
    assert answer_of(app, path, method=method).status == status


def test_application__does_nothing_but_http(app: AsgiApplication) -> None:
    async def run() -> None:
        await app({"type": "lifespan"}, cast("Any", None), cast("Any", None))

    with pytest.raises(NotImplementedError):
        asyncio.run(run())
