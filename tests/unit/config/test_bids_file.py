"""The bid file: strict in, one problem for each scenario, and words for what is wrong."""

from pathlib import Path

import pytest

from bid_files import RULES, SCENARIOS, scenario_rows, write_bids
from taihang.config.bids_file import read_bid_file, read_park_bid_file
from taihang.config.problem_file import ProblemFileError
from taihang.core.dispatch.assets.load import Load
from taihang.core.dispatch.fields import ParkProblemError

HISTORY = """
[history]
days = 60
kept = 20
calibration_days = 10
day_ahead_series = "DA"
real_time_series = "RT"
tariff = "GT"
export_limit_kw = 0
curtail_price_cny_per_kwh = 0.0
soc_start_ratio = 0.5
"""


def test_read_bid_file__reads_the_problem_once_for_each_scenario(tmp_path: Path) -> None:
    problem, path = write_bids(tmp_path)

    found = read_bid_file(path, problem=problem).problem

    assert [one.id for one in found.scenarios] == ["calm", "dull", "odd"]
    assert found.probability_ratio.tolist() == [0.5, 0.3, 0.2]
    loads = [
        asset.load_kw.tolist()
        for one in found.scenarios
        for asset in one.problem.assets
        if isinstance(asset, Load)
    ]
    assert loads[1] == [130.0, 140.0, 120.0, 90.0]
    assert found.scenarios[2].day_ahead_cny_per_kwh.tolist() == [0.4, 0.4, 0.3, 0.3]
    assert found.market.bought_max_kw.tolist() == [300.0] * 4


def test_read_bid_file__says_where_prices_are_hourly(tmp_path: Path) -> None:
    problem, path = write_bids(tmp_path)

    found = read_bid_file(path, problem=problem).problem

    assert found.hourly_prices() == ("day_ahead_cny_per_kwh",)


def test_read_bid_file__a_floor_may_lie_below_nought(tmp_path: Path) -> None:
    rules = RULES.replace("price_floor_cny_per_mwh = 0", "price_floor_cny_per_mwh = -80")
    problem, path = write_bids(tmp_path, rules=rules)

    found = read_bid_file(path, problem=problem).problem

    assert found.market.price_floor_cny_per_mwh == -80.0


def test_read_bid_file__offers_and_committed_flows(tmp_path: Path) -> None:
    more = """
[[reserve_offer]]
id = "ready"
battery = "b"
up_max_kw = 20
down_max_kw = [0, 10, 20, 0]
duration_h = 0.5
income_cny_per_kw = 0.01

[[response_offer]]
id = "call"
grid = "gate"
from_s = 2012-01-01T01:00:00+08:00
to_s = 2012-01-01T02:00:00+08:00
baseline_kw = 120
promised_min_kw = 0
promised_max_kw = 50
pay_cny_per_kwh = 1.0
penalty_cny_per_kwh = "none"
"""
    rules = RULES.replace("committed = []", 'committed = ["b.charge_kw"]')
    problem, path = write_bids(tmp_path, rules=rules, more=SCENARIOS + more)

    found = read_bid_file(path, problem=problem).problem

    assert [one.id for one in found.offers] == ["ready", "call"]
    assert found.committed == ("b.charge_kw",)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("cvar_tail_ratio = 0.4", "cvar_tail_ratio = 40", "cvar_tail_ratio"),
        ("cvar_weight_ratio = 0.2\n", "", "missing keys"),
        ("steps_max = 3", "steps_max = 3\nsteps_most = 3", "unknown keys"),
        ('offer = "curve"', 'offer = "line"', "'line' as market.offer"),
        ("price_cap_cny_per_mwh = 1500", 'price_cap_cny_per_mwh = "fact"', "'fact'"),
        ("price_cap_cny_per_mwh = 1500", "price_cap_cny_per_mwh = 600", "limits of the market"),
        ("committed = []", 'committed = "all"', "a list of flows"),
        ('format = "taihang/bids/v1"', 'format = "bids"', "taihang/bids/v1"),
        ("bought_max_kw = 300", "bought_max_kw = -5", "bought_min_kw 0 in interval 0; .* -5 kW"),
        ("committed = []", "committed = []\nreserve_offer = 3", "3 as reserve_offer; expected a"),
        ("committed = []", "committed = []\nresponse_offer = [3]", r"3 as response_offer\[0\]"),
        ("bought_max_kw = 300", "bought_max_kw = 1" + "0" * 400, "300 digits as market.bought"),
    ],
)
def test_read_bid_file__rules_that_are_none_are_refused(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    problem, path = write_bids(tmp_path, rules=RULES.replace(old, new))

    with pytest.raises(ParkProblemError, match=words):
        read_bid_file(path, problem=problem)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("calm,0.5,2012-01-01T00:30", "calm,0.6,2012-01-01T00:30", "probabilities"),
        ("dull,0.3,2012-01-01T00:30:00+08:00", "dull,0.3,2012-01-01T00:31:00+08:00", "row 3"),
        ("scenario,probability_ratio", "name,probability_ratio", "columns"),
        ("load_kw", "load_mw_per_h", "load_kw"),
        ("da_cny_per_mwh", "spot_cny_per_mwh", "da_cny_per_mwh"),
        (",300,320", ",,320", "number"),
        (",300,320", "," + "3" * 200_000 + ",320", "scenarios.csv.*a CSV file"),
        (",300,320", ",300,320,1", "row 2 of scenarios.csv, 8 cells"),
        ("calm,0.5", ",0.5", "row 2 .*the name of its scenario"),
    ],
)
def test_read_bid_file__scenarios_that_are_none_are_refused(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    problem, path = write_bids(tmp_path)
    text = scenario_rows().replace(old, new, 1)
    (tmp_path / "scenarios.csv").write_text(text, encoding="utf-8")

    with pytest.raises(ProblemFileError, match=words):
        read_bid_file(path, problem=problem)


def test_read_bid_file__empty_lines_at_the_end_are_no_rows(tmp_path: Path) -> None:
    problem, path = write_bids(tmp_path)
    (tmp_path / "scenarios.csv").write_text(scenario_rows() + "\n\n", encoding="utf-8")

    assert len(read_bid_file(path, problem=problem).problem.scenarios) == 3


def test_read_bid_file__a_file_that_is_no_toml_or_lies_elsewhere_is_refused(tmp_path: Path) -> None:
    for rules in ("format = [", "format = " + "[" * 100_000):
        problem, path = write_bids(tmp_path, rules=rules)
        with pytest.raises(ProblemFileError, match="a TOML file"):
            read_bid_file(path, problem=problem)
    elsewhere = SCENARIOS.replace('"scenarios.csv"', '"../scenarios.csv"')
    problem, path = write_bids(tmp_path, more=elsewhere)
    with pytest.raises(ProblemFileError, match="beside the bids"):
        read_bid_file(path, problem=problem)


def test_read_park_bid_file__limits_may_be_facts(tmp_path: Path) -> None:
    rules = RULES.replace("price_cap_cny_per_mwh = 1500", 'price_cap_cny_per_mwh = "fact"')
    _, path = write_bids(tmp_path, rules=rules, more=HISTORY)

    found = read_park_bid_file(path, n_steps=96, limits_cny_per_mwh=(0.0, 1234.0))

    assert found.rules.market.price_cap_cny_per_mwh == 1234.0
    assert found.history.days == 60
    with pytest.raises(ParkProblemError, match="a dated fact"):
        read_park_bid_file(path, n_steps=96, limits_cny_per_mwh=None)


def test_read_park_bid_file__too_few_days_are_refused(tmp_path: Path) -> None:
    _, path = write_bids(tmp_path, more=HISTORY.replace("days = 60", "days = 5"))

    with pytest.raises(ParkProblemError, match=r"history\.days 5"):
        read_park_bid_file(path, n_steps=96, limits_cny_per_mwh=None)
