"""A small park that is settled for August, and one register that is corrected afterwards."""

from collections.abc import Mapping
from typing import Final

import small_park
from small_park import AUGUST
from taihang.core.periods import STEP_S, Period
from taihang.core.seal.review import Step
from taihang.services.close_period import close_period
from taihang.services.ports import Ports
from taihang.services.restate import restate
from taihang.services.review import Signing, review

AT: Final = 1_000
"""Number of the register that is corrected."""
NAME: Final = "energy.E02.2026-08"
"""A statement that the correction changes."""


def settled(ports: Ports) -> None:
    """Fill August, settle it and state it."""
    small_park.fill(ports, AUGUST)
    close_period(AUGUST, ports=ports)


def correct(ports: Ports, counter: int, by: int) -> None:
    """Send one register of M-E02 again, with another count."""
    start_s = AUGUST.start_s + AT * STEP_S
    registers = small_park.registers("M-E02", AUGUST)
    hour = Period.of_s(start_s, start_s + STEP_S)
    block = small_park.registers("M-E02", hour, first=int(registers.counts[AT]) + by)
    one = small_park.but(block, [1])
    small_park.ingested(
        ports,
        [small_park.sealed(ports, "GW2", counter, one, sent_at_s=AUGUST.end_s + 9_999 + counter)],
    )


def corrected(ports: Ports, by: int) -> None:
    """Correct the register in the next batch of its gateway."""
    correct(ports, ports.lake.batches().last_counters()["GW2"] + 1, by)


def locked_and_restated(ports: Ports, people: Mapping[Step, str]) -> None:
    """Settle August, let people sign the energy of E02 step by step, and restate it."""
    settled(ports)
    for step, who in people.items():
        signing = Signing(step=step, who=who, role="office", remark="register by register")
        review(f"{NAME}.v1", signing, ports=ports)
    corrected(ports, 3)
    restate(ports=ports)
