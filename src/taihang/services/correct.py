"""A person's correction: a signed batch of manual readings, with the reason and who decided.

Nothing is overwritten: the readings before stay, and what is derived is settled again. A manual
reading never takes the place of a measured one (T1): who doubts a measured reading has its gateway
withdraw it, by sending it again as rejected; then the journal says so itself.
"""

from typing import Final

import numpy as np

from taihang.core.errors import InputError
from taihang.core.metering.current import current_rows
from taihang.core.metering.readings import ReadingBlock
from taihang.core.periods import Period
from taihang.core.seal.batch import ClockState
from taihang.core.series import Quality
from taihang.services.collect import CollectCount, check_import, collect, uploads_of_blocks
from taihang.services.ingest import Receipt, ingest
from taihang.services.ports import Ports

ORIGIN: Final = "correction"
"""Kind of the origin of a batch that a person decided."""
_CHARS_MOST: Final = 128
"""Longest reason or name; the origin of a batch is no letter."""


class UnsignedCorrectionError(InputError):
    """A correction does not say why, or who decided it."""

    code = "input.unsigned-correction"


class MeasuredStandsError(InputError):
    """A correction would take the place of a measured reading."""

    code = "input.measured-stands"


def correct(block: ReadingBlock, *, reason: str, who: str, ports: Ports) -> list[Receipt]:
    """Store manual readings of one point.

    Args:
        block: What a person read off the meter; the quality of every reading becomes MANUAL.
        reason: Why, in words; it stands in the signed batch for ever.
        who: Who decided.
        ports: The outside world.

    Returns:
        A receipt for each batch; none if the same readings are known already.

    Raises:
        UnsignedCorrectionError: If reason or name is empty or too long.
        MeasuredStandsError: If a measured reading of one of these times counts.
        UnknownPointError: If park.toml has no such point.
        ImplausibleImportError: If no meter of its rating can show this.
    """
    for name, words in (("reason", reason), ("who", who)):
        if not words.strip() or len(words) > _CHARS_MOST:
            raise UnsignedCorrectionError(
                given=f"a {name} of {len(words.strip())} characters",
                expected=f"1 … {_CHARS_MOST} characters",
                remedy="say in a sentence why the reading is known, and who decided",
            )
    manual = ReadingBlock(
        point=block.point,
        quantity=block.quantity,
        unit=block.unit,
        scale=block.scale,
        modulus=block.modulus,
        times_s=block.times_s,
        counts=block.counts,
        quality=np.full(len(block.times_s), Quality.MANUAL, np.uint8),
    )
    check_import([manual], ports=ports)
    period = Period.of_s(int(block.times_s[0]), int(block.times_s[-1]) + 1)
    _demand_nothing_measured(manual, period, ports)
    batches = collect(
        uploads_of_blocks([manual], ports=ports),
        ports=ports,
        period=period,
        origin={"kind": ORIGIN, "reason": reason.strip(), "who": who.strip()},
        clock=ClockState.IMPORT,
        count=CollectCount(),
    )
    return list(ingest(batches, ports=ports))


def _demand_nothing_measured(manual: ReadingBlock, period: Period, ports: Ports) -> None:
    rows = ports.lake.read("readings", period, manual.point)
    stored = rows.get((manual.point, manual.quantity.value))
    if stored is None:
        return
    rank = ports.lake.batches().rank()
    known = current_rows(stored, batch_rank=rank, as_of=len(rank))
    measured_s = known["time_s"][known["quality"] == Quality.MEASURED]
    standing_s = np.intersect1d(measured_s, manual.times_s)
    if len(standing_s):
        raise MeasuredStandsError(
            given=f"{len(standing_s)} manual readings of {manual.point} beside measured ones",
            expected="times at which nothing measured counts",
            remedy="let the gateway withdraw its reading first, by sending it again as rejected",
        )
