"""Where the page of annual ratios gets its figures, and that they open to the balance."""

from collections.abc import Generator
from pathlib import Path

import pytest

import small_park
from ratio_kit import june_park
from taihang.core.access.scope import Scope
from taihang.interfaces.reports.annual import NotIssuedError
from taihang.interfaces.web.pages.green.ratios import (
    FLOWS,
    build_paper,
    build_ratios,
    issue_account,
)
from taihang.services.open_figure import open_figure
from taihang.services.ports import Ports
from taihang.services.ratio_account import NothingClosedError
from taihang.services.sight import see

JUNE = "2026-06"


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory) -> Generator[Ports]:
    root = june_park(Path(tmp_path_factory.mktemp("ratios")) / "park")
    with small_park.opened(root) as opened:
        yield opened


def test_build_ratios__draws_the_account_of_the_last_month_up(ports: Ports) -> None:
    view = build_ratios(ports, "")

    assert view.month == JUNE
    assert view.account is not None
    assert not view.account.is_issued
    assert [window.name for window in view.history] == [JUNE]
    percent = view.account.told("windows", "month", "requirements", "R_self", "percent")
    assert percent.value == view.history[0].ratios.requirements[0].percent


@pytest.mark.parametrize("flow", [name for name in FLOWS if name != "curtailed_wh"])
def test_build_ratios__energies_of_the_month_open_to_themselves(ports: Ports, flow: str) -> None:
    view = build_ratios(ports, JUNE)

    assert view.account is not None
    told = view.account.told("windows", "month", flow)
    assert open_figure(view.energy_key(flow), ports=ports).value == told.value


def test_build_ratios__of_a_month_without_anything_closed_have_no_account(ports: Ports) -> None:
    view = build_ratios(ports, "2026-05")

    assert (view.account, view.history) == (None, ())


def test_build_paper__wants_an_issued_account(ports: Ports) -> None:
    with pytest.raises(NotIssuedError):
        build_paper(ports, "2026-05", "zh")
    issue_account(JUNE, ports=ports)
    issue_account(JUNE, ports=ports)

    document = build_paper(ports, JUNE, "en")
    view = build_ratios(ports, JUNE)

    assert document.references[0].id == f"ratios.park.{JUNE}.v1"
    assert view.account is not None
    assert view.account.is_issued
    told = view.account.told("windows", "month", "requirements", "R_self", "percent")
    assert open_figure(told.key, ports=ports).value == told.value


def test_build_ratios__of_a_part_of_the_park_have_no_account(ports: Ports) -> None:
    view = build_ratios(see(ports, Scope(frozenset(("E01",)))), JUNE)

    assert (view.account, view.history) == (None, ())


def test_issue_account__of_a_month_without_anything_closed_is_refused(ports: Ports) -> None:
    with pytest.raises(NothingClosedError, match="2026-05"):
        issue_account("2026-05", ports=ports)
