"""国能发新能规〔2024〕67号: green electricity certificates (GEC, 绿证) as a view of the ledger.

For each plant, month and kind the view says how many whole certificates its energy makes and what
is carried to the next month. It issues nothing: certificates and their numbers are made by the
national registry, and a number stands here only where the registry gave it.

* Energy fed into the grid makes tradable certificates (可交易); energy used where it was made makes
  certificates that are not tradable (不可交易) and move with the settled energy.
* What storage gives back makes none. Storage has its own meters in every park here; where a plant's
  storage has none, the energy is what was fed in less what was drawn.
* A certificate is valid for two years from its production month, this month included; one of energy
  before 2024 to the end of 2025.

Whether energy that a plant charges into storage makes a certificate is not in the texts that were
read [uncertain]; here it makes none, so that the view never says more than the registry will.

Source: 国能发新能规〔2024〕67号 [verified: K26]; storage [verified: K26c].
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from taihang.core.errors import InputError
from taihang.core.facts import FactBook
from taihang.core.quantities import WH_PER_KWH

FAMILY: Final = "nea-2024-67"
_MONTHS_A_YEAR: Final = 12


class GecInputError(InputError):
    """Energy or numbers that the view cannot take."""

    code = "input.gec"


class GecKind(StrEnum):
    """Whether a certificate may be sold apart from its energy."""

    TRADABLE = "tradable"
    """Fed into the grid."""
    NON_TRADABLE = "non-tradable"
    """Used where it was made; the certificate moves with the settled energy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GecEnergy:
    """What the ledger knows of one plant, month and kind."""

    plant: str
    month: str
    """``YYYY-MM``, local."""
    kind: GecKind
    by_state_wh: Mapping[str, int]
    """Energy by state of its certificates; withdrawn energy is none of them [Wh]."""
    drawn_wh: int = 0
    """What storage without meters of its own drew from the grid [Wh]."""

    @property
    def energy_wh(self) -> int:
        """What counts for certificates, 0 or more [Wh]."""
        return max(sum(self.by_state_wh.values()) - self.drawn_wh, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class GecNumbers:
    """Certificate numbers that the national registry gave, as imported."""

    plant: str
    month: str
    kind: GecKind
    first: str
    last: str
    n_certificates: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GecLine:
    """Whole certificates of one plant, month and kind."""

    energy: GecEnergy
    carried_in_wh: int
    """Remainder of the months before [Wh]."""
    n_certificates: int
    carried_out_wh: int
    """Remainder that goes to the next month [Wh]."""
    expires_on: date
    """First day on which its certificates are no longer valid."""
    numbers: tuple[GecNumbers, ...]
    fact_keys: tuple[str, ...]

    @property
    def n_numbered(self) -> int:
        """How many certificates the registry has given numbers for."""
        return sum(each.n_certificates for each in self.numbers)


def gec_lines(
    energies: Iterable[GecEnergy], *, book: FactBook, numbers: Sequence[GecNumbers] = ()
) -> tuple[GecLine, ...]:
    """Return the whole certificates of every plant, month and kind.

    Args:
        energies: From the first month of each plant on, so that every remainder is known.
        book: The facts; used are the unit and the validity.
        numbers: What the registry gave.

    Returns:
        Lines by plant, kind and month.

    Raises:
        GecInputError: If a plant, month and kind is given twice, an energy is below 0, or a number
            belongs to no line.
        FactOutOfForceError: If no unit or validity is in force for a month.
    """
    ordered = sorted(energies, key=lambda one: (one.plant, one.kind, one.month))
    _demand_sound(ordered, numbers)
    lines: list[GecLine] = []
    for energy in ordered:
        before = lines[-1] if lines and _place(lines[-1].energy) == _place(energy) else None
        carried_wh = 0 if before is None else before.carried_out_wh
        lines.append(_line(energy, carried_wh, book, numbers))
    return tuple(lines)


def expiry_of(month: str, *, book: FactBook) -> tuple[date, str]:
    """Return the first day on which certificates of a production month are no longer valid.

    Args:
        month: ``YYYY-MM``.
        book: The facts.

    Returns:
        The day, and the key of the fact that says so.

    Raises:
        FactOutOfForceError: If neither of the two rules is in force.
    """
    on = date.fromisoformat(f"{month}-01")
    if old := book.candidates("gec.valid-to-end-of", on=on, family=FAMILY):
        return date(int(old[0].value) + 1, 1, 1), old[0].key
    validity = book.in_force("gec.validity", on=on, family=FAMILY)
    n_months = on.year * _MONTHS_A_YEAR + on.month - 1 + int(validity.value)
    return date(n_months // _MONTHS_A_YEAR, n_months % _MONTHS_A_YEAR + 1, 1), validity.key


def _place(energy: GecEnergy) -> tuple[str, GecKind]:
    return energy.plant, energy.kind


def _line(
    energy: GecEnergy, carried_wh: int, book: FactBook, numbers: Sequence[GecNumbers]
) -> GecLine:
    unit = book.in_force("gec.unit", on=date.fromisoformat(f"{energy.month}-01"), family=FAMILY)
    n_certificates, rest_wh = divmod(energy.energy_wh + carried_wh, int(unit.value) * WH_PER_KWH)
    expires_on, validity_key = expiry_of(energy.month, book=book)
    return GecLine(
        energy=energy,
        carried_in_wh=carried_wh,
        n_certificates=n_certificates,
        carried_out_wh=rest_wh,
        expires_on=expires_on,
        numbers=tuple(
            each
            for each in numbers
            if (each.plant, each.month, each.kind) == (energy.plant, energy.month, energy.kind)
        ),
        fact_keys=(unit.key, validity_key),
    )


def _demand_sound(ordered: Sequence[GecEnergy], numbers: Sequence[GecNumbers]) -> None:
    places: set[tuple[str, str, GecKind]] = set()
    for energy in ordered:
        place = (energy.plant, energy.month, energy.kind)
        if place in places:
            _refuse(f"{' '.join(place)} twice", "each plant, month and kind once")
        places.add(place)
        if min(energy.by_state_wh.values(), default=0) < 0 or energy.drawn_wh < 0:
            _refuse(f"{' '.join(place)} with energy below 0", "0 Wh or more in each state")
    for each in numbers:
        if (each.plant, each.month, each.kind) not in places:
            _refuse(
                f"numbers {each.first} … {each.last} for {each.plant} {each.month} {each.kind}",
                "a plant, month and kind with energy in the ledger",
            )


def _refuse(given: str, expected: str) -> None:
    raise GecInputError(
        given=given, expected=expected, remedy="correct the line, or leave it out of the file"
    )
