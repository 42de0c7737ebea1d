from collections.abc import Mapping, Sequence
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market_case import BOOK
from taihang.core.facts import FactOutOfForceError
from taihang.standards.nea_2024_67 import (
    GecEnergy,
    GecInputError,
    GecKind,
    GecLine,
    GecNumbers,
    expiry_of,
    gec_lines,
)

MWH = 1_000_000
MONTHS = tuple(f"2026-{number:02d}" for number in range(1, 13))


def energy(
    month: str,
    by_state_wh: Mapping[str, int],
    *,
    plant: str = "PV01",
    kind: GecKind = GecKind.TRADABLE,
    drawn_wh: int = 0,
) -> GecEnergy:
    return GecEnergy(
        plant=plant, month=month, kind=kind, by_state_wh=by_state_wh, drawn_wh=drawn_wh
    )


def lines(*energies: GecEnergy, numbers: Sequence[GecNumbers] = ()) -> tuple[GecLine, ...]:
    return gec_lines(energies, book=BOOK, numbers=numbers)


def given_numbers(**changes: object) -> GecNumbers:
    facts: dict[str, object] = {
        "plant": "PV01",
        "month": "2026-06",
        "kind": GecKind.TRADABLE,
        "first": "0001",
        "last": "0003",
        "n_certificates": 3,
    }
    return GecNumbers(**{**facts, **changes})  # type: ignore[arg-type]


def test_gec_lines__a_remainder_is_carried_to_the_next_month() -> None:
    first, second = lines(
        energy("2026-06", {"held": 1_400_000}), energy("2026-07", {"held": 700_000})
    )

    assert (first.n_certificates, first.carried_out_wh) == (1, 400_000)
    assert (
        second.carried_in_wh,
        second.n_certificates,
        second.carried_out_wh,
    ) == (400_000, 1, 100_000)


@given(
    st.dictionaries(
        st.tuples(
            st.sampled_from(MONTHS), st.sampled_from(["PV01", "W01"]), st.sampled_from(GecKind)
        ),
        st.dictionaries(
            st.sampled_from(["issued", "held", "claimed"]), st.integers(0, 5 * MWH), max_size=3
        ),
        max_size=30,
    )
)
def test_gec_lines__certificates_and_remainder_are_the_energy_to_the_watt_hour(
    found: dict[tuple[str, str, GecKind], dict[str, int]],
) -> None:
    # Law: over plant and kind, n × 1 MWh + the last remainder = Σ energy; no remainder is a whole.
    made = lines(
        *(
            energy(month, states, plant=plant, kind=kind)
            for (month, plant, kind), states in found.items()
        )
    )

    assert len(found) == len(made)
    assert all(0 <= line.carried_out_wh < MWH for line in made)
    for place in {(line.energy.plant, line.energy.kind) for line in made}:
        of_place = [line for line in made if (line.energy.plant, line.energy.kind) == place]
        total_wh = sum(line.energy.energy_wh for line in of_place)
        n_certificates = sum(line.n_certificates for line in of_place)
        assert total_wh == n_certificates * MWH + of_place[-1].carried_out_wh


def test_gec_lines__tradable_and_not_tradable_never_share_a_remainder() -> None:
    made = lines(
        energy("2026-06", {"held": 600_000}),
        energy("2026-06", {"held": 600_000}, kind=GecKind.NON_TRADABLE),
    )

    assert [line.n_certificates for line in made] == [0, 0]


def test_gec_lines__storage_without_meters_earns_fed_less_drawn() -> None:
    less, none = lines(
        energy("2026-06", {"held": 3 * MWH}, drawn_wh=1_500_000),
        energy("2026-06", {"held": MWH}, plant="W01", drawn_wh=2 * MWH),
    )

    assert (less.n_certificates, less.carried_out_wh) == (1, 500_000)
    assert (none.n_certificates, none.carried_out_wh) == (0, 0)


@pytest.mark.parametrize(
    ("month", "expires_on"),
    [
        ("2026-06", date(2028, 6, 1)),  # two years, June 2026 included: to the end of May 2028
        ("2024-01", date(2026, 1, 1)),
        ("2025-12", date(2027, 12, 1)),
        ("2023-12", date(2026, 1, 1)),  # before 2024: to the end of 2025
        ("2022-01", date(2026, 1, 1)),
    ],
)
def test_expiry_of__production_month(month: str, expires_on: date) -> None:
    assert expires_on == expiry_of(month, book=BOOK)[0]


def test_expiry_of__before_the_rules_is_no_guess() -> None:
    with pytest.raises(FactOutOfForceError):
        expiry_of("2015-01", book=BOOK)


def test_gec_lines__keep_the_facts_and_the_numbers_of_the_registry() -> None:
    (line,) = lines(energy("2026-06", {"held": 3 * MWH}), numbers=[given_numbers()])

    assert line.n_numbered == 3
    assert "nea-2024-67/gec.unit/CN/2017-07-01=1000" in line.fact_keys
    assert "nea-2024-67/gec.validity/CN/2024-01-01=24" in line.fact_keys


@pytest.mark.parametrize(
    "changes", [{"plant": "W01"}, {"month": "2026-07"}, {"kind": GecKind.NON_TRADABLE}]
)
def test_gec_lines__numbers_of_no_line_are_refused(changes: dict[str, object]) -> None:
    with pytest.raises(GecInputError, match="0001"):
        lines(energy("2026-06", {"held": 3 * MWH}), numbers=[given_numbers(**changes)])


def test_gec_lines__the_same_month_twice_is_refused() -> None:
    with pytest.raises(GecInputError, match="PV01 2026-06 tradable twice"):
        lines(energy("2026-06", {"held": 1}), energy("2026-06", {"issued": 1}))


def test_gec_lines__energy_below_zero_is_refused() -> None:
    with pytest.raises(GecInputError, match="below 0"):
        lines(energy("2026-06", {"held": -1}))
