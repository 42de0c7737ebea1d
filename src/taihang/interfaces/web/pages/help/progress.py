"""How far a park is with its first steps, from the park itself and nothing else."""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from taihang.core.park.topology import Meter
from taihang.core.periods import STEP_S
from taihang.core.seal.readings_form import FORMAT
from taihang.interfaces.web.newest import find_newest
from taihang.interfaces.web.wording import local_day
from taihang.services.collect import IMPORT_GATEWAY
from taihang.services.plan_day import DAY_PLAN
from taihang.services.ports import Ports

_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What the first steps have come to, as far as somebody sees it."""

    gateway: str
    """The first gateway of the park file that reads a meter; empty where there is none."""
    is_enrolled: bool
    """Whether a gateway has a key or a token, so that something of it may come."""
    has_sent: bool
    """Whether a gateway has sent a batch."""
    has_imported: bool
    """Whether a file has come in."""
    newest_s: int | None
    """The newest reading [s]; None where none came."""
    zone: str
    is_settled: bool
    """Whether anything is settled."""
    first_day: date
    """From here on it is sensible to settle."""
    stop_day: date
    """The day after the last whole month that has readings, or before today where none has."""
    month: str
    """The last month that is settled, or could be."""
    has_plan: bool
    """Whether a day was ever planned."""
    next_day: date
    """The day after the last one that was measured whole."""
    has_rules: bool
    """Whether the park file says how certificates are issued."""
    certificate: str
    """Id of a certificate of the newest issue; empty where none is issued."""
    body: str
    """A body that the door would take from the gateway's first meter; empty without a gateway."""


def build_progress(ports: Ports) -> Progress:
    """Look how far a park is."""
    # 1. What stands in the park file.
    park = ports.park
    gateways = sorted(each.id for each in park.gateways.values() if each.meters)
    # 2. What came in.
    index = ports.lake.batches()
    counters = index.last_counters()
    came = {gateway for gateway, counter in counters.items() if gateway and counter}
    newest_s = find_newest(ports).reading_s
    now_s = int(ports.clock.now().timestamp())
    # 3. What is settled, and what can be.
    last_s = now_s if newest_s is None else newest_s + STEP_S
    next_day = local_day(last_s, zone=park.time_zone)
    first_day, stop_day = whole_months(next_day)
    settled_s = max((each.end_s for each in ports.registry.settlements()), default=None)
    settled = None if settled_s is None else local_day(settled_s, zone=park.time_zone)
    return Progress(
        gateway=gateways[0] if gateways else "",
        is_enrolled=bool(ports.registry.gateway_keys() or ports.registry.door_tokens()),
        has_sent=bool(came - {IMPORT_GATEWAY}),
        has_imported=IMPORT_GATEWAY in came,
        newest_s=newest_s,
        zone=park.time_zone,
        is_settled=settled is not None,
        first_day=first_day,
        stop_day=stop_day,
        month=f"{(settled or stop_day).replace(day=1) - _DAY:%Y-%m}",
        has_plan=bool(ports.registry.periods_of((DAY_PLAN,))),
        next_day=next_day,
        has_rules=park.certificates is not None,
        certificate=_certificate(ports),
        body=_body(gateways, ports, now_s=now_s),
    )


def whole_months(day: date) -> tuple[date, date]:
    """Return the whole months up to a day: of its year, or of the year before in a January.

    Args:
        day: The day behind the last one that has readings.

    Returns:
        The first day, and the day after the last.

    Example:
        >>> [f"{each}" for each in whole_months(date(2026, 9, 17))]
        ['2026-01-01', '2026-09-01']
        >>> [f"{each}" for each in whole_months(date(2026, 1, 1))]
        ['2025-01-01', '2026-01-01']
    """
    stop = day.replace(day=1)
    return (stop - _DAY).replace(month=1, day=1), stop


def sample_body(gateway: str, meter: Meter, *, now_s: int) -> str:
    """Return a first body of a gateway in the JSON form: one register of one meter.

    Args:
        gateway: Its id.
        meter: A meter that it reads.
        now_s: The present instant [s].
    """
    quarter_s = now_s // STEP_S * STEP_S
    block = {
        "point": meter.id,
        "quantity": "register",
        "unit": meter.unit,
        "scale": str(meter.scale),
        "modulus": meter.modulus,
        "times_s": [quarter_s],
        "counts": [1],
        "quality": ["measured"],
    }
    body = {
        "format": FORMAT,
        "gateway": gateway,
        "counter": 1,
        "sent_at_s": now_s,
        "clock": "synchronised",
        "blocks": [block],
        "events": [],
    }
    return json.dumps(body, ensure_ascii=False, indent=2)


def _body(gateways: list[str], ports: Ports, *, now_s: int) -> str:
    park = ports.park
    for gateway in gateways:
        for name in park.gateways[gateway].meters:
            if name in park.meters:
                return sample_body(gateway, park.meters[name], now_s=now_s)
    return ""


def _certificate(ports: Ports) -> str:
    ledger = ports.registry.certificates
    for issue in reversed(ledger.issues()):
        for certificate in ledger.certificates(issue.id):
            return certificate.id
    return ""
