"""Slows down whoever guesses: by name and address, by address, and by name from everywhere."""

import ipaddress
import unicodedata
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Final

FREE: Final = 5
"""Attempts under one name from one address before the first wait."""
FIRST_WAIT_S: Final = 60.0
LONGEST_WAIT_S: Final = 900.0
"""A wait doubles with each further attempt up to here."""
FORGOTTEN_AFTER_S: Final = 3600.0
ADDRESS_A_MINUTE: Final = 30
"""Attempts from one address within a minute, whatever the names."""
NAME_A_QUARTER: Final = 100
"""Attempts under one name within 15 minutes, from all addresses that never got in under it."""
KEPT: Final = 10_000
"""Counters that are kept of each kind; beyond, the one that moved longest ago goes."""
_MINUTE_S: Final = 60.0
_QUARTER_S: Final = 900.0
_IPV6_SITE_BITS: Final = 64


@dataclass(slots=True)
class _Count:
    """What is remembered of one name at one address."""

    attempts: int = 0
    last_s: float = 0.0
    has_passed: bool = False


class SignInBrake:
    """Counts attempts to sign in and says how long the next one has to wait.

    An attempt counts when it begins, so that many at once get no further than as many in a row;
    one that succeeds is taken back. Nobody is locked out for good, and a name that is guessed at
    from elsewhere stays open to the address that has used it rightly before.

    Args:
        now_s: A clock that never goes back.

    Example:
        >>> brake = SignInBrake(now_s=lambda: 0.0)
        >>> [brake.take("anna", "192.0.2.1") for _ in range(6)]
        [0.0, 0.0, 0.0, 0.0, 0.0, 60.0]
    """

    def __init__(self, *, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self._lock = Lock()
        self._pairs = OrderedDict[tuple[str, str], _Count]()
        self._addresses = OrderedDict[str, list[float]]()
        self._names = OrderedDict[str, list[float]]()

    def take(self, name: str, address: str) -> float:
        """Begin an attempt.

        Args:
            name: The name that is tried, as typed.
            address: The IP address that it comes from.

        Returns:
            0 if the attempt may go on; else the seconds until the next one may. [s]
        """
        name, address = folded_name(name), site_of(address)
        with self._lock:
            now_s = self._now_s()
            pair = self._pair(name, address, now_s)
            wait_s = self._wait_s(pair, name, address, now_s)
            if wait_s > 0:
                return wait_s
            pair.attempts += 1
            pair.last_s = now_s
            _push(self._addresses, address, now_s)
            if not pair.has_passed:
                _push(self._names, name, now_s)
            return 0.0

    def passed(self, name: str, address: str) -> None:
        """Take an attempt back: whoever made it is who they say."""
        name, address = folded_name(name), site_of(address)
        with self._lock:
            now_s = self._now_s()
            self._pairs[name, address] = _Count(last_s=now_s, has_passed=True)
            _pop(self._addresses, address)
            _pop(self._names, name)

    @property
    def n_kept(self) -> tuple[int, int, int]:
        """How many counters are kept: of pairs, of addresses, of names."""
        return len(self._pairs), len(self._addresses), len(self._names)

    def _pair(self, name: str, address: str, now_s: float) -> _Count:
        pair = self._pairs.setdefault((name, address), _Count())
        self._pairs.move_to_end((name, address))
        if pair.attempts and now_s - pair.last_s > FORGOTTEN_AFTER_S:
            pair.attempts = 0
        if len(self._pairs) > KEPT:
            self._pairs.popitem(last=False)
        return pair

    def _wait_s(self, pair: _Count, name: str, address: str, now_s: float) -> float:
        waits_s = [
            _until_free_s(pair, now_s),
            _until_room_s(self._addresses.get(address, []), ADDRESS_A_MINUTE, _MINUTE_S, now_s),
        ]
        if not pair.has_passed:
            times_s = self._names.get(name, [])
            waits_s.append(_until_room_s(times_s, NAME_A_QUARTER, _QUARTER_S, now_s))
        return max(waits_s)


def folded_name(name: str) -> str:
    """Return a name in the form that it is counted under, whatever its case, width and margins.

    Example:
        >>> folded_name(" ＡＮＮＡ ")
        'anna'
    """
    return unicodedata.normalize("NFKC", name).strip().casefold()


def site_of(address: str) -> str:
    """Return what an address is counted under: an IPv6 subscriber has a whole /64.

    Example:
        >>> site_of("2001:db8::1"), site_of("192.0.2.1"), site_of("")
        ('2001:db8::/64', '192.0.2.1', '')
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((found, _IPV6_SITE_BITS), strict=False))
    return str(found)


def _until_free_s(pair: _Count, now_s: float) -> float:
    over = pair.attempts - FREE
    if over < 0:
        return 0.0
    wait_s = min(FIRST_WAIT_S * 2.0 ** min(over, 10), LONGEST_WAIT_S)
    return max(0.0, pair.last_s + wait_s - now_s)


def _until_room_s(times_s: list[float], most: int, within_s: float, now_s: float) -> float:
    while times_s and times_s[0] <= now_s - within_s:
        times_s.pop(0)
    return times_s[0] + within_s - now_s if len(times_s) >= most else 0.0


def _push(kept: OrderedDict[str, list[float]], key: str, now_s: float) -> None:
    kept.setdefault(key, []).append(now_s)
    kept.move_to_end(key)
    if len(kept) > KEPT:
        kept.popitem(last=False)


def _pop(kept: OrderedDict[str, list[float]], key: str) -> None:
    times_s = kept.get(key)
    if times_s:
        times_s.pop()
