"""What else changes in a park file with an object: its meters, and the lists that have to name it.

An asset without its meter is no park, a meter needs a gateway that speaks for it, and a user one
grid tariff. So they come, and go, together. Nothing here knows the text of the file.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, cast

from taihang.config.park_edit import Change, Typed
from taihang.core.errors import InputError

LISTS: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "enterprises": (
        ("grid_tariffs", "users"),
        ("feeders", "members"),
        ("dedicated_lines", "users"),
    ),
    "stations": (("grid_tariffs", "users"), ("feeders", "members"), ("dedicated_lines", "users")),
    "plants": (("feeders", "members"), ("dedicated_lines", "plants")),
    "batteries": (("feeders", "members"),),
    "meters": (("gateways", "meters"),),
    "media_meters": (("gateways", "meters"),),
    "reactive_meters": (("gateways", "meters"),),
}
"""Which lists may name an object of a kind: table and key."""
DIRECTIONS: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "enterprises": (("", "consumption"),),
    "stations": (("", "consumption"),),
    "plants": (("", "generation"),),
    "batteries": (("-CH", "charge"), ("-DIS", "discharge")),
}
"""What has to be metered of an asset: end of the meter's id, and direction."""
ALL: Final = "all"
"""A list that is this word names everyone already."""
_METERS: Final = "meters"
_GATEWAYS: Final = "gateways"
Document = Mapping[str, object]
"""A park file as the parser of TOML gives it."""


class MeterInUseError(InputError):
    """Something is to leave the park file whose meter has readings."""

    code = "input.meter-in-use"


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What comes with an object that is added."""

    lists: Mapping[str, str]
    """Into which object of a table it goes, for example ``{"feeders": "F1"}``."""
    meter: Typed
    """Keys of its meter, without node and direction; empty of an object that is none's."""
    meter_id: str = ""


def changes_to_add(
    kind: str, object_id: str, typed: Typed, *, beside: Beside, document: Document
) -> list[Change]:
    """Return the changes that bring an object into the park.

    Args:
        kind: The table.
        object_id: Its id.
        typed: What was typed into its fields.
        beside: What comes with it.
        document: The park file as it is.

    Example:
        >>> beside = Beside(lists={"gateways": "GW1"}, meter={})
        >>> park = {"gateways": {"GW1": {"meters": ["M-1"]}}}
        >>> changes_to_add("meters", "M-2", {}, beside=beside, document=park)[1].typed
        {'meters': 'M-1, M-2'}
    """
    changes = [Change(kind, object_id, typed, "add")]
    come = {owner: [object_id] for owner in _owners(kind, beside)}
    # Where no gateway is named none speaks for the meter: judging the park says so.
    speaker = (_GATEWAYS, "meters", beside.lists.get(_GATEWAYS, ""))
    for ending, direction in DIRECTIONS.get(kind, ()) if beside.meter else ():
        meter_id = f"{beside.meter_id or f'M-{object_id}'}{ending}"
        meter = {"node": object_id, "measures": direction, **beside.meter}
        changes.append(Change(_METERS, meter_id, meter, "add"))
        come.setdefault(speaker, []).append(meter_id)
    return [
        *changes,
        *(_joined(owner, names, document) for owner, names in come.items() if owner[2]),
    ]


def changes_to_remove(kind: str, object_id: str, *, document: Document) -> list[Change]:
    """Return the changes that take an object out of the park, with its meters and its mentions.

    Args:
        kind: The table.
        object_id: Its id.
        document: The park file as it is.
    """
    gone = [(_METERS, meter) for meter in meters_of(kind, object_id, document=document)]
    gone = gone if kind == _METERS else [*gone, (kind, object_id)]
    left = [*_left(gone, document)]
    return [*left, *(Change(table, each, {}, "remove") for table, each in gone)]


def meters_of(kind: str, object_id: str, *, document: Document) -> list[str]:
    """Return the meters that leave the park with an object.

    Example:
        >>> meters_of("plants", "P", document={"meters": {"M": {"node": "P"}, "N": {"node": "Q"}}})
        ['M']
    """
    if kind in {"meters", "media_meters", "reactive_meters"}:
        return [object_id] if kind == _METERS else []
    return [
        meter
        for meter, told in _objects(document, _METERS).items()
        if told.get("node") == object_id
    ]


def demand_unread(meters: list[str], *, read: frozenset[str]) -> None:
    """Refuse to take meters out of the park of which readings are kept.

    Raises:
        MeterInUseError: If one of them has readings.
    """
    if known := sorted(read.intersection(meters)):
        raise MeterInUseError(
            given=f"the removal of {', '.join(known[:6])}",
            expected="meters without readings: past days keep theirs",
            remedy="end its service instead: in_service, until the first day no more",
        )


def _owners(kind: str, beside: Beside) -> Iterator[tuple[str, str, str]]:
    for table, key in LISTS.get(kind, ()):
        if beside.lists.get(table):
            yield table, key, beside.lists[table]


def _joined(place: tuple[str, str, str], names: list[str], document: Document) -> Change:
    """Return the change that puts names into a list; an owner that is new is made with it."""
    table, key, owner = place
    found = _objects(document, table).get(owner)
    if found is None:
        return Change(table, owner, {key: ", ".join(names)}, "add")
    listed = found.get(key)
    if listed == ALL:
        return Change(table, owner, {})
    before = [str(each) for each in cast("list[object]", listed or [])]
    return Change(table, owner, {key: ", ".join([*before, *names])})


def _left(gone: list[tuple[str, str]], document: Document) -> Iterator[Change]:
    lists = {place for kind, _ in gone for place in LISTS.get(kind, ())}
    names = {each for _, each in gone}
    for table, key in sorted(lists):
        for owner, found in _objects(document, table).items():
            listed = found.get(key)
            if isinstance(listed, list) and names.intersection(cast("list[str]", listed)):
                kept = [each for each in cast("list[str]", listed) if each not in names]
                yield Change(table, owner, {key: ", ".join(kept)})


def _objects(document: Document, table: str) -> Mapping[str, Mapping[str, object]]:
    return cast("Mapping[str, Mapping[str, object]]", document.get(table, {}))
