"""Answers of witnesses, honest and not: none is believed unchecked."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from taihang.core.errors import LinkError
from taihang.core.tlog.cosignature import cosign
from taihang.core.tlog.note import parse_note
from taihang.core.tlog.witnessing import WitnessAnswer
from taihang.services.ask_witnesses import Answers, ask_witnesses
from watched_park import NOW_S, Watched
from witness_kit import WITNESS_SECRETS, WITNESSES

NAMES = [witness.name for witness in WITNESSES]
SIZE = 5


@pytest.fixture
def park(tmp_path: Path) -> Watched:
    watched = Watched(tmp_path)
    watched.grow(SIZE)
    return watched


def answers(park: Watched, first: Callable[[bytes], WitnessAnswer]) -> Answers:
    """Ask all three, of which the first answers as it is told to."""

    def ask(url: str, body: bytes) -> WitnessAnswer:
        return first(body) if NAMES[0] in url else park.witnesses.ask(url, body)

    with park.opened(writing=False) as ports:
        newest = ports.journal.checkpoint_note or ""
        return ask_witnesses(newest, before=None, ports=replace(ports, ask_witness=ask))


def answer(status: int, body: bytes = b"", media_type: str = "text/plain") -> WitnessAnswer:
    return WitnessAnswer(status, media_type, body)


def line_of(body: bytes, *, number: int = 0, change: str = "") -> bytes:
    note = body.decode().partition("\n\n")[2]
    text = parse_note(note).text + change
    line = cosign(text, witness=WITNESSES[number], at_s=NOW_S, sign=WITNESS_SECRETS[number].sign)
    return line.encode()


def test_ask_witnesses__takes_the_cosignature_among_others_lines(park: Watched) -> None:
    found = answers(park, lambda body: answer(200, line_of(body, number=2) + line_of(body)))

    assert list(found.lines) == NAMES
    assert (found.absent, found.alarms) == ({}, ())


NOT_COUNTED: Final[list[tuple[Callable[[bytes], WitnessAnswer], str]]] = [
    (lambda _: answer(200), "input.note-format"),
    (lambda _: answer(200, b"yes\n"), "input.note-format"),
    (lambda _: answer(200, b"\xff\xff\n"), "input.note-format"),
    (lambda body: answer(200, line_of(body, number=1)), "no cosignature of its key"),
    (lambda body: answer(200, line_of(body, change="x\n")), "integrity.note-signature"),
    (lambda _: answer(302), "HTTP 302"),
    (lambda _: answer(403), "HTTP 403"),
    (lambda _: answer(404), "HTTP 404"),
    (lambda _: answer(500), "HTTP 500"),
    (lambda _: answer(409, b"3\n"), "HTTP 409 without a size"),
    (lambda _: answer(409, b"three\n", "text/x.tlog.size"), "HTTP 409 without a size"),
]


@pytest.mark.parametrize(("first", "why"), NOT_COUNTED)
def test_ask_witnesses__does_not_count_any_other_answer(
    park: Watched, first: Callable[[bytes], WitnessAnswer], why: str
) -> None:
    found = answers(park, first)

    assert list(found.lines) == NAMES[1:]
    assert list(found.absent) == [NAMES[0]]
    assert why in found.absent[NAMES[0]]
    assert found.alarms == ()


def test_ask_witnesses__names_one_that_does_not_answer(park: Watched) -> None:
    def silent(_: bytes) -> WitnessAnswer:
        raise LinkError(given="nobody", expected="an answer", remedy="ask again")

    assert answers(park, silent).absent == {
        NAMES[0]: "link: given nobody; expected an answer; ask again"
    }


@pytest.mark.parametrize(
    ("first", "what"),
    [
        (answer(422), "holds another history at size 0"),
        # An edition of the protocol says so with 409 and the size that was asked from.
        (answer(409, b"0\n", "text/x.tlog.size"), "holds another history at size 0"),
        (answer(409, b"6\n", "text/x.tlog.size"), "has cosigned size 6; the park has 5"),
    ],
)
def test_ask_witnesses__raises_an_alarm_at_another_history(
    park: Watched, first: WitnessAnswer, what: str
) -> None:
    found = answers(park, lambda _: first)

    assert [(alarm.who, alarm.what) for alarm in found.alarms] == [(NAMES[0], what)]
    assert found.absent == {NAMES[0]: what}
    assert list(found.lines) == NAMES[1:]


def test_ask_witnesses__asks_once_more_and_not_for_ever(park: Watched) -> None:
    asked: list[bytes] = []

    def restless(body: bytes) -> WitnessAnswer:
        asked.append(body.partition(b"\n")[0])
        return answer(409, f"{len(asked)}\n".encode(), "text/x.tlog.size")

    found = answers(park, restless)

    assert asked == [b"old 0", b"old 1"]
    assert found.absent == {NAMES[0]: "it changes while it is asked"}


def test_ask_witnesses__starts_from_what_is_known_to_be_cosigned(park: Watched) -> None:
    park.witnesses.down = {NAMES[2]}
    before = park.published().note
    park.witnesses.down = set()
    park.grow(9)
    park.witnesses.asked.clear()

    with park.opened(writing=False) as ports:
        found = ask_witnesses(ports.journal.checkpoint_note or "", before=before, ports=ports)

    firsts = {place: body.partition(b"\n")[0] for place, body in park.witnesses.asked}
    assert firsts == {NAMES[0]: b"old 5", NAMES[1]: b"old 5", NAMES[2]: b"old 0"}
    assert list(found.lines) == NAMES
