from datetime import date
from decimal import Decimal

import pytest

from taihang.adapters.facts import load_facts
from taihang.core.facts import FactOutOfForceError
from taihang.core.market.tariff import TariffParts
from taihang.core.market.tou import TariffNotInForceError
from taihang.standards.ndrc_2026_1077 import (
    TariffPartsError,
    VoltageClass,
    VoltageClassError,
    parts_allowed,
    require_parts,
    transmission_tariff,
    voltage_class,
)

BOOK = load_facts()
AUGUST = date(2026, 8, 1)
ONE, TWO = TariffParts.ONE_PART, TariffParts.TWO_PART


@pytest.mark.parametrize(
    ("voltage_kv", "expected"),
    [
        (0.4, VoltageClass.BELOW_1_KV),
        (1.0, VoltageClass.KV_1_TO_20),
        (10.0, VoltageClass.KV_1_TO_20),
        (20.0, VoltageClass.KV_1_TO_20),
        (35.0, VoltageClass.KV_35),
        (110.0, VoltageClass.FROM_110_KV),
        (500.0, VoltageClass.FROM_110_KV),
    ],
)
def test_voltage_class__rows_of_the_table(voltage_kv: float, expected: VoltageClass) -> None:
    assert expected is voltage_class(voltage_kv)


@pytest.mark.parametrize("voltage_kv", [-10.0, 0.0, 20.5, 66.0, float("nan")])
def test_voltage_class__refuses_what_has_no_row(voltage_kv: float) -> None:
    with pytest.raises(VoltageClassError):
        voltage_class(voltage_kv)


@pytest.mark.parametrize(
    ("voltage_kv", "expected"),
    [
        (0.4, ("0.1672", "0.1040", "21.8", "34.8")),
        (10.0, ("0.1472", "0.0740", "21.3", "34.0")),
        (35.0, ("0.1322", "0.0490", "19.8", "31.6")),
        (110.0, ("0.1222", "0.0290", "18.8", "30.0")),
    ],
)
def test_transmission_tariff__published_table(voltage_kv: float, expected: tuple[str, ...]) -> None:
    one, two = (
        transmission_tariff(
            BOOK, voltage_kv=voltage_kv, parts=parts, charging_station=False, on=AUGUST
        )
        for parts in (ONE, TWO)
    )

    found = (one.energy.value, two.energy.value, two.capacity.value, two.demand.value)
    assert tuple(Decimal(value) for value in expected) == found
    assert Decimal("0.0352") == two.line_loss.value
    assert {fact.document for fact in two.facts} == {"发改价格〔2026〕1077号"}
    # the demand price is about 1.6 times the capacity price in every row
    assert Decimal("1.60") == (two.demand.value / two.capacity.value).quantize(Decimal("0.01"))


def test_transmission_tariff__refuses_earlier_months_in_words() -> None:
    with pytest.raises(
        TariffNotInForceError, match=r"2026-07-31.*1077号.*no other cycle"
    ) as caught:
        transmission_tariff(
            BOOK, voltage_kv=110.0, parts=TWO, charging_station=False, on=date(2026, 7, 31)
        )

    assert isinstance(caught.value, FactOutOfForceError)
    assert caught.value.code == "input.tariff-not-in-force"


def test_transmission_tariff__frees_two_part_charging_stations_before_2030() -> None:
    def exemption(parts: TariffParts, on: date) -> str | None:
        found = transmission_tariff(
            BOOK, voltage_kv=10.0, parts=parts, charging_station=True, on=on
        )
        return found.exemption.code if found.exemption else None

    last_day = date(2029, 12, 31)

    assert exemption(TWO, last_day) == "td.charging-station.capacity-share"
    assert exemption(ONE, last_day) is None
    with pytest.raises(TariffNotInForceError, match="2030-01-01"):
        exemption(TWO, date(2030, 1, 1))


@pytest.mark.parametrize(
    ("kva", "expected"),
    [(100, {ONE}), (101, {ONE, TWO}), (314, {ONE, TWO}), (315, {TWO})],
)
def test_parts_allowed__by_capacity(kva: float, expected: set[TariffParts]) -> None:
    assert expected == parts_allowed(kva, book=BOOK, on=AUGUST)


def test_require_parts__refuses_the_wrong_tariff() -> None:
    with pytest.raises(TariffPartsError, match="one-part tariff for 315"):
        require_parts(ONE, transformer_kva=315, book=BOOK, on=AUGUST)

    assert require_parts(TWO, transformer_kva=315, book=BOOK, on=AUGUST) is TWO


def test_funds__are_the_sum_of_their_four_parts() -> None:
    # acceptance vector 10
    total = BOOK.in_force("funds.total", on=AUGUST, region="Shanxi")
    parts = [
        BOOK.in_force(f"funds.part.{name}", on=AUGUST, region="Shanxi").value
        for name in ("rural-grid-loan", "renewable-surcharge", "water-works", "reservoir")
    ]

    assert Decimal("0.04336875") == total.value == sum(parts)
    assert total.status == "verified"
