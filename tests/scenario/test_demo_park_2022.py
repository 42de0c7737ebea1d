"""The demo park's measured year, from foreign files to the report, against its published totals.

Origin of the expected figures: the README beside the data (load 1 158 GWh, of which E01-E03
850 GWh; PV 18.25 GWh; wind 41.1 GWh), worked out there from the source series, not by this code.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from numpy.typing import NDArray

import small_park
from shared_data import shared_path
from taihang import wiring
from taihang.config.templates import template_text
from taihang.core.park.assets import PlantKind
from taihang.core.periods import year
from taihang.core.seal.batch import ClockState
from taihang.services.audit import audit
from taihang.services.certify import Certified, certify
from taihang.services.collect import (
    CollectCount,
    check_import,
    collect,
    span_of,
    uploads_of_blocks,
)
from taihang.services.ingest import ingest
from taihang.services.report import ParkReport, report
from taihang.services.settle import Settled, settle
from taihang.standards.ndrc_650 import Verdict

pytestmark = pytest.mark.shared

YEAR: Final = year("2022", ZoneInfo("Asia/Shanghai"))
TOLERANCE_RATIO: Final = 1e-3
GWH: Final = 1e9


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
    closure_error_wh: NDArray[np.int64]
    """Recomputed here from the stored flows, shape (35040,). [Wh]"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Import, ingest, settle, certify and report the year once."""
    result = wiring.decoded(shared_path("data/demo-park"), map_name="demo-park")
    root = small_park.make(tmp_path_factory.mktemp("demo") / "park", template_text("changzhi"))
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


def test_audit__of_the_year_finds_nothing_but_statements_not_yet_issued(run: Run) -> None:
    with small_park.opened(run.root, writing=False, load_journal=False) as ports:
        found = audit(ports=ports)

    others = [f for f in found.findings if f.what != "is not there"]
    assert others == []
    assert (found.n_batches, found.n_readings) == (366, run.rows_read)
