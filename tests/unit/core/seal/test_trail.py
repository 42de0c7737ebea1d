"""Entries of the audit trail: one spelling, and everything else refused."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.core.errors import InputError
from taihang.core.seal.canonical import DocumentError, canonical_bytes, load_canonical
from taihang.core.seal.trail import (
    MAGIC,
    MAX_ENTRY_BYTES,
    Outcome,
    TrailEntry,
    TrailEntryError,
    TrailRecord,
    key_in,
    open_trail_record,
    seal_trail_record,
)
from trail_kit import entry

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(1 << 63), (1 << 63) - 1) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
TRICKY = st.sampled_from(['","id":"x', '"outcome":"done"', '\\","id":"', "\\", '"'])
BODIES = st.dictionaries(TEXTS | st.sampled_from(["id", "outcome"]), VALUES | TRICKY, max_size=4)


@given(
    body=BODIES,
    subject=TEXTS | TRICKY,
    outcome=st.sampled_from(Outcome),
    number=st.integers(0, (1 << 63) - 1),
)
def test_seal_trail_record__opens_to_the_same_entry_and_shows_its_key(
    body: dict[str, object], subject: str, outcome: Outcome, number: int
) -> None:
    said = load_canonical(canonical_bytes(body))  # type: ignore[arg-type]
    assert isinstance(said, dict)
    known = replace(entry(1), body=said, subject=subject, outcome=outcome)
    record = TrailRecord(number, bytes(range(32)), known)

    data = seal_trail_record(record)

    assert open_trail_record(data) == record
    assert key_in(data) == known.key


@pytest.mark.parametrize(
    "change",
    [
        {"id": ""},
        {"id": 'a"b'},
        {"id": "x" * 129},
        {"at_s": -1},
        {"kind": "Login"},
        {"subject": "x" * 257},
        {"actor": ""},
        {"actor": "a\nb"},
        {"enterprise": "x" * 151},
        {"roles": ("b", "a")},
        {"roles": ("a", "a")},
        {"request_id": "a b"},
        {"body": {"x": "y" * MAX_ENTRY_BYTES}},
    ],
)
def test_seal_trail_record__refuses_what_it_could_not_open(change: dict[str, object]) -> None:
    wrong = replace(entry(1), **change)

    with pytest.raises(InputError):
        seal_trail_record(TrailRecord(0, bytes(32), wrong))


def test_open_trail_record__refuses_unknown_and_absent_fields() -> None:
    document = load_canonical(seal_trail_record(TrailRecord(0, bytes(32), entry(1)))[len(MAGIC) :])
    assert isinstance(document, dict)
    assert len(document) == 12

    for key in document:
        without = {name: value for name, value in document.items() if name != key}
        with pytest.raises(DocumentError):
            open_trail_record(MAGIC + canonical_bytes(without))
    with pytest.raises(DocumentError):
        open_trail_record(MAGIC + canonical_bytes({**document, "ip": "10.0.0.1"}))
    with pytest.raises(TrailEntryError):
        open_trail_record(canonical_bytes(document))


def test_is_same_act__looks_at_what_was_done_and_not_at_when() -> None:
    once = entry(1)

    assert once.is_same_act(replace(once, at_s=once.at_s + 9, request_id="again", roles=()))
    for other in (
        replace(once, subject="/other"),
        replace(once, actor="user9"),
        replace(once, body={}),
        replace(once, kind="export2"),
    ):
        assert not once.is_same_act(other)


def test_key__an_act_that_failed_may_be_done_later() -> None:
    once = entry(1)

    assert once.key != replace(once, outcome=Outcome.FAILED).key
    assert once.key == TrailEntry(id=once.id, at_s=0, kind="x", subject="").key
