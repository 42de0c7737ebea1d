"""Commands about readings: what they print, in every form, and what they refuse."""

import csv
import io
from pathlib import Path
from typing import cast

import pytest

import late_park
import small_park
from command_line import done, taihang
from late_park import Late
from small_park import DAY

FIRST, LAST = "2026-06-01", "2026-06-02"


@pytest.fixture(scope="module")
def park(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = small_park.make(tmp_path_factory.mktemp("readings") / "park")
    with small_park.opened(root) as ports:
        small_park.fill(ports, DAY)
    return root


def test_read__gives_the_same_rows_as_json_as_csv_and_for_people(park: Path) -> None:
    words = ("read", park, "M-E02", "--from", FIRST, "--to", LAST, "--every", "hour")

    rows = cast("list[dict[str, object]]", done(*words, "--json").facts["rows"])
    table = list(csv.DictReader(io.StringIO(done(*words, "--csv").out)))
    told = done(*words, "--lang", "en").out.splitlines()

    assert len(rows) == len(table) == len(told) - 1 == 24
    assert [{k: str(v) for k, v in row.items()} for row in rows] == table
    assert table[0]["at"] == "2026-05-31T16:00:00Z"
    assert (table[0]["unit"], table[0]["quality"]) == ("Wh", "measured")


def test_read__as_of_an_instant_before_everything_is_empty(park: Path) -> None:
    words = ("read", park, "M-E02", "--from", FIRST, "--to", LAST, "--json")

    facts = done(*words, "--as-of", "2020-01-01T00:00+08:00").facts

    assert facts == {"as_of": 0, "rows": []}
    taihang(*words[:-1], "--as-of", "2026-10-03T09:00").refused("input.words", "zone")
    taihang(*words[:-1], "--as-of", "yesterday").refused("input.words", "zone")
    taihang("read", park, "M-E99", "--from", FIRST, "--to", LAST).refused(
        "input.no-such-point", "M-E99"
    )


def test_last__names_every_point(park: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(done("last", park, "--csv").out)))

    assert [row["point"] for row in rows] == ["M-E01", "M-E02", "M-PV01"]
    assert {row["at"] for row in rows} == {"2026-06-01T16:00:00Z"}


def test_compact__of_a_small_park_has_nothing_to_do(park: Path) -> None:
    assert done("compact", park, "--json").facts == {"files": 0}


def test_restate__says_what_it_would_do_and_does_nothing(park: Path) -> None:
    facts = done("restate", park, "--dry-run", "--json").facts

    assert facts == {"on_other_lots": [], "restated": [], "touched": [], "work": []}
    assert "0" in done("restate", park, "--lang", "en").out


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_restate__says_how_much_was_worked_out_again(tmp_path: Path, lang: str) -> None:
    root = late_park.copied(late_park.settled(), tmp_path / "park")
    with small_park.opened(root) as ports:
        late_park.send(ports, Late("M-E02", 5 * 96, 97, 0), number=0)
    again = late_park.copied(root, tmp_path / "again")

    (work,) = cast("list[dict[str, object]]", done("restate", root, "--json").facts["work"])
    told = done("restate", again, "--lang", lang).out
    assert "→" in told
    assert "None" not in told

    assert (work["n_meters"], work["n_hours"], work["months"]) == (1, 52, ["2026-08"])
    assert work["whole_because"] == ""
    assert "196" in told
    assert "52" in told
    assert "2026-08" in told
