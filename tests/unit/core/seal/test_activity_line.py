"""The text of a line: one spelling for one content, and nothing lost on the way back."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activity_kit import record
from taihang.core.activity.record import ActivityRecordError, Flow
from taihang.core.errors import TaihangError
from taihang.core.seal.activity_line import ActivityLine, open_line, plain
from taihang.core.seal.canonical import CanonicalJsonError, DocumentError, canonical_bytes

SHA = st.text("0123456789abcdef", min_size=64, max_size=64)
AMOUNTS = st.decimals(min_value=0, max_value=10**15, places=6).map(str)


@given(
    amount=AMOUNTS,
    uncertainty=st.none() | AMOUNTS,
    flow=st.sampled_from(Flow),
    evidence=st.lists(SHA, max_size=3).map(tuple),
    form=st.none() | SHA,
    version=st.integers(1, 99),
    reason=st.text(min_size=1, max_size=40).filter(lambda text: text.strip() != ""),
)
def test_open_line__gives_back_what_was_written(
    amount: str,
    uncertainty: str | None,
    flow: Flow,
    evidence: tuple[str, ...],
    form: str | None,
    version: int,
    reason: str,
) -> None:
    line = ActivityLine(
        record(
            amount=amount,
            uncertainty_ratio=uncertainty,
            flow=flow,
            evidence=evidence,
            version=version,
            reason=reason,
        ),
        form=form,
    )

    opened = open_line(line.document)

    assert opened == line
    assert opened.document == line.document
    assert opened.files == ((form,) if form else ()) + evidence


def test_document__is_the_same_for_the_same_number_however_it_was_spelled() -> None:
    texts = {
        ActivityLine(record(amount=amount), form=None).document
        for amount in ("1200", "1200.00", "1.2E+3", "12E2")
    }

    assert len(texts) == 1
    assert '"amount":"1200"' in texts.pop()


@given(st.decimals(min_value=0, max_value=10**15, places=9))
def test_plain__keeps_the_value_and_has_no_other_spelling(number: Decimal) -> None:
    text = plain(number)

    assert Decimal(text) == number
    assert plain(Decimal(text)) == text
    assert "E" not in text


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("amount", "12.80", DocumentError),
        ("amount", "NaN", ActivityRecordError),
        ("amount", "Infinity", ActivityRecordError),
        ("amount", "abc", DocumentError),
        ("amount", "-1", ActivityRecordError),
        ("amount", 12, DocumentError),
        ("flow", "burnt", DocumentError),
        ("origin", "rumour", DocumentError),
        ("format", "taihang/activity-line/v2", DocumentError),
        ("form", "ab", DocumentError),
        ("evidence", ["ab"], ActivityRecordError),
        ("evidence", [1], ActivityRecordError),
        ("evidence", ["ab" * 32] * 65, DocumentError),
        ("version", 0, ActivityRecordError),
        ("period", "2026-13", ActivityRecordError),
        ("more", "x", DocumentError),
    ],
)
def test_open_line__refuses_what_no_line_says(
    field: str, value: object, error: type[TaihangError]
) -> None:
    document = json.loads(ActivityLine(record(), form=None).document)
    document[field] = value

    with pytest.raises(error):
        open_line(canonical_bytes(document).decode())


def test_open_line__refuses_text_that_is_not_canonical() -> None:
    document = ActivityLine(record(), form=None).document

    with pytest.raises(CanonicalJsonError):
        open_line(document.replace(":", ": ", 1))


def test_open_line__a_withdrawal_is_of_a_format_of_its_own() -> None:
    line = ActivityLine(replace(record(version=2), withdrawn_by="李伟"), form="ab" * 32)
    said = json.loads(line.document)

    assert open_line(line.document) == line
    assert (said["format"], said["withdrawn_by"]) == ("taihang/activity-line/v2", "李伟")
    assert "withdrawn_by" not in json.loads(ActivityLine(record(), form=None).document)
    with pytest.raises(DocumentError):
        open_line(canonical_bytes({**said, "format": "taihang/activity-line/v1"}).decode())
    del said["withdrawn_by"]
    with pytest.raises(DocumentError):
        open_line(canonical_bytes(said).decode())
