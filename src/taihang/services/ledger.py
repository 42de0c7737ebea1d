"""Platform job: act on certificates, one act or a group of them in one durable transaction.

An act that was applied before is told as it was done then. A new act is of now: one of another time
could make an expired certificate valid again, or a late payment timely.
"""

from collections.abc import Sequence
from typing import Final

from taihang.core.certificates.act import Act, Correct, Cover, Issuance, Release
from taihang.core.certificates.record import Recorded
from taihang.core.errors import InputError, StateError
from taihang.services.certificate_parties import parties_of, services_of
from taihang.services.ports import Ports

MAX_AGE_S: Final = 86_400
"""A new act may be so old when it comes [s]."""
MAX_AHEAD_S: Final = 60
"""A new act may be so far ahead of the clock [s]."""
MAX_GROUP: Final = 10_000
"""Acts in one transaction."""
MAX_ID: Final = 120
"""Characters of the longest id that a party gives; purchases of an order are longer."""


class ActGroupError(InputError):
    """More acts came at once than one transaction takes."""

    code = "input.act-group"


class ActIdError(InputError):
    """A party gives its act an id that it cannot have."""

    code = "input.act-id"


class ActTimeError(StateError):
    """A new act is not of now."""

    code = "state.act-time"


def act_on(acts: Sequence[Act], *, ports: Ports) -> list[Recorded]:
    """Apply acts in one transaction; when it returns, those that fitted are on the disk.

    Args:
        acts: The acts in their order; one that is refused leaves the others as they are.
        ports: The outside world, opened for writing.

    Returns:
        What became of each, in their order.

    Raises:
        ActGroupError: If there are more than one transaction takes.
    """
    tables = ports.registry.certificates
    now_s = int(ports.clock.now().timestamp())
    told: dict[int, Recorded] = {}
    if len(acts) > MAX_GROUP:
        raise ActGroupError(
            given=f"{len(acts)} acts at once",
            expected=f"at most {MAX_GROUP}",
            remedy="send the rest as another group",
        )
    # 1. What is not of now is refused, unless it is known.
    timely: list[Act] = []
    for place, act in enumerate(acts):
        is_of_now = now_s - MAX_AGE_S <= act.at_s <= now_s + MAX_AHEAD_S
        if is_of_now or tables.act(act.id) is not None:
            timely.append(act)
        else:
            told[place] = Recorded(act.id, (), refusal=_not_of_now(act, now_s))
    # 2. The rest is judged by what is held.
    done = iter(
        tables.apply(timely, parties=parties_of(ports.park), services=services_of(ports.park))
    )
    return [told[place] if place in told else next(done) for place in range(len(acts))]


def act_once(act: Act, *, ports: Ports) -> Recorded:
    """Apply one act.

    Args:
        act: The act.
        ports: The outside world, opened for writing.

    Returns:
        What it moved, also where it was applied before.

    Raises:
        ActIdError: If it is a new act of a party, and its id is one that only the park gives.
        TaihangError: Why it is refused; nothing was written.
    """
    if not isinstance(act, Issuance | Cover | Release | Correct):
        demand_own_id(act.id, ports=ports)
    (done,) = act_on([act], ports=ports)
    if done.refusal is not None:
        raise done.refusal
    return done


def demand_own_id(act: str, *, ports: Ports) -> None:
    """Refuse a new id that is too long, or one of those that the park gives to acts of its own.

    Who could take ``issue:2026-10.pool.E17`` first would keep that issue from being made.

    Args:
        act: The id.
        ports: The outside world.

    Raises:
        ActIdError: If it is.
    """
    is_own = len(act) <= MAX_ID and ":" not in act and (act.isprintable() or not act)
    if not is_own and ports.registry.certificates.act(act) is None:
        raise ActIdError(
            given=f"the id {act[:MAX_ID]!r} of {len(act)} characters",
            expected=f"at most {MAX_ID} printable characters without a colon",
            remedy="give another id; those with a colon are given by the park itself",
        )


def _not_of_now(act: Act, now_s: int) -> ActTimeError:
    return ActTimeError(
        given=f"{act.KIND} {act.id} of {act.at_s}",
        expected=f"a time of {now_s - MAX_AGE_S} … {now_s + MAX_AHEAD_S}",
        remedy="act with the time of now; an act that was applied before may come again",
    )
