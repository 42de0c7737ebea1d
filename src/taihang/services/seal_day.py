"""Platform job: seal a UTC day, so that one meter's hour can be shown alone for ever.

The root over the salted meter-hours of a day, with the readings current at a size of the journal,
goes into the log as an event. Nothing but the root is stored: whoever has the journal works every
leaf out again. A day whose readings changed since is sealed again beside the seal before.
"""

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Final

import numpy as np

from taihang.core.errors import StateError
from taihang.core.park.park import Park
from taihang.core.periods import Period
from taihang.core.seal.canonical import JsonValue
from taihang.core.seal.event import LogEvent, is_event, open_event
from taihang.core.seal.meter_hour import Dial, hour_text, meter_hours
from taihang.core.series import Quantity
from taihang.core.tlog.merkle import Tree, leaf_hash
from taihang.services.log_event import log_event
from taihang.services.ports import Ports
from taihang.services.replay import catch_up
from taihang.services.settle import known_at

DAY_SEAL: Final = "day-seal"
_CHUNK_HOURS: Final = 2
"""Hours that are in memory at once."""
_HOURS: Final = 24
_PARK_DIGITS: Final = 16
"""So many digits of the hash of the park file stand in a seal."""


class NothingToSealError(StateError):
    """No reading at all is known of a day."""

    code = "state.nothing-to-seal"


class UnsealedHourError(StateError):
    """No seal of its day shows that hour of that meter."""

    code = "state.unsealed-hour"


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySeal:
    """What a seal says of a UTC day."""

    day: date
    version: int
    """1 for the first seal of the day, one more for each that late readings made necessary."""
    as_of: int
    """Only records below this index were looked at."""
    park: str
    """The first digits of the SHA-256 of the park file, which says how counts are read."""
    n: int
    """Number of meter-hours."""
    root: bytes

    def body(self) -> dict[str, JsonValue]:
        """Return the body of its event."""
        return {
            "as_of": self.as_of,
            "day": self.day.isoformat(),
            "n": self.n,
            "park": self.park,
            "root": self.root.hex(),
            "version": self.version,
        }

    @classmethod
    def of(cls, event: LogEvent) -> "DaySeal":
        """Return the seal that an event states."""
        body = event.body
        return cls(
            day=date.fromisoformat(str(body["day"])),
            version=int(str(body["version"])),
            as_of=int(str(body["as_of"])),
            park=str(body["park"]),
            n=int(str(body["n"])),
            root=bytes.fromhex(str(body["root"])),
        )


@dataclass(frozen=True, slots=True)
class Sealed:
    """What one run did for one day."""

    seal: DaySeal
    leaf: int
    """Where the event stands in the log."""
    is_new: bool
    """False where the day was sealed before and nothing changed since."""


@dataclass(frozen=True, slots=True)
class ShownHour:
    """One meter-hour with its way to the root of its day."""

    text: bytes
    """The meter-hour as canonical JSON."""
    salt: bytes
    index: int
    path: tuple[bytes, ...]

    def place(self) -> dict[str, JsonValue]:
        """Return salt, index and path as a claim carries them."""
        return {
            "salt": b64encode(self.salt).decode(),
            "index": self.index,
            "path": b64encode(b"".join(self.path)).decode(),
        }


def seal_day(day: date, *, ports: Ports) -> Sealed:
    """Seal one UTC day, if it is not sealed as it is known now.

    Args:
        day: The day by UTC.
        ports: The outside world, opened for writing.

    Returns:
        The seal in force.

    Raises:
        NothingToSealError: If no reading of the day is known.
    """
    # 1. The root over every meter-hour as it is known now.
    as_of, park = ports.journal.size, ports.park_sha256[:_PARK_DIGITS]
    tree = Tree(leaf for leaf, _, _ in _leaves(day, as_of, ports.park, ports))
    if not tree.size:
        raise NothingToSealError(
            given=day.isoformat(),
            expected="a UTC day with readings",
            remedy="take in readings of the day first",
        )
    # 2. The same as before: nothing to say.
    before = last_seal(day, ports=ports)
    seal = DaySeal(day=day, version=1, as_of=as_of, park=park, n=tree.size, root=tree.root())
    if before is not None:
        last, leaf = before
        if (last.n, last.root) == (seal.n, seal.root):
            return Sealed(last, leaf, is_new=False)
        seal = replace(seal, version=last.version + 1)
    # 3. Into the log; the lake keeps a place for every event.
    leaf = log_event(DAY_SEAL, seal.body(), ports=ports)
    catch_up(ports)
    return Sealed(seal, leaf, is_new=True)


def events_of(kind: str, *, ports: Ports) -> Iterator[tuple[int, LogEvent]]:
    """Yield leaf and content of every log event of a kind, the latest first.

    Args:
        kind: For example ``day-seal``.
        ports: The outside world.
    """
    leaves = np.flatnonzero(~ports.lake.batches().is_batch)
    for leaf in reversed(leaves.tolist()):
        record = ports.journal.record(leaf).data
        if is_event(record) and (event := open_event(record)).kind == kind:
            yield leaf, event


def last_seal(day: date, *, ports: Ports) -> tuple[DaySeal, int] | None:
    """Return the latest seal of a day and its leaf; None if the day was never sealed."""
    for leaf, event in events_of(DAY_SEAL, ports=ports):
        seal = DaySeal.of(event)
        if seal.day == day:
            return seal, leaf
    return None


def show_hour(point: str, hour_s: int, *, ports: Ports) -> tuple[DaySeal, int, ShownHour]:
    """Return one meter-hour with its way to the latest seal of its day.

    Args:
        point: The meter or other point; of several quantities the register is shown.
        hour_s: Start of the hour. [s since 1970-01-01T00:00Z]
        ports: The outside world.

    Returns:
        The seal, its leaf in the log, and the meter-hour.

    Raises:
        UnsealedHourError: If the day is not sealed, or holds no such hour.
    """
    day = datetime.fromtimestamp(hour_s, UTC).date()
    found = last_seal(day, ports=ports)
    if found is None:
        raise UnsealedHourError(**_asked(point, hour_s), expected="a day that is sealed")
    seal, leaf = found
    tree, shown = Tree(), list[tuple[str, int, bytes, bytes]]()
    for hash_, entry, key in _leaves(day, seal.as_of, _park_of(seal, ports), ports):
        if key[:2] == (hour_s, point):
            shown.append((key[2], tree.size, entry[16:], entry[:16]))
        tree.append(hash_)
    if not shown or tree.root() != seal.root:
        raise UnsealedHourError(
            **_asked(point, hour_s),
            expected="readings of it, the same as when the day was sealed",
        )
    _, index, text, salt = max(shown, key=lambda each: each[0] == Quantity.REGISTER.value)
    path = tuple(tree.inclusion_proof(index, size=tree.size))
    return seal, leaf, ShownHour(text, salt, index, path)


def wrong_seals(*, ports: Ports) -> Iterator[tuple[int, DaySeal]]:
    """Work every day seal of the log out again; yield leaf and content of those that do not fit.

    Args:
        ports: The outside world.
    """
    for leaf, event in events_of(DAY_SEAL, ports=ports):
        seal = DaySeal.of(event)
        tree = Tree(
            each for each, _, _ in _leaves(seal.day, seal.as_of, _park_of(seal, ports), ports)
        )
        if (tree.size, tree.root()) != (seal.n, seal.root):
            yield leaf, seal


def _leaves(
    day: date, as_of: int, park: Park, ports: Ports
) -> Iterator[tuple[bytes, bytes, tuple[int, str, str]]]:
    """Yield hash, entry and (hour, point, quantity) of every meter-hour, in order of the latter."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    for first in range(0, _HOURS, _CHUNK_HOURS):
        start = midnight + timedelta(hours=first)
        period = Period(start, start + timedelta(hours=_CHUNK_HOURS))
        known = known_at(as_of, period=period, ports=ports)
        found: list[tuple[tuple[int, str, str], bytes]] = []
        for (point, quantity), columns in known.current.items():
            inside = columns["time_s"] < period.end_s  # one edge more is known
            rows = {name: column[inside] for name, column in columns.items()}
            dial = _dial(point, quantity, park)
            for hour_s, text in meter_hours((point, quantity), rows=rows, dial=dial):
                found.append(((hour_s, point, quantity), text))
        found.sort()
        salts = ports.keys.salts(f"{DAY_SEAL}/{day.isoformat()}/{first}", len(found))
        for (key, text), salt in zip(found, salts, strict=True):
            entry = salt + text
            yield leaf_hash(entry), entry, key


def _dial(point: str, quantity: str, park: Park) -> Dial:
    """Return how counts are read by a park file; a point that it has no more has no unit."""
    meter, series = park.register_meter(point), park.series.get(point)
    if meter is not None and quantity == Quantity.REGISTER.value:
        return Dial(unit=meter.unit, scale=str(meter.scale), modulus=meter.modulus)
    if meter is not None:
        return Dial(unit="Wh", scale="1", modulus=0)
    if series is not None:
        return Dial(unit=series.unit, scale=series.scale, modulus=0)
    return Dial(unit="", scale="", modulus=0)


def _park_of(seal: DaySeal, ports: Ports) -> Park:
    """Return the park by the file that was in force when a day was sealed."""
    if ports.park_sha256.startswith(seal.park):
        return ports.park
    for text in ports.registry.park_versions():
        if sha256(text.encode()).hexdigest().startswith(seal.park):
            return ports.read_park(text)
    return ports.park


def _asked(point: str, hour_s: int) -> dict[str, str]:
    return {
        "given": f"{point}@{hour_text(hour_s)}",
        "remedy": "run `taihang seal DIR --day` for the day, then prove the hour again",
    }
