"""Which status a refusal has, and what its body tells."""

import json

import pytest

from taihang.core.errors import InputError, IntegrityError, LinkError, StateError, TaihangError
from taihang.core.seal.canonical import DocumentError
from taihang.interfaces.ingest.limits import TooFastError
from taihang.interfaces.ingest.problem import (
    STATUS,
    InternalError,
    problem_body,
    retry_after_s,
    status_of,
)

WORDS = {"given": "a", "expected": "b", "remedy": "c"}


def _with_code(code: str) -> TaihangError:
    error = InputError(**WORDS)
    vars(error)["code"] = code
    return error


@pytest.mark.parametrize(
    ("kind", "status"),
    [(InputError, 422), (StateError, 409), (IntegrityError, 500), (LinkError, 503)],
)
def test_status_of__follows_the_branch(kind: type[TaihangError], status: int) -> None:
    assert status_of(kind(**WORDS)) == status


def test_status_of__bad_input_is_never_a_fault_of_the_server() -> None:
    assert all(status < 500 for code, status in STATUS.items() if code.startswith("input."))


@pytest.mark.parametrize("code", STATUS)
def test_retry_after_s__is_given_exactly_where_it_helps(code: str) -> None:
    wait_s = retry_after_s(_with_code(code))

    assert (wait_s is not None) == (STATUS[code] in {503, 507})
    assert wait_s is None or 1 <= wait_s <= 60


def test_retry_after_s__is_what_the_contract_says() -> None:
    error = TooFastError(gateway="GW1", batches_per_min=6, wait_s=10)

    assert (status_of(error), retry_after_s(error)) == (429, 10)


def test_problem_body__names_the_closest_place() -> None:
    error = DocumentError(where="body.blocks[0].unit", given="'kWh'", expected="Wh")

    near = json.loads(problem_body(error, field="body"))
    far = json.loads(problem_body(InternalError.met("batch"), field="body"))

    assert (near["field"], near["status"], near["code"]) == (
        "body.blocks[0].unit",
        422,
        "input.document",
    )
    assert near["type"] == "urn:taihang:error:input.document"
    assert (far["field"], far["status"]) == ("body", 500)


def test_problem_body__carries_nothing_that_steers_a_terminal() -> None:
    error = InputError(given="\x1b[31m\r\n\u202eevil" + "x" * 9_000, expected="b", remedy="c")

    body = problem_body(error, field="body")

    assert body.isascii()
    assert not any(sign in json.loads(body)["given"] for sign in "\x1b\r\n\u202e")
    assert len(body) < 1_500
