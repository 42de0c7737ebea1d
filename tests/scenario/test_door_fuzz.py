"""Thousands of random bodies of both kinds: never a 5xx, and nothing stored of what is refused."""

import json
from collections.abc import Generator
from pathlib import Path
from typing import Any, Final, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import small_park
from door_kit import BATCH_TYPE, Answer, DoorKit, open_door, token_for
from scenario.test_door_input import GOOD
from taihang.core.seal import batch_v2
from taihang.core.seal.batch import ClockState, Envelope

N_EACH: Final = 1_600
"""Cases of each kind."""
_SETTINGS: Final = settings(
    max_examples=N_EACH,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
_WORDS: Final = (
    "NaN", "Infinity", "-Infinity", "1e400", "-0.0", "0.1", "1E5", "true", "false", "null", '"12"',
    "[]", "{}", "[[]]", '{"a":1,"a":2}', '"\\ud800"', "9223372036854775807", "9223372036854775808",
    "-9223372036854775808", "1" * 400, "\ufeff", "\x00", '"\\u0000"', ",", ":", '"', "}", "]", "//",
)  # fmt: skip
"""What parsers stumble over; without it random text never gets that far."""
_PLAIN: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=10,
)
_KEYS: Final = tuple(key for key in json.loads(GOOD) if key != "blocks")
_BLOCK_KEYS: Final = tuple(json.loads(GOOD)["blocks"][0])


class Fuzz:
    """An open door, and how much it has stored."""

    def __init__(self, kit: DoorKit, token: str, batches: list[bytes]) -> None:
        self._kit = kit
        self._token = token
        self.batches = batches
        self.n_stored = self._count()

    def _count(self) -> int:
        text = self._kit.ask("GET", "/metrics").body.decode()
        (line,) = (line for line in text.splitlines() if line.startswith("taihang_journal_records"))
        return int(line.split()[1])

    def judge(self, body: bytes, media_type: str) -> Answer:
        """Send a body and compare what was stored with what was answered."""
        answer = self._kit.post(body, media_type, authorization=f"Bearer {self._token}")
        before, self.n_stored = self.n_stored, self._count()
        assert answer.status < 500, answer.body
        assert self.n_stored - before == (answer.status == 201), answer.body
        if answer.status >= 400:
            assert answer.facts["code"]
            assert answer.facts["field"]
        return answer


@pytest.fixture(scope="module")
def fuzz(tmp_path_factory: pytest.TempPathFactory) -> Generator[Fuzz]:
    root = small_park.make(tmp_path_factory.mktemp("fuzz") / "park")
    token = token_for(root, "GW2")
    batches = _batches(root)
    with open_door(root) as kit:
        yield Fuzz(kit, token, batches)


def _batches(root: Path) -> list[bytes]:
    """Batches of both versions."""
    block = small_park.cut(small_park.registers("M-E02", small_park.DAY), 0, 5)
    with small_park.opened(root) as ports:
        key = ports.keys.signing_key("gateway-GW2")
        envelope = Envelope(
            gateway="GW2",
            gateway_key=key.public,
            counter=900,
            sent_at_s=small_park.DAY.end_s,
            clock=ClockState.SYNCHRONISED,
            origin=small_park.ORIGIN,
        )
        second = batch_v2.seal_batch(envelope, blocks=[block], seed=bytes(16), sign=key.sign)
        return [small_park.sealed(ports, "GW2", 901, block), second]


@st.composite
def _forms(draw: st.DrawFn) -> bytes:
    """The good form with something else in one or two places."""
    form: dict[str, Any] = json.loads(GOOD)
    form["counter"] = draw(st.integers(1, 30))
    marks: dict[str, str] = {}
    for number in range(draw(st.integers(1, 2))):
        where: dict[str, Any] = form
        blocks = form["blocks"]
        if isinstance(blocks, list) and isinstance(blocks[0], dict) and draw(st.booleans()):
            where = cast("dict[str, Any]", blocks[0])
        key = draw(st.sampled_from(_BLOCK_KEYS if where is not form else (*_KEYS, "blocks")))
        mark = f"@{number}@"
        marks[f'"{mark}"'] = draw(st.sampled_from(_WORDS) | _PLAIN.map(json.dumps))
        old: Any = where[key]
        if isinstance(old, list) and old and draw(st.booleans()):
            items = cast("list[Any]", old)
            items[draw(st.integers(0, len(items) - 1))] = mark
        else:
            where[key] = mark
    text = json.dumps(form)
    for mark, words in marks.items():
        text = text.replace(mark, words)
    return text.encode(errors="surrogatepass")


@st.composite
def _altered(draw: st.DrawFn, of: bytes) -> bytes:
    """Some bytes with others in their place, more or fewer of them."""
    data = bytearray(of)
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(data)))
        n_out = draw(st.sampled_from((0, 0, 1, 1, 4, 40)))
        into = draw(st.binary(max_size=6) | st.sampled_from([word.encode() for word in _WORDS]))
        data[at : at + n_out] = into
    return bytes(data)


@_SETTINGS
@given(body=_forms() | _altered(GOOD.encode()) | st.binary(max_size=60))
def test_json__is_stored_or_refused_whatever_it_is(body: bytes, fuzz: Fuzz) -> None:
    answer = fuzz.judge(body, "application/json")

    assert answer.status in {200, 201, 400, 403, 409, 422}


@_SETTINGS
@given(data=st.data())
def test_batch__is_stored_or_refused_whatever_it_is(data: st.DataObject, fuzz: Fuzz) -> None:
    good = data.draw(st.sampled_from(fuzz.batches), label="batch")
    body = data.draw(_altered(good) | st.binary(max_size=60) | st.just(good), label="body")

    answer = fuzz.judge(body, BATCH_TYPE)

    assert answer.status in {200, 201, 400, 403, 409, 422}
    assert answer.status >= 400 or body in fuzz.batches
    assert answer.status < 400 or body != fuzz.batches[0]
