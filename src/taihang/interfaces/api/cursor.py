"""Pages of lists: a cursor names the last thing that was shown, so that inserts move nothing.

A cursor is opaque and signed with the secret of the park's sessions: it cannot be made up, and one
of another list is refused.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import Annotated, Final, TypeVar, cast

from django.core.signing import BadSignature, Signer
from pydantic import Field

from taihang.core.errors import InputError
from taihang.interfaces.api.bounds import PAGE, PAGE_MOST
from taihang.interfaces.api.schema import Words

_SALT: Final = "taihang.api.cursor"
CURSOR_SIGNS: Final = 2_000
"""Longest cursor: one that names an id of 200 signs, whatever they are, is accepted again."""
Thing = TypeVar("Thing")


class CursorError(InputError):
    """A cursor is none, or of another list."""

    code = "input.cursor"

    def __init__(self) -> None:
        super().__init__(
            given="a cursor that is none of this list",
            expected="the next of an answer to the same question",
            remedy="ask for the first page without a cursor",
        )


class Paging(Words):
    """Which part of a list."""

    cursor: Annotated[str, Field(max_length=CURSOR_SIGNS)] | None = None
    """``next`` of the answer before."""
    limit: Annotated[int, Field(ge=1, le=PAGE_MOST)] = PAGE
    """How many things, 1 … 500."""


def page_of(
    things: Sequence[Thing],
    paging: Paging,
    *,
    key: Callable[[Thing], str],
    question: str,
) -> tuple[list[Thing], str | None]:
    """Cut a page out of a list.

    Args:
        things: Everything, in the order of ``key``.
        paging: Which part.
        key: What orders the list; no two things share it.
        question: What the list is of, with all its conditions: a cursor holds for no other.

    Returns:
        The things of the page, and the cursor of the next; None at the end.

    Raises:
        CursorError: If the cursor is none of this list.
    """
    after = None if paging.cursor is None else _opened(paging.cursor, question)
    rest = [each for each in things if after is None or key(each) > after]
    shown = rest[: paging.limit]
    if len(rest) == len(shown):
        return shown, None
    told = json.dumps([question, key(shown[-1])], ensure_ascii=False).encode()
    return shown, _signer().sign(urlsafe_b64encode(told).decode())


def _opened(cursor: str, question: str) -> str:
    try:
        told = urlsafe_b64decode(_signer().unsign(cursor))
    except (BadSignature, ValueError) as error:
        raise CursorError from error
    asked, last = cast("list[str]", json.loads(told))
    if asked != question:
        raise CursorError
    return last


def _signer() -> Signer:
    return Signer(salt=_SALT)
