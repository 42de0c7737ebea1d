"""What forms of settings do: once, with a reason, written into the audit trail."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.http import HttpRequest

from taihang import pages_wiring
from taihang.core.errors import InputError
from taihang.core.seal.canonical import JsonValue
from taihang.core.seal.trail import TrailEntry
from taihang.interfaces.web.visit import Visit
from taihang.services.ports import Trail
from taihang.services.trail import acting

REASON_MOST = 300
_ID_CHARS = 32


class ActFormError(InputError):
    """A form of settings was sent without what every act needs."""

    code = "input.act-form"


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One act: what, on what, why."""

    id: str
    """Given by the form: sent again, it is the same act."""
    kind: str
    subject: str
    reason: str
    said: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])


def act_of(
    request: HttpRequest,
    kind: str,
    subject: str,
    *,
    said: Mapping[str, JsonValue] | None = None,
) -> Act:
    """Return the act that a form asks for.

    Args:
        request: The form; its fields ``act`` and ``reason`` say which act and why.
        kind: What is done, as the trail calls it.
        subject: What it is done to.
        said: What else the trail keeps.

    Raises:
        ActFormError: If the form has no id of its own, or no reason.
    """
    act, reason = request.POST.get("act", ""), request.POST.get("reason", "").strip()
    if len(act) != _ID_CHARS or not act.isascii() or not act.isalnum():
        raise ActFormError(
            given="a form without its id",
            expected="a form of this park",
            remedy="open the page again and send its form",
        )
    if not 0 < len(reason) <= REASON_MOST:
        raise ActFormError(
            given=f"a reason of {len(reason)} characters",
            expected=f"one sentence, at most {REASON_MOST} characters",
            remedy="say why this is done; it stands in the audit trail",
        )
    return Act(id=act, kind=kind, subject=subject, reason=reason, said=said or {})


@contextmanager
def doing(act: Act, *, visit: Visit, trail: Trail) -> Generator[None]:
    """Do an act inside, once: the trail says that it was begun, and what became of it.

    Args:
        act: The act.
        visit: Who does it.
        trail: The trail of the park.

    Raises:
        DoneBeforeError: If it was done before.
    """
    viewer = visit.viewer
    entry = TrailEntry(
        id=act.id,
        at_s=_now_s(),
        kind=act.kind,
        subject=act.subject,
        actor=None if viewer is None else viewer.name,
        roles=() if viewer is None else tuple(sorted(role.value for role in viewer.roles)),
        enterprise=None if viewer is None else viewer.enterprise or None,
        body={**act.said, "reason": act.reason},
    )
    with acting(entry, trail=trail, now_s=_now_s):
        yield


def _now_s() -> int:
    return int(pages_wiring.now_s())
