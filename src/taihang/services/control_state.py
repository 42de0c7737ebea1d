"""What one run of the control leaves to the next, as plain values that prove themselves whole."""

import hashlib
import json
from collections.abc import Mapping
from typing import Final, cast

import numpy as np

from taihang.core.dispatch.fields import Json
from taihang.core.dispatch.outlook import Remembered
from taihang.core.dispatch.park_plan import ParkPlan
from taihang.core.dispatch.park_problem import problem_of
from taihang.core.errors import InputError, IntegrityError

FORMAT: Final = "taihang/control-state/v1"


class ControlStateError(IntegrityError):
    """A state of the control is not what was written."""

    code = "integrity.control-state"


def state_bytes(remembered: Remembered) -> bytes:
    """Return a state as it is written: one JSON object with the SHA-256 of all that it says.

    Args:
        remembered: What the last cycle left.
    """
    window, plan = remembered.window, remembered.plan
    facts: dict[str, Json] = {
        "format": FORMAT,
        "at_s": remembered.at_s,
        "level_ratio": dict(remembered.level_ratio),
        "so_far_kw": dict(remembered.so_far_kw),
        "window": None if window is None else window.echo(),
        "plan": None if plan is None else plan.document(),
    }
    whole = {**facts, "sha256": _digest(facts)}
    # In the order of the plan: a bill that is added up in another order may differ by a rounding.
    return (json.dumps(whole, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def state_of(data: bytes) -> Remembered:
    """Read a state.

    Args:
        data: What ``state_bytes`` wrote.

    Raises:
        ControlStateError: If it is anything else, whatever happened to it.
    """
    try:
        given = cast("dict[str, Json]", json.loads(data))
        facts = {name: value for name, value in given.items() if name != "sha256"}
        is_whole = given["format"] == FORMAT and given["sha256"] == _digest(facts)
        remembered = _remembered(facts) if is_whole else None
    except (AttributeError, KeyError, TypeError, ValueError, InputError):
        remembered = None
    if remembered is None:
        raise ControlStateError(
            given=f"{len(data)} bytes that are no state, or not all of it",
            expected="a state as the control wrote it",
            remedy="nothing: the control starts anew; keep the file to look at it",
        )
    return remembered


def _remembered(facts: Mapping[str, Json]) -> Remembered:
    window, plan = facts["window"], facts["plan"]
    return Remembered(
        at_s=int(cast("int", facts["at_s"])),
        level_ratio=cast("Mapping[str, float]", facts["level_ratio"]),
        so_far_kw=cast("Mapping[str, float]", facts["so_far_kw"]),
        window=None if window is None else problem_of(cast("Mapping[str, Json]", window)),
        plan=None if plan is None else _plan(cast("Mapping[str, Json]", plan)),
    )


def _plan(facts: Mapping[str, Json]) -> ParkPlan:
    series = cast("Mapping[str, list[float]]", facts["series"])
    return ParkPlan(
        series={name: np.array(values, np.float64) for name, values in series.items()},
        sizes=cast("Mapping[str, float]", facts["sizes"]),
        bill_cny=cast("Mapping[str, float]", facts["bill_cny"]),
        problem_sha256=str(facts["problem_sha256"]),
        is_idle=bool(facts["is_idle"]),
        outside_kwh=cast("Mapping[str, float]", facts["outside_kwh"]),
    )


def _digest(facts: Mapping[str, Json]) -> str:
    text = json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
