"""``taihang correct``: a person reads a register off a meter and signs for it."""

import argparse
from datetime import datetime
from pathlib import Path
from typing import Final, cast

import numpy as np

from taihang import wiring
from taihang.core.metering.readings import ReadingBlock
from taihang.core.periods import instant
from taihang.core.series import Quality, Quantity
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.cli.say import say
from taihang.interfaces.cli.words import WordsError
from taihang.services.collect import UnknownPointError
from taihang.services.correct import correct as correct_reading
from taihang.services.ports import Ports

_DIGITS_MOST: Final = 18


def correct(args: argparse.Namespace) -> int:
    """Store one manual register."""
    at = _instant(str(args.at))
    count = _count(str(args.register))
    with wiring.open_park(Path(str(args.dir)), writing=True) as ports:
        block = _block(str(args.meter), at, count, ports)
        receipts = correct_reading(block, reason=str(args.reason), who=str(args.who), ports=ports)
    facts: dict[str, object] = {
        "meter": block.point,
        "at": at.isoformat(),
        "register": count,
        "batches": len(receipts),
        "leaf": receipts[0].leaf_index if receipts else None,
    }
    key = "cli.done.correct" if receipts else "cli.done.correct_known"
    words = text(key, cast("Lang", args.lang), meter=block.point, at=at.isoformat(), count=count)
    say(args, facts, words)
    return 0


def _instant(given: str) -> datetime:
    try:
        return instant(datetime.fromisoformat(given))
    except ValueError as error:
        raise WordsError(
            given=f"--at {given}",
            expected="an instant with its zone",
            remedy="write for example 2026-06-09T10:15+08:00",
        ) from error


def _count(given: str) -> int:
    if not (given.isascii() and given.isdigit() and len(given) <= _DIGITS_MOST):
        raise WordsError(
            given=f"--register {given}",
            expected="what the dial shows, as a whole number",
            remedy="write the digits of the dial, before the multiplier",
        )
    return int(given)


def _block(name: str, at: datetime, count: int, ports: Ports) -> ReadingBlock:
    meter = ports.park.register_meter(name)
    if meter is None:
        raise UnknownPointError(
            given=f"a register of {name!r}",
            expected="the id of a meter of park.toml",
            remedy="correct the id",
        )
    return ReadingBlock(
        point=name,
        quantity=Quantity.REGISTER,
        unit=meter.unit,
        scale=str(meter.scale),
        modulus=meter.modulus,
        times_s=np.array([int(at.timestamp())], np.int64),
        counts=np.array([count], np.int64),
        quality=np.array([Quality.MANUAL], np.uint8),
    )
