"""Each guard says what it found, and says nothing where all is well."""

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import pytest

import certified_park
import small_park
from taihang.core.certificates.double_issue import Doubled, DoubleIssueGuardError
from taihang.services import certificate_guards
from taihang.services.certificate_balance import MonthBalance, month_balances
from taihang.services.certificate_guards import Guard, guards_of_month
from taihang.services.ports import Ports

AUGUST = "2026-08"


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory) -> Generator[Ports]:
    root = Path(tmp_path_factory.mktemp("guards")) / "park"
    small_park.make(root, text=certified_park.text())
    with small_park.opened(root) as opened:
        certified_park.settled(opened)
        yield opened


@pytest.fixture(scope="module")
def balance(ports: Ports) -> MonthBalance:
    (found,) = month_balances([AUGUST], ports=ports)
    return found


def by_code(found: tuple[Guard, ...]) -> dict[str, Guard]:
    return {each.code: each for each in found}


def test_guards_of_month__of_a_sound_month_find_nothing(
    ports: Ports, balance: MonthBalance
) -> None:
    found = by_code(guards_of_month(AUGUST, balance, ports=ports))

    assert [*found] == ["positions", "closed", "devices", "curves"]
    assert all(not each.findings for each in found.values())
    assert found["positions"].n_looked_at == len(ports.registry.certificates.issues(AUGUST)) > 0
    assert found["closed"].n_looked_at == balance.generated_wh


def test_guards_of_month__without_a_balance_look_at_positions_alone(ports: Ports) -> None:
    assert [*by_code(guards_of_month("2026-09", None, ports=ports))] == ["positions"]


def test_guards_of_month__tell_what_does_not_close(ports: Ports, balance: MonthBalance) -> None:
    apart = replace(balance, generated_wh=balance.generated_wh - 7)

    found = by_code(guards_of_month(AUGUST, apart, ports=ports))

    assert found["closed"].findings == ("2026-08: -7 Wh",)


def test_guards_of_month__tell_what_is_doubled(
    ports: Ports, balance: MonthBalance, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_name: str, *, ports: Ports) -> None:
        raise DoubleIssueGuardError(given=f"{ports.park.id} twice", expected="once", remedy="look")

    def copied(_name: str, *, ports: Ports) -> tuple[Doubled, ...]:
        assert ports.park
        return (Doubled("PV02 has the curve of PV01", ("PV01", "PV02")),)

    def lost(certificates: object, *, issue: str, total_wh: int) -> None:
        raise DoubleIssueGuardError(
            given=f"{issue} over {total_wh}", expected=f"{certificates}", remedy="look"
        )

    monkeypatch.setattr(certificate_guards, "sheet_of_month", refused)
    monkeypatch.setattr(certificate_guards, "suspects_of_month", copied)
    monkeypatch.setattr(certificate_guards, "demand_partition", lost)

    found = by_code(guards_of_month(AUGUST, balance, ports=ports))

    assert "twice" in found["devices"].findings[0]
    assert found["curves"].findings == ("PV02 has the curve of PV01",)
    assert len(found["positions"].findings) == found["positions"].n_looked_at
