"""``taihang bids``: both languages, 80 columns, the same for machines, and a file to hand in."""

import csv
import json
from pathlib import Path
from typing import cast

import pytest

from bid_files import RULES, write_bids
from command_line import done, taihang
from taihang.core.dispatch.stochastic.bid_echo import bid_digest, bid_problem_of
from taihang.interfaces.catalogue import LANGS, Lang
from taihang.interfaces.text_width import width_of

COLUMNS = 80


@pytest.mark.parametrize("lang", LANGS)
def test_bids__tells_curves_worth_and_verdict_within_80_columns(tmp_path: Path, lang: Lang) -> None:
    problem, path = write_bids(tmp_path)

    out = done("bids", problem, "--market", path, "--lang", lang).out

    assert max(width_of(line) for line in out.splitlines()) <= COLUMNS
    words = {
        "zh": ("申报", "VSS", "EVPI", "实为小时价", "没有发送到任何市场"),
        "en": ("bids (kW", "VSS", "EVPI", "these are hourly prices", "nothing was sent"),
    }[lang]
    for one in words:
        assert one in out.replace("\n", "")


def test_bids__gives_machines_the_same_and_writes_what_is_handed_in(tmp_path: Path) -> None:
    problem, path = write_bids(tmp_path)

    facts = done("bids", problem, "--market", path, "--out", tmp_path / "out", "--json").facts

    assert facts["accepted"] is True
    curves = cast("list[dict[str, list[float]]]", facts["curves"])
    text = (tmp_path / "out" / "bids.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    told = [
        (price, bought)
        for curve in curves
        for price, bought in zip(curve["price_cny_per_mwh"], curve["bought_kw"], strict=True)
    ]
    written = [(float(row["up_to_price_cny_per_mwh"]), float(row["bought_kw"])) for row in rows]
    assert written == told
    echo = json.loads((tmp_path / "out" / "problem.json").read_text(encoding="utf-8"))
    assert bid_digest(bid_problem_of(echo)) == facts["problem_sha256"]
    assert rows[0]["start"] == "2012-01-01T00:00:00+08:00"


def test_bids__says_why_there_is_none(tmp_path: Path) -> None:
    problem, path = write_bids(tmp_path, rules=RULES.replace('"none"', "0"))

    answer = taihang("bids", problem, "--market", path, "--lang", "en")

    assert answer.code != 0
    assert "state.no-bids" in answer.err


def test_bids__a_problem_file_has_no_day(tmp_path: Path) -> None:
    problem, path = write_bids(tmp_path)

    answer = taihang("bids", problem, "--market", path, "--day", "2026-06-01")

    assert answer.code != 0
    assert "problem.toml, no folder, with --day" in answer.err
