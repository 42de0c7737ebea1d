"""Benchmarking inside a sector 能效对标: how an enterprise stands by energy over value added.

Only what hides every other member is said (core/energy/benchmark.py). It is shown and not issued: a
statement names what it rests on, and this rests on accounts of others.
"""

from fractions import Fraction
from typing import Final

from taihang.core.energy.benchmark import standing
from taihang.core.seal.canonical import JsonValue
from taihang.services import dual_control_account
from taihang.services.ports import Ports

UNIT: Final = "tce/10⁴CNY"
WHY_NOT: Final = "too-few-or-dominated"
"""Fewer than five others report, or one of them is more than six tenths of the others."""
_DIGITS: Final = 6


def sector_standing(subject: str, year: str, *, ports: Ports) -> dict[str, JsonValue] | None:
    """Return how an enterprise stands among those of its sector that report an intensity.

    Args:
        subject: An enterprise.
        year: For example ``2026``; energy accounts of the year have to be issued.
        ports: The outside world.

    Returns:
        Sector, number of members, own intensity, mean, mean of the better half and tenth; the means
        are None where they would give another member away, and then ``why_not`` says so. None where
        the subject has no sector or no intensity.
    """
    if ports.counter is not None:
        return ports.counter.standing(subject, year)
    enterprise = ports.park.enterprises.get(subject)
    if enterprise is None:
        return None
    sector = [
        each.id for each in ports.park.enterprises.values() if each.sector == enterprise.sector
    ]
    drafts = dual_control_account.drafts(year, ports=ports, subjects=sector)
    known = {
        draft.subject: draft.body
        for draft in drafts
        if draft.body["intensity_tce_per_10k_cny"] is not None
    }
    if subject not in known:
        return None
    intensities = {
        name: Fraction(str(body["intensity_tce_per_10k_cny"])) for name, body in known.items()
    }
    weights = {name: Fraction(str(body["total_tce"])) for name, body in known.items()}
    found = standing(subject, intensities, weights=weights)
    return {
        "sector": enterprise.sector,
        "unit": UNIT,
        "n_members": len(known),
        "own": _printed(intensities[subject]),
        "mean": None if found is None else _printed(found.mean),
        "better_half_mean": None if found is None else _printed(found.better_half_mean),
        "tenth": None if found is None else found.tenth,
        "why_not": WHY_NOT if found is None else None,
    }


def _printed(value: Fraction | None) -> str | None:
    """Return a quotient to six decimals, half to even."""
    if value is None:
        return None
    scaled = round(value * 10**_DIGITS)
    return f"{scaled / 10**_DIGITS:.{_DIGITS}f}"
