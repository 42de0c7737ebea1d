"""Alarms of readings on their way in: who is silent, what is missing, whose key is in two hands."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from taihang.core.alarm.condition import Cause, CauseKind, Condition, found, stretches
from taihang.core.alarm.rule import AlarmRule
from taihang.core.alarm.sequence import holes_of
from taihang.core.alarm.silence import Rhythm, is_common, rhythm_of, silences
from taihang.core.alarm.state import Unwatched
from taihang.core.metering.batch_index import BatchIndex
from taihang.core.park.park import PARK_SUBJECT
from taihang.core.periods import Period, month
from taihang.core.quantities import SECONDS_PER_HOUR
from taihang.core.seal.event import open_event
from taihang.core.seal.fork import read_fork_event
from taihang.core.seal.gateway_key import GatewayKey
from taihang.services.alarm_scene import Scene
from taihang.services.quality import gateway_clocks
from taihang.services.quarantine import tainted_keys

Found: TypeAlias = Condition | Unwatched
Silences: TypeAlias = Sequence[tuple[int, int | None]]
_SECONDS_PER_MINUTE: Final = 60


def intake_alarms(scene: Scene) -> Iterator[Found]:
    """Yield what is wrong with readings on their way in.

    Args:
        scene: The park at an instant.
    """
    batches = scene.ports.lake.batches()
    rhythms, quiet = dict[str, Rhythm](), dict[str, Silences]()
    for name in scene.park.gateways:
        sent_at_s = batches.sent_at_s[_own(name, batches)]
        rhythm = rhythm_of(
            sent_at_s[sent_at_s <= scene.now_s],
            silent_ratio=scene.limits.silent_ratio,
            least_s=int(scene.limits.silent_least_min * _SECONDS_PER_MINUTE),
        )
        if rhythm is None:
            yield Unwatched(AlarmRule.GATEWAY_SILENT, "no-rhythm", (("gateway", name),))
            continue
        rhythms[name] = rhythm
        quiet[name] = silences(sent_at_s, rhythm=rhythm, from_s=scene.since_s, now_s=scene.now_s)
    # 1. Who is silent; if all are, the way to the park is.
    yield from _gateways(quiet, rhythms)
    silent = {name for name, each in quiet.items() if _since_s(each) is not None}
    yield from _meters(scene, silent=silent)
    # 2. What is missing, or there twice, or dated wrongly.
    for name, rhythm in rhythms.items():
        yield from _holes(name, rhythm, batches, scene)
    yield from _forks(batches, scene)
    yield from _clocks(scene)


def _own(gateway: str, batches: BatchIndex) -> NDArray[np.intp]:
    """Return the leaves of a gateway."""
    names = batches.gateways
    if gateway not in names:
        return np.empty(0, np.intp)
    return np.flatnonzero(batches.code == names.index(gateway))


def _since_s(quiet: Silences) -> int | None:
    """Return since when somebody is silent; None of who speaks."""
    return quiet[-1][0] if quiet and quiet[-1][1] is None else None


# -- silence --------------------------------------------------------------------------------------


def _gateways(quiet: Mapping[str, Silences], rhythms: Mapping[str, Rhythm]) -> Iterator[Condition]:
    lasting = {name: _since_s(each) for name, each in quiet.items()}
    if is_common([*lasting.values()]):
        since_s = max(since for since in lasting.values() if since is not None)
        one = found(
            AlarmRule.INTAKE_SILENT, PARK_SUBJECT, since_s, cause=Cause(CauseKind.GATEWAY, "")
        )
        yield replace(one, values=(("n", len(lasting)), ("since_at_s", since_s)))
        lasting = dict.fromkeys(lasting)
    for name, each in quiet.items():
        ended = [(start_s, end_s) for start_s, end_s in each if end_s is not None]
        for stretch in stretches(
            [start_s for start_s, _ in ended],
            [end_s for _, end_s in ended],
            apart_s=rhythms[name].patience_s,
        ):
            one = _silent(name, stretch.start_s, rhythms[name])
            yield replace(one, end_s=stretch.end_s, n=stretch.n, last_s=stretch.last_s)
        since_s = lasting.get(name)
        if since_s is not None:
            yield _silent(name, since_s, rhythms[name])


def _silent(gateway: str, start_s: int, rhythm: Rhythm) -> Condition:
    cause = Cause(CauseKind.GATEWAY, gateway)
    values = (
        ("gateway", gateway),
        ("since_at_s", start_s),
        ("usual_for_s", rhythm.usual_s),
        ("patience_for_s", rhythm.patience_s),
    )
    return replace(found(AlarmRule.GATEWAY_SILENT, gateway, start_s, cause=cause), values=values)


def _meters(scene: Scene, *, silent: set[str]) -> Iterator[Condition]:
    """Yield the meters that are behind their gateway, where that one speaks."""
    behind_s = int(scene.limits.meter_behind_h * SECONDS_PER_HOUR)
    for gateway in scene.park.gateways.values():
        if gateway.id in silent:
            continue
        own = {name: scene.newest_s[name] for name in gateway.meters if name in scene.newest_s}
        newest_s = max(own.values(), default=0)
        for name, last_s in own.items():
            known = scene.park.register_meter(name)
            if newest_s - last_s <= behind_s or known is None:
                continue
            if known.in_service.covers(scene.today):
                cause = Cause(CauseKind.METER, name)
                one = found(AlarmRule.METER_SILENT, name, last_s, cause=cause)
                values = ("meter", name), ("gateway", gateway.id), ("since_at_s", last_s)
                yield replace(one, values=values)


# -- what is missing, or there twice --------------------------------------------------------------


def _holes(gateway: str, rhythm: Rhythm, batches: BatchIndex, scene: Scene) -> Iterator[Condition]:
    """Yield batches that are missing and that nobody will send any more by the usual rhythm."""
    own = _own(gateway, batches)
    own = own[batches.sent_at_s[own] <= scene.now_s]
    for hole in holes_of(batches.counter[own], batches.sent_at_s[own]):
        is_old = scene.now_s - hole.after_s > rhythm.patience_s
        if not is_old or hole.after_s < scene.since_s:
            continue
        cause = Cause(CauseKind.GATEWAY, gateway)
        one = found(AlarmRule.BATCH_MISSING, gateway, hole.after_s, cause=cause)
        values = (
            ("gateway", gateway),
            ("first", hole.first),
            ("last", hole.last),
            ("n", hole.n),
            ("since_at_s", hole.before_s),
        )
        yield replace(one, values=values)


def _forks(batches: BatchIndex, scene: Scene) -> Iterator[Condition]:
    """Yield the gateways whose key was seen in two hands; it ends with a key after that one."""
    ports = scene.ports
    enrolled = ports.registry.gateway_keys()
    tainted = tainted_keys(ports, enrolled=enrolled)
    seen: dict[str, list[int]] = {}
    for leaf in batches.withdrawals().tolist():
        event = open_event(ports.journal.record(leaf).data)
        gateway, *_ = read_fork_event(event.body)
        if event.at_s <= scene.now_s and gateway in scene.park.gateways:
            seen.setdefault(gateway, []).append(event.at_s)
    for gateway, times_s in seen.items():
        cause = Cause(CauseKind.GATEWAY, gateway)
        one = found(AlarmRule.BATCH_FORKED, gateway, min(times_s), cause=cause)
        end_s = _next_key_s(enrolled.get(gateway, ()), after=tainted.get(gateway, 0))
        values = ("gateway", gateway), ("n", len(times_s)), ("since_at_s", min(times_s))
        one = replace(one, values=values, n=len(times_s), last_s=max(times_s))
        if end_s is None or end_s > scene.now_s:
            yield one
        elif end_s >= scene.since_s:
            yield replace(one, end_s=max(end_s, one.last_s))


def _next_key_s(keys: Sequence[GatewayKey], *, after: int) -> int | None:
    return min((key.from_s for key in keys if key.ordinal > after), default=None)


def _clocks(scene: Scene) -> Iterator[Found]:
    rules = scene.park.validation
    if rules is None:
        yield Unwatched(AlarmRule.CLOCK_AHEAD, "no-validation")
        return
    whole = month(scene.today.isoformat()[:7], scene.park.zone)
    if scene.now_s <= whole.start_s:
        return
    for clock in gateway_clocks(Period.of_s(whole.start_s, scene.now_s), ports=scene.ports):
        if clock.is_wrong:
            cause = Cause(CauseKind.GATEWAY, clock.gateway)
            one = found(AlarmRule.CLOCK_AHEAD, clock.gateway, whole.start_s, cause=cause)
            values = (
                ("gateway", clock.gateway),
                ("ahead_for_s", clock.ahead_s),
                ("allowed_for_s", int(rules.skew_most_s)),
            )
            yield replace(one, values=values)
