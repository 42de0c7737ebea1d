"""A decision bears who, in which role, why, and an id of its own; nobody signs with nothing."""

import pytest

from taihang.core.seal.canonical import DocumentError, Fields, JsonValue
from taihang.core.seal.said import (
    SAID_KEYS,
    DecisionIdError,
    Said,
    UnsignedDecisionError,
    open_said,
)

GOOD = {"id": "d-1", "who": "Li Wei", "role": "dispatcher", "reason": "wind was stronger"}


def test_said__comes_back_from_its_own_fields() -> None:
    said = Said(**GOOD)

    body: JsonValue = said.body()

    assert open_said(Fields(body, where="x", keys=SAID_KEYS)) == said


@pytest.mark.parametrize("id_", ["", " ", "a b", "ü", "-x", "x" * 65, "a/b", "a:b", "a\n"])
def test_said__refuses_an_id_that_is_none(id_: str) -> None:
    with pytest.raises(DecisionIdError, match="an id of its own"):
        Said(**{**GOOD, "id": id_})


@pytest.mark.parametrize("field", ["who", "role", "reason"])
@pytest.mark.parametrize("words", ["", "   ", "x" * 513, "two\nlines", "bell\x07"])
def test_said__refuses_words_that_nobody_could_answer_for(field: str, words: str) -> None:
    with pytest.raises(UnsignedDecisionError, match=field):
        Said(**{**GOOD, field: words})


def test_said__tells_one_person_by_any_way_of_writing() -> None:
    assert Said(**{**GOOD, "who": "Ｌi   WEI"}).person == Said(**GOOD).person


def test_open_said__refuses_what_is_no_text() -> None:
    body: JsonValue = {**GOOD, "who": 7}

    with pytest.raises(DocumentError):
        open_said(Fields(body, where="x", keys=SAID_KEYS))
