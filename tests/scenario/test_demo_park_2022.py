"""The demo park's measured year, from foreign files to the report, against its published totals.

Origin of the expected figures: the README beside the data (load 1 158 GWh, of which E01-E03
850 GWh; PV 18.25 GWh; wind 41.1 GWh), worked out there from the source series, not by this code.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final, cast
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from numpy.typing import NDArray

import small_park
from shared_data import shared_path
from taihang import wiring
from taihang.config.templates import template_text
from taihang.core.park.assets import PlantKind
from taihang.core.periods import month, months_in, year
from taihang.core.seal.batch import ClockState
from taihang.services.account import month_drafts
from taihang.services.audit import audit
from taihang.services.bill import Billed, bill_enterprises
from taihang.services.certify import Certified, certify
from taihang.services.collect import (
    CollectCount,
    check_import,
    collect,
    span_of,
    uploads_of_blocks,
)
from taihang.services.ingest import ingest
from taihang.services.raise_score import raise_score
from taihang.services.ratio_backtest import backtest
from taihang.services.report import ParkReport, report
from taihang.services.score_account import scores
from taihang.services.settle import Settled, settle
from taihang.standards.ndrc_650 import Verdict

pytestmark = pytest.mark.shared

YEAR: Final = year("2022", ZoneInfo("Asia/Shanghai"))
TOLERANCE_RATIO: Final = 1e-3
GWH: Final = 1e9
PARK: Final = template_text("changzhi").replace("# td_prices_of   =", "td_prices_of     =")
"""The demo park, with the T&D prices of 2026-08-01 standing in for those of 2022."""
_METHODS: Final = ("location", "market", "physical")
# Data year 2022: Shanxi, and the nation less market-traded renewables.
_PLACE_T_PER_MWH: Final = Decimal("0.7096")
_RESIDUAL_T_PER_MWH: Final = Decimal("0.5856")
N_BILLED: Final = 54 + 5
"""Enterprises and charging stations."""


@dataclass(frozen=True)
class Run:
    """What one run of the year gave."""

    root: Path
    rows_read: int
    count: CollectCount
    again: CollectCount
    settled: Settled
    certified: Certified
    found: ParkReport
    billed: Billed
    money: dict[str, dict[str, dict[str, object]]]
    """What-if statements about money by month and series."""
    closure_error_wh: NDArray[np.int64]
    """Recomputed here from the stored flows, shape (35040,). [Wh]"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Import, ingest, settle, certify and report the year once."""
    result = wiring.decoded(shared_path("data/demo-park"), map_name="demo-park")
    root = small_park.make(tmp_path_factory.mktemp("demo") / "park", PARK)
    with small_park.opened(root) as ports:
        counts: list[CollectCount] = []
        for _ in range(2):
            check_import(result.blocks, ports=ports)
            counts.append(CollectCount())
            batches = collect(
                uploads_of_blocks(result.blocks, ports=ports),
                ports=ports,
                period=span_of(result.blocks),
                origin={"kind": "import", "map": "demo-park"},
                clock=ClockState.IMPORT,
                count=counts[-1],
            )
            for _receipt in ingest(batches, ports=ports):
                pass
        settled = settle(YEAR, ports=ports)
        certified = certify(YEAR, ports=ports)
        billed = bill_enterprises(YEAR, ports=ports)
        f = {flow: rows["wh"] for (flow,), rows in ports.lake.read("balance", YEAR).items()}
        error_wh = f["generation"] + f["import"] + f["discharge"]
        error_wh = error_wh - f["load"] - f["export"] - f["charge"] - f["losses"]
        yield Run(
            root=root,
            rows_read=result.rows_read,
            count=counts[0],
            again=counts[1],
            settled=settled,
            certified=certified,
            found=report(YEAR, label="2022", ports=ports),
            billed=billed,
            money={
                name: {
                    issued.series: cast("dict[str, object]", json.loads(issued.document))
                    for issued in ports.registry.latest_statements(name)
                }
                for name in months_in(YEAR, ports.park.zone)
            },
            closure_error_wh=error_wh,
        )


def test_import__takes_every_row_in_once(run: Run) -> None:
    assert run.rows_read == run.count.read == run.count.sealed == 76 * YEAR.n_steps
    assert run.count.batches == 366, "365 local days touch 366 UTC days"
    assert (run.again.sealed, run.again.batches) == (0, 0), "the same folder again is no news"


def test_settle__closes_every_interval_of_the_year(run: Run) -> None:
    assert len(run.closure_error_wh) == YEAR.n_steps == 35_040
    assert not run.closure_error_wh.any()
    assert (run.settled.n_missing, run.settled.n_rejected, run.settled.n_open) == (0, 0, 0)
    assert run.settled.max_closure_error_wh == run.found.max_closure_error_wh == 0


@pytest.mark.parametrize(
    ("name", "expected_gwh"), [("load", 1_158), ("E01-E03", 850), ("pv", 18.25), ("wind", 41.1)]
)
def test_report__has_the_published_totals(run: Run, name: str, expected_gwh: float) -> None:
    found = run.found
    wh = {
        "load": found.load_wh,
        "E01-E03": sum(e.load_wh for e in found.enterprises if e.id in {"E01", "E02", "E03"}),
        "pv": found.generated_wh[PlantKind.PV],
        "wind": found.generated_wh[PlantKind.WIND],
    }

    assert wh[name] / GWH == pytest.approx(expected_gwh, rel=TOLERANCE_RATIO)


def test_report__claims_no_more_green_energy_than_there_is(run: Run) -> None:
    found = run.found

    assert found.n_overmatched == 0
    assert found.matched_wh == sum(p.matched_line_wh + p.matched_pool_wh for p in found.plants)
    assert found.matched_wh <= sum(found.generated_wh.values())
    # What a rule holds back (at night, above the clear sky) is generated and earns no lot.
    held_back_wh = sum(found.generated_wh.values()) - run.certified.issued_wh
    assert run.certified.issued_wh == sum(found.lots_wh.values())
    assert 0 <= held_back_wh <= 0.003 * found.generated_wh[PlantKind.PV]


def test_scores__are_the_matching_added_up_hour_by_hour(run: Run) -> None:
    with small_park.opened(run.root, writing=False) as ports:
        found = scores("2022", ports=ports)
        raised = raise_score(found, "park", points=Decimal(5))
    park = found.of("park")

    assert park.use.known.all()
    assert int(park.use.matched_wh.sum()) == run.found.matched_wh
    assert park.score is not None
    assert float(park.score.contracted_ratio) == pytest.approx(0.0512, abs=0.0001)
    # Hardly a watt-hour is left over: no battery and no shifted load can raise the score.
    by_id = {one.measure.id: one for one in raised.each}
    assert {name for name, one in by_id.items() if one.size is None} == {"STORAGE-4H", "SHIFT"}
    assert raised.cheapest is by_id["NIGHT-CERT"]


def test_report__judges_the_year_by_the_rule(run: Run) -> None:
    by_symbol = {each.symbol: each for each in run.found.ratios.requirements}

    assert sorted(by_symbol) == ["R_exp", "R_green", "R_self"]
    green, self_use, export = (by_symbol[name] for name in ("R_green", "R_self", "R_exp"))
    assert green.verdict is Verdict.MISSED
    assert float(green.ratio or 0) == pytest.approx(0.05, abs=0.003)
    assert str(green.threshold_ratio) == "0.30"
    assert self_use.verdict is Verdict.MET
    assert export.verdict is Verdict.MET
    short_mwh = f"{(0.3 * green.denominator_wh - green.numerator_wh) / 1e6:,.3f} MWh"
    for sentence in (green.sentence_zh, green.sentence_en):
        assert "R_green" in sentence
        assert "5.1 %" in sentence
        assert "30 %" in sentence
        assert short_mwh in sentence
    assert "低于" in green.sentence_zh
    assert green.sentence_en.isascii()


def test_bills__of_the_year_close_to_the_cent_every_month(run: Run) -> None:
    """2022 has no known T&D prices: every statement is a what-if and says so."""
    assert (run.billed.n_bills, run.billed.total_cny) == (0, 0)
    assert run.billed.not_billed == ()
    assert run.billed.n_what_if == 12 * N_BILLED
    assert len(run.money) == 12
    for name, stated in run.money.items():
        bills = {s: d for s, d in stated.items() if s.startswith("bill-what-if.")}
        closure = stated[f"bill-closure-what-if.park.{name}"]
        gateway = stated[f"gateway-bill-what-if.G1.{name}"]

        assert len(bills) == N_BILLED
        assert sum(s.split(".")[1].startswith("E") for s in bills) == 54
        for document in (*bills.values(), closure, gateway):
            assert cast("dict[str, str]", document["assumption"])["td_prices_of"] == "2026-08-01"
        users_cny = sum(Decimal(str(document["value"])) for document in bills.values())
        plants = cast("list[dict[str, str]]", closure["plants"])
        plants_cny = sum(Decimal(plant["total_cny"]) for plant in plants)
        gateway_cny = Decimal(str(gateway["value"])) - Decimal(str(closure["export_cny"]))
        margin_cny = Decimal(str(closure["value"]))
        assert users_cny == gateway_cny + plants_cny + margin_cny
        lines = cast("list[dict[str, str | int | None]]", closure["lines"])
        assert margin_cny == sum(Decimal(str(line["amount_cny"])) for line in lines)
        unread = [line["wh"] for line in lines if line["code"] == "quantity.unread"]
        assert unread == [0], "every watt-hour through the gateway is explained"


def test_revenue__of_every_month_is_what_the_bills_say(run: Run) -> None:
    """Σ revenue = Σ bills over the measured year, from the side of every plant and user (S10 c)."""
    year_cny = Decimal(0)
    for name, stated in run.money.items():
        closure = stated[f"bill-closure-what-if.park.{name}"]
        plants = {s: d for s, d in stated.items() if s.startswith("revenue-what-if.")}
        operator = plants.pop(f"revenue-what-if.park.{name}")
        paid = {s: d for s, d in stated.items() if s.startswith("payments-what-if.")}

        assert (len(plants), len(paid)) == (17, N_BILLED)
        for series, document in paid.items():
            bill = stated[series.replace("payments-", "bill-")]
            assert document["value"] == bill["value"]
        plants_cny = sum(Decimal(str(document["value"])) for document in plants.values())
        gateway_cny, margin_cny = (Decimal(str(operator[key])) for key in ("gateway_cny", "value"))
        bills_cny = sum(Decimal(str(document["value"])) for document in paid.values())
        assert bills_cny == plants_cny + gateway_cny + margin_cny
        assert str(plants_cny) == closure["plants_cny"]
        year_cny += plants_cny
        for document in plants.values():
            energy = cast("dict[str, int]", document["energy"])
            routes = cast("list[dict[str, str | int]]", energy["routes"])
            direct_wh = sum(int(each["wh"]) for each in routes)
            rest_wh = energy["fed_in_wh"] + energy["lost_wh"] + energy["other_wh"]
            assert energy["generated_wh"] == direct_wh + rest_wh
    assert year_cny > 10**7


def test_bills__of_charging_stations_have_no_demand_charge(run: Run) -> None:
    exempt = 0
    for name, stated in run.money.items():
        for station in ("CS1", "CS2", "CS3", "CS4", "CS5"):
            bill = stated[f"bill-what-if.{station}.{name}"]
            lines = cast("list[dict[str, str]]", bill["lines"])
            (line,) = (line for line in lines if line["code"].startswith("capacity."))
            assert (line["code"], line["amount_cny"]) == ("capacity.exempt", "0.00")
            exempt += 1
    assert exempt == 60


def test_scope_2__by_three_methods_from_the_quarter_hours(run: Run) -> None:
    """Every enterprise and station, every month: by place, by contract, by wire, by hand."""
    totals_t = dict.fromkeys(_METHODS, Decimal(0))
    with small_park.opened(run.root, writing=False, load_journal=False) as ports:
        wired = {user for line in ports.park.dedicated_lines.values() for user in line.users}
        matching = {
            user: rows
            for (role, user), rows in ports.lake.read("matching", YEAR).items()
            if role == "user"
        }
        stated = {
            draft.series: draft.body
            for name in months_in(YEAR, ports.park.zone)
            for draft in month_drafts(name, ports=ports)
        }
        for user, rows in matching.items():
            for name in months_in(YEAR, ports.park.zone):
                period = month(name, ports.park.zone)
                chosen = (rows["time_s"] >= period.start_s) & (rows["time_s"] < period.end_s)
                load, line, pool = (
                    Decimal(int(rows[key][chosen].sum())) / 1_000_000
                    for key in ("total_wh", "line_wh", "pool_wh")
                )
                expected = {
                    "location": load * _PLACE_T_PER_MWH,
                    "market": (load - line - pool) * _RESIDUAL_T_PER_MWH,
                    "physical": (load - line) * _RESIDUAL_T_PER_MWH,
                }
                for method in _METHODS:
                    body = stated.get(f"scope2-{method}.{user}.{name}")
                    assert (body is None) == (method == "physical" and user not in wired)
                    if body is not None:
                        assert Decimal(str(body["value"])) == expected[method]
                    totals_t[method] += expected[method]

    assert len(matching) == N_BILLED
    assert len(wired) >= 1
    assert totals_t["market"] < totals_t["physical"] < totals_t["location"]


def test_audit__of_the_year_finds_nothing_but_statements_not_yet_issued(run: Run) -> None:
    with small_park.opened(run.root, writing=False, load_journal=False) as ports:
        found = audit(ports=ports)

    others = [f for f in found.findings if f.what != "is not there"]
    assert others == []
    assert (found.n_batches, found.n_readings) == (366, run.rows_read)


def test_backtest__of_the_measured_year_tells_its_coverage(run: Run) -> None:
    with small_park.opened(run.root, writing=False) as ports:
        found = backtest("2022", ports=ports)

    inside = {
        symbol: [one.is_inside for one in found if one.symbol == symbol]
        for symbol in ("R_self", "R_green", "R_exp")
    }
    coverage = {symbol: f"{sum(map(bool, of))} of {len(of)}" for symbol, of in inside.items()}
    print(f"in P10-P90 of the year that came: {coverage}")
    assert all(len(of) == 11 for of in inside.values())
    # Nominal are 80 %; one year's forecasts hang together, so that no sharper line can be drawn.
    assert sum(map(bool, inside["R_green"])) >= 8
    assert all(one.chance_ratio == 1 for one in found if one.symbol == "R_green")
