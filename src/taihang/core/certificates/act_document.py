"""Acts as canonical JSON, and back: one spelling of each, for its hash is what the log keeps."""

from collections.abc import Callable, Mapping
from dataclasses import fields as fields_of
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from typing import Any, Final, cast

from taihang.core.certificates.act import KINDS, MAX_PIECES, Act, LessOfLot, demand_sound
from taihang.core.certificates.certificate import Piece
from taihang.core.certificates.issue import Issue, read_issue
from taihang.core.seal.canonical import (
    DocumentError,
    Fields,
    JsonValue,
    canonical_bytes,
    load_canonical,
)

FORMAT: Final = "taihang/certificate-act/v1"
_ID_LIMIT: Final = 128
_TEXT_LIMIT: Final = 500
_PIECE_WIDTH: Final = 3
_LOT_WIDTH: Final = 5


def act_bytes(act: Act) -> bytes:
    """Return the one spelling of an act.

    Example:
        >>> from taihang.core.certificates.act import Accept
        >>> act_bytes(Accept(id="a1", actor="E01", at_s=0, offer="o1")).decode()
        '{"actor":"E01","at_s":0,"format":"taihang/certificate-act/v1","id":"a1","kind":"accept","offer":"o1"}'
    """
    document: dict[str, JsonValue] = {"format": FORMAT, "kind": act.KIND}
    for field in fields_of(act):
        document[field.name] = _said(getattr(act, field.name))
    return canonical_bytes(document)


def act_digest(act: Act) -> str:
    """Return the SHA-256 of the spelling of an act [hex]."""
    return sha256(act_bytes(act)).hexdigest()


def open_act(data: bytes) -> Act:
    """Return the act that bytes say, and refuse every other spelling.

    Raises:
        CanonicalJsonError: If they are no canonical JSON.
        DocumentError: If a field is absent, unknown or of another kind.
        ActError: If it contradicts itself.
    """
    value = load_canonical(data)
    kind = value.get("kind") if isinstance(value, dict) else None
    if not isinstance(kind, str) or kind not in KINDS:
        raise DocumentError(
            where="act.kind", given=f"{kind!r}"[:80], expected=f"one of {', '.join(KINDS)}"
        )
    made_of = KINDS[kind]
    names = [field.name for field in fields_of(made_of)]
    fields = Fields(value, where="act", keys=frozenset((*names, "format", "kind")))
    fields.constant("format", expected=FORMAT)
    read = {name: _reader(kind, name)(fields, name) for name in names}
    act = made_of(**read)
    demand_sound(act)
    return act


def _said(value: object) -> JsonValue:
    if isinstance(value, Issue):
        return value.document()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, tuple):
        return [_listed(item) for item in cast("tuple[object, ...]", value)]
    if value is None or isinstance(value, str | int):
        return value
    raise DocumentError(where="act", given=type(value).__name__, expected="a field of an act")


def _listed(item: object) -> JsonValue:
    if isinstance(item, Piece):
        return [item.issue, item.first_wh, item.stop_wh]
    if isinstance(item, LessOfLot):
        return [item.plant, item.start_s, item.first_wh, item.stop_wh, item.less_wh]
    raise DocumentError(where="act", given=type(item).__name__, expected="a piece or a lot")


def _text(fields: Fields, key: str) -> str:
    return fields.text(key, limit=_TEXT_LIMIT)


def _id(fields: Fields, key: str) -> str:
    return fields.text(key, limit=_ID_LIMIT)


def _whole(fields: Fields, key: str) -> int:
    return fields.integer(key, low=0)


def _amount(fields: Fields, key: str) -> int | None:
    return None if fields.raw(key) is None else fields.integer(key, low=1)


def _decimal(fields: Fields, key: str) -> Decimal:
    text = fields.text(key, limit=40)
    try:
        value = Decimal(text)
    except InvalidOperation as error:
        raise fields.error(key, expected="a decimal number") from error
    if not value.is_finite() or format(value, "f") != text:
        raise fields.error(key, expected="a plain decimal number")
    return value


def _pieces(fields: Fields, key: str) -> tuple[Piece, ...]:
    found: list[Piece] = []
    for item in fields.items(key, limit=MAX_PIECES):
        match item:
            case [str() as issue, int() as first_wh, int() as stop_wh]:
                found.append(Piece(issue, first_wh, stop_wh))
            case _:
                raise fields.error(key, expected="pieces [issue, first_wh, stop_wh]")
    return tuple(found)


def _lots(fields: Fields, key: str) -> tuple[LessOfLot, ...]:
    found: list[LessOfLot] = []
    for item in fields.items(key, limit=MAX_PIECES):
        match item:
            case [str() as plant, int() as start, int() as first, int() as stop, int() as less]:
                found.append(LessOfLot(plant, start, first, stop, less))
            case _:
                raise fields.error(
                    key, expected="lots [plant, start_s, first_wh, stop_wh, less_wh]"
                )
    return tuple(found)


def _issue(fields: Fields, key: str) -> Issue:
    return read_issue(fields.raw(key), where=f"{fields.where}.{key}")


# A field has a type of its own: which one, its name says.
_READERS: Final[Mapping[str, Callable[[Fields, str], Any]]] = {
    "amount_cny": _decimal,
    "at_s": _whole,
    "beneficiary": _text,
    "lots": _lots,
    "open_until_s": _whole,
    "pay_within_s": _whole,
    "pieces": _pieces,
    "price_cny_per_mwh": _decimal,
    "purpose": _text,
    "reason": _text,
    "reference": _text,
    "wh": _amount,
}


def _reader(kind: str, name: str) -> Callable[[Fields, str], Any]:
    if (kind, name) == ("issue", "issue"):
        return _issue
    return _READERS.get(name, _id)
