import re
from decimal import Decimal
from pathlib import Path

import pytest

import small_park
from activity_kit import put, record
from command_line import done, taihang
from small_park import AUGUST
from taihang.core.activity.record import Flow
from taihang.interfaces.catalogue import LANGS, Lang
from taihang.interfaces.cli.energy import standing_lines
from taihang.interfaces.text_width import width_of
from taihang.services.close_period import close_period

MONTH = ("--month", "2026-08")


@pytest.fixture(scope="module")
def park(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """August, with coal of the first enterprise."""
    root = small_park.make(tmp_path_factory.mktemp("energy") / "park")
    with small_park.opened(root) as ports:
        small_park.fill(ports, AUGUST)
        close_period(AUGUST, ports=ports)
        coal = record("E01-coal", item="raw-coal", period="2026-08", amount="1234.5", unit="t")
        part = record(
            "E01-coal-raw", item="raw-coal", flow=Flow.FEEDSTOCK, period="2026-08", amount="3",
            unit="t",
        )  # fmt: skip
        put(ports, coal, part)
    return root


@pytest.mark.parametrize("lang", LANGS)
def test_energy__adds_up_by_hand_within_80_columns(
    lang: Lang, park: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    told = done("energy", park, *MONTH, "--subject", "E01", "--lang", lang).out

    lines = told.splitlines()
    assert max(width_of(line.rstrip()) for line in lines) <= 80
    heads = ("综合能源消费量", "comprehensive energy")
    rows = {line: re.findall(r"(?<![\d(])[\d,]+\.\d(?!\))", line) for line in lines}
    (total,) = (found[0] for line, found in rows.items() if line.strip().startswith(heads))
    shown = [Decimal(found[-2].replace(",", "")) for found in rows.values() if len(found) == 3]
    assert len(shown) == 3
    assert abs(sum(shown) - Decimal(total.replace(",", ""))) <= Decimal("0.15")
    assert "(2.1)" in told, "feedstock stands in brackets"


def test_energy__of_the_park_issues_every_account_once(park: Path) -> None:
    body = done("energy", park, *MONTH, "--json").facts
    done("energy", park, *MONTH, "--issue")
    done("energy", park, *MONTH, "--issue")

    with small_park.opened(park, writing=False) as ports:
        issued = [
            each.id
            for each in ports.registry.latest_statements("2026-08")
            if each.kind == "energy-account"
        ]
    assert issued == [f"energy-account.{each}.2026-08.v1" for each in ("E01", "E02", "park")]
    assert body["series"] == "energy-account.park.2026-08"


def test_energy__refuses_whom_nobody_knows(park: Path) -> None:
    taihang("energy", park, *MONTH, "--subject", "E99").refused("state.no-energy-account", "E99")
    taihang("energy", park, "--month", "2020-01").refused("state.no-energy-account", "2020-01")


@pytest.mark.parametrize("lang", LANGS)
def test_standing__tells_the_place_or_why_there_is_none(lang: Lang) -> None:
    beside = {
        "sector": "C33",
        "unit": "tce/10⁴CNY",
        "n_members": 7,
        "own": "1.010000",
        "mean": "1.040000",
        "better_half_mean": None,
        "tenth": 1,
        "why_not": None,
    }
    (said,) = standing_lines(beside, lang)
    (unsaid,) = standing_lines({**beside, "mean": None, "why_not": "too-few-or-dominated"}, lang)

    assert "1.040000" in said.plain
    assert "–" in said.plain
    assert "1.010000" in unsaid.plain
    assert "1.04" not in unsaid.plain
    assert standing_lines(None, lang) == []
