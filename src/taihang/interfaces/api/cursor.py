"""Pages of lists: a cursor names the last thing that was shown, so that inserts move nothing.

A cursor is opaque and signed with the secret of the park's sessions: it cannot be made up, and one
of another list is refused.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import Final, TypeVar, cast

from django.core.signing import BadSignature, Signer

from taihang.core.errors import InputError
from taihang.interfaces.api.bounds import PAGE, PAGE_MOST
from taihang.interfaces.api.schema import Words

_SALT: Final = "taihang.api.cursor"
_LENGTH_MOST: Final = 600
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

    cursor: str | None = None
    """``next`` of the answer before."""
    limit: int = PAGE
    """How many things, 1 … 500."""


class LimitError(InputError):
    """A page is asked for that is empty or too long."""

    code = "input.page-limit"


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
        LimitError: If the length of a page is out of bounds.
        CursorError: If the cursor is none of this list.
    """
    if not 1 <= paging.limit <= PAGE_MOST:
        raise LimitError(
            given=f"limit={paging.limit}",
            expected=f"1 … {PAGE_MOST}",
            remedy="ask for fewer things, and follow `next`",
        )
    after = None if paging.cursor is None else _opened(paging.cursor, question)
    rest = [each for each in things if after is None or key(each) > after]
    shown = rest[: paging.limit]
    if len(rest) == len(shown):
        return shown, None
    told = json.dumps([question, key(shown[-1])]).encode()
    return shown, _signer().sign(urlsafe_b64encode(told).decode())


def _opened(cursor: str, question: str) -> str:
    if len(cursor) > _LENGTH_MOST:
        raise CursorError
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
