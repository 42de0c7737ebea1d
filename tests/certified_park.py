"""A small park that issues certificates for August, and registers that are corrected afterwards."""

from dataclasses import replace
from typing import Final

import small_park
from small_park import AUGUST
from taihang.services.close_period import close_period
from taihang.services.ports import Ports
from taihang.services.restate import restate

NOON: Final = 1_200
"""Number of an interval at noon, in the middle of August."""


def text(*, self_use: str = "hold", more: str = "", base: str = small_park.PARK) -> str:
    """Return a park file with `[certificates]` and a buyer outside."""
    return (
        f"{base}\n[certificates]\n"
        f'since = "2026-08"\nself_use = "{self_use}"\nfed_in = "plant"\n'
        '[parties.OUT]\nname_zh = "外部买方"\nname_en = "Outside buyer"\n' + more
    )


def settled(ports: Ports) -> None:
    """Fill August, settle it, and issue its certificates."""
    small_park.fill(ports, AUGUST)
    close_period(AUGUST, ports=ports)


def corrected(
    ports: Ports, counts: dict[int, int], *, meter: str = "M-PV01", gateway: str = "GW1"
) -> None:
    """Send registers of a meter again, each with so many counts more, and restate.

    Args:
        ports: The outside world.
        counts: By how much, by number of the register in August.
        meter: The meter.
        gateway: Its gateway.
    """
    registers = small_park.registers(meter, AUGUST)
    counter = ports.lake.batches().last_counters()[gateway] + 1
    for number, (at, by) in enumerate(counts.items()):
        one = small_park.cut(registers, at, at + 1)
        one = replace(one, counts=(one.counts + by) % small_park.MODULUS)
        sent_at_s = AUGUST.end_s + 9_999 + counter + number
        small_park.ingested(
            ports, [small_park.sealed(ports, gateway, counter + number, one, sent_at_s=sent_at_s)]
        )
    restate(ports=ports)
