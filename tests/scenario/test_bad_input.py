"""Everything wrong that a person can bring to the door: refused in words, and nothing is lost.

Each case runs the command line from end to end and compares the park before and after: the hash of
the lake, the records of the journal, and the verdict of the audit.
"""

import fcntl
import re
import shutil
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import cast

import duckdb
import pytest

from command_line import (
    AT_INSTANTS,
    REGISTER,
    Ended,
    blank_park,
    done,
    energy_rows,
    imported,
    register_rows,
    state_hash,
    taihang,
    write_import,
    write_registers,
)
from taihang import wiring
from trial_map import Changes, map_text

JUNE = ("--from", "2026-06-01", "--to", "2026-07-01")
ROW = "2026-07-01 00:00,5"


@pytest.fixture(scope="module")
def june(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A park with a settled June; nobody changes it."""
    folder = tmp_path_factory.mktemp("june")
    park = blank_park(folder / "park")
    files = write_registers(folder / "in", register_rows(date(2026, 6, 1), 30))
    assert imported(park, *files).code == 0
    done("settle", park, *JUNE)
    return park


@pytest.fixture
def park(june: Path, tmp_path: Path) -> Path:
    """A copy of the settled June."""
    shutil.copytree(june, tmp_path / "park")
    return tmp_path / "park"


@dataclass(frozen=True)
class State:
    """What must not be lost."""

    lake: str
    records: object
    statement: str


def _state(park: Path) -> State:
    report = done("report", park, "--month", "2026-06", "--json").facts
    log = cast("dict[str, object]", report["log"])
    statement = str({name: report[name] for name in ("load_wh", "statement_ids", "enterprises")})
    return State(state_hash(park), (log["size"], log["root"]), statement)


@contextmanager
def _nothing_lost(park: Path) -> Generator[None]:
    """Demand that the park is the same afterwards, and clean."""
    before = _state(park)
    yield
    assert before == _state(park)
    assert done("audit", park, "--json").facts["clean"] is True


# -- the park file -------------------------------------------------------------------------------


def _edited(park: Path, old: str, new: str) -> str:
    """Replace a piece of the park file once; return the whole text as it was."""
    file = park / "park.toml"
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1, old
    file.write_text(text.replace(old, new), encoding="utf-8")
    return text


CONTRACT = (
    '[green_supplies]\nGS1 = { plant = "PV99", buyers = "all", price_cny_per_kwh = "0.31" }\n'
)
SECOND_METER = """GW1  = { meters = ["M-E01", "M-E01B"] }
[meters.M-E01B]
node = "E01"
measures = "consumption"
resolution_wh = 1
multiplier = 3000
digits = 9
max_kw = 2000
"""
EDITS = {
    "an unknown key": ("latitude_deg ", "latitud_deg ", ("latitud_deg", "write latitude_deg")),
    "a contract naming an absent plant": (
        "# ═══ 以下都是示例",
        f"{CONTRACT}# ═══ 以下都是示例",
        ("green_supplies.GS1.plant", "'PV99'"),
    ),
    "two meters feeding one node": (
        'GW1  = { meters = ["M-E01"] }',
        SECOND_METER,
        ("meters.M-E01B", "M-E01"),
    ),
    "a unit in a value": ("latitude_deg  = 36.2", 'latitude_deg  = "36.2°"', ("latitude_deg",)),
    "a zone that is none": ('"Asia/Shanghai"', '"Asia/Changzhi"', ("Asia/Changzhi",)),
    "no TOML": ("[park]", "[park", ("park.toml",)),
}


@pytest.mark.parametrize("case", EDITS)
@pytest.mark.parametrize(
    "words",
    [
        ("doctor",),
        ("settle", *JUNE),
        ("report", "--month", "2026-06"),
        ("simulate", "--from", "2026-06-01", "--days", "1"),
    ],
    ids=lambda words: str(words[0]),
)
def test_park_file__edited_badly_after_the_park_was_made(
    case: str, words: tuple[str, ...], park: Path
) -> None:
    old, new, parts = EDITS[case]
    command, *rest = words

    with _nothing_lost(park):
        text = _edited(park, old, new)
        taihang(command, park, *rest).refused("input.park-file", str(park), *parts)
        (park / "park.toml").write_text(text, encoding="utf-8")


def test_park_file__garbage_and_absence_are_told(park: Path) -> None:
    with _nothing_lost(park):
        text = (park / "park.toml").read_bytes()
        (park / "park.toml").write_bytes(b"\xff\xfe\x00garbage")
        taihang("doctor", park).refused("input.no-park", "byte 0 is not UTF-8")
        (park / "park.toml").unlink()
        taihang("doctor", park).refused("input.no-park", "has no park.toml")
        (park / "park.toml").write_bytes(text)


# -- the files of a park -------------------------------------------------------------------------


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:100])


def _garble(path: Path) -> None:
    path.write_bytes(b"garbage" * 100)


def _registers(park: Path) -> list[Path]:
    for path in park.glob("registry.db-*"):
        path.unlink()
    return [park / "registry.db"]


DAMAGES: dict[str, tuple[Callable[[Path], list[Path]], Callable[[Path], None], str]] = {
    "a garbage register": (_registers, _garble, "integrity.unreadable-register"),
    "a truncated lake": (
        lambda park: sorted((park / "lake").rglob("*.parquet")),
        _cut,
        "integrity.damaged-lake",
    ),
    "a garbage manifest": (
        lambda park: [park / "lake" / "manifest.json"],
        _garble,
        "integrity.damaged-lake",
    ),
    "a garbage journal": (
        lambda park: sorted((park / "journal").glob("segment-*.log")),
        _garble,
        "integrity.",
    ),
    "a key that others can read": (
        lambda park: [park / "keys" / "log.key"],
        lambda path: path.chmod(0o644),
        "input.open-key",
    ),
    "a garbage key": (
        lambda park: [park / "keys" / "log.key"],
        _garble,
        "integrity.damaged-key",
    ),
    "a lost key": (
        lambda park: [park / "keys" / "log.key"],
        lambda path: path.unlink(),
        "integrity.lost-key",
    ),
}


@pytest.mark.parametrize("case", DAMAGES)
def test_park_folder__damage_is_told_and_a_backup_brings_all_back(
    case: str, park: Path, tmp_path: Path
) -> None:
    find, damage, code = DAMAGES[case]
    expected = _state(park)
    shutil.copytree(park, tmp_path / "backup")
    files = find(park)
    assert files

    for path in files:
        damage(path)
    # Keys are for signing: who only reads the park does not need them.
    signs = files[0].parent.name == "keys"
    words = ("prove", park, "energy.E01.2026-06", "--out", tmp_path / "p")
    ended = taihang(*words) if signs else taihang("state-hash", park)

    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith(code), ended.err
    assert ended.err.count("\n") == 1
    shutil.rmtree(park)
    shutil.copytree(tmp_path / "backup", park)
    assert expected == _state(park)


def test_park_folder__a_truncated_lake_comes_back_from_the_journal(park: Path) -> None:
    expected = _state(park)
    files = sorted((park / "lake").rglob("*.parquet"))
    assert len(files) >= 6
    for path in files:
        _cut(path)

    assert taihang("audit", park).code == 1
    done("rebuild", park)

    assert expected == _state(park)
    assert done("audit", park, "--json").facts["clean"] is True


@pytest.mark.parametrize("command", ["doctor", "audit", "state-hash", "rebuild"])
def test_park_folder__a_folder_that_is_no_park_is_told(command: str, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no park")

    taihang(command, tmp_path).refused("input.no-park", str(tmp_path))

    assert [tmp_path / "notes.txt"] == list(tmp_path.iterdir())


def test_park_folder__a_second_writer_is_refused_and_readers_are_not(park: Path) -> None:
    with _nothing_lost(park), (park / ".lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)

        for words in (
            ("settle", park, *JUNE),
            ("simulate", park, "--from", "2026-06-01", "--days", "1"),
            ("rebuild", park),
            ("plan", park, "--day", "2026-07-01"),
        ):
            taihang(*words).refused("state.busy-park", str(park))
        done("report", park, "--month", "2026-06")
        done("audit", park)


# -- readings ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Bad:
    """A table that must not come in."""

    code: str
    parts: tuple[str, ...]
    rows: tuple[str, ...] = (ROW,)
    time: Changes | None = None
    value: Changes | None = None
    table: Changes | None = None


TABLES = {
    "NaN": Bad("input.import-rows-refused", ("row 1", "NaN"), ("2026-07-01 00:00,nan",)),
    "infinity": Bad("input.import-rows-refused", ("row 1", "inf"), ("2026-07-01 00:00,inf",)),
    "a word": Bad("input.import-rows-refused", ("row 1", "'much'"), ("2026-07-01 00:00,much",)),
    "an empty cell": Bad("input.import-rows-refused", ("row 1", "empty"), ("2026-07-01 00:00,",)),
    "one bad row of many": Bad(
        "input.import-rows-refused",
        ("1 of 97 rows", "row 97"),
        (*energy_rows(date(2026, 7, 1), 1), "2026-07-02 00:00,nan"),
    ),
    "a time that is no time": Bad(
        "input.import-rows-refused", ("row 1", "yesterday"), ("yesterday,5",)
    ),
    "a time off the grid": Bad(
        "input.import-rows-refused", ("row 1", "00:07"), ("2026-07-01 00:07,5",)
    ),
    "two values at one time": Bad(
        "input.import-rows-refused",
        ("row 2", "duplicate-time"),
        ("2026-07-01 00:00,5", "2026-07-01 00:00,6"),
    ),
    "negative energy": Bad(
        "input.implausible-import", ("M-E01", "-5000 Wh"), ("2026-07-01 00:00,-5",)
    ),
    "a negative register": Bad(
        "input.import-rows-refused",
        ("row 1", "-5", "negative-register"),
        ("2026-07-01 00:00,-5",),
        value=REGISTER,
        table=AT_INSTANTS,
    ),
    "a register off its dial": Bad(
        "input.import-rows-refused",
        ("row 1", "off-dial"),
        ("2026-07-01 00:00,3000000000",),
        value=REGISTER,
        table=AT_INSTANTS,
    ),
    "kW given as kWh": Bad(
        "input.implausible-import",
        ("M-E01", "7704 kW", "at most 2000 kW", "suspected", "kW given as kWh"),
        tuple(energy_rows(date(2026, 7, 1), 1, kwh=1_900)),
    ),
    "an unknown point": Bad("input.unknown-point", ("M-X99",), value={"point": '"M-X99"'}),
    "a naive time": Bad("input.import-map", ("zone", "nothing"), time={"zone": None}),
    "a zone that is none": Bad("input.import-map", ("zone", "'CST8'"), time={"zone": '"CST8"'}),
    "a zone promised in the data": Bad(
        "input.import-map", ("zone", "in-data"), time={"zone": '"in-data"'}
    ),
    "an unknown unit": Bad("input.import-map", ("unit", "'kwh'"), value={"unit": '"kwh"'}),
    "an unknown key": Bad("input.import-map", ("colour",), value={"colour": '"red"'}),
    "a column that is not there": Bad(
        "input.column-mismatch", ("energy",), value={"column": '"energy"'}
    ),
    "another delimiter": Bad(
        "input.", ("rows.csv",), table={"csv": '{ delimiter = ";", encoding = "utf-8" }'}
    ),
}


@pytest.mark.parametrize("case", TABLES)
def test_import__a_bad_table_is_refused_whole(case: str, park: Path, tmp_path: Path) -> None:
    bad = TABLES[case]
    files = write_import(tmp_path / "in", bad.rows, time=bad.time, value=bad.value, table=bad.table)

    with _nothing_lost(park):
        ended = imported(park, *files)

        _refused_with(ended, bad.code, bad.parts)


def _refused_with(ended: Ended, code: str, parts: tuple[str, ...]) -> None:
    assert (ended.code, ended.out) == (1, ""), ended
    assert ended.err.startswith(code), ended.err
    assert ended.err.count("\n") == 1, ended.err
    assert all(part in ended.err for part in parts), ended.err


def test_import__a_naive_time_in_parquet_is_refused_where_the_map_says_utc(
    park: Path, tmp_path: Path
) -> None:
    file = tmp_path / "rows.parquet"
    _write_parquet(file, "TIMESTAMP '2026-07-01 00:00:00' AS time, 5.0 AS kwh")
    import_map = tmp_path / "map.toml"
    import_map.write_text(_parquet_map(zone="in-data"), encoding="utf-8")

    with _nothing_lost(park):
        ended = imported(park, file, import_map)

        assert (ended.code, ended.out) == (1, "")
        assert re.search("zone|TIMESTAMP", ended.err), ended.err


def test_import__a_truncated_parquet_is_refused(park: Path, tmp_path: Path) -> None:
    file = tmp_path / "rows.parquet"
    _write_parquet(file, "TIMESTAMPTZ '2026-07-01 00:00:00+08' AS time, 5.0 AS kwh")
    import_map = tmp_path / "map.toml"
    import_map.write_text(_parquet_map(zone="in-data"), encoding="utf-8")
    whole = file.read_bytes()

    with _nothing_lost(park):
        for size in (0, 3, len(whole) // 2, len(whole) - 1):
            file.write_bytes(whole[:size])
            imported(park, file, import_map).refused("input.table-unreadable", "rows.parquet")
    file.write_bytes(whole)
    assert imported(park, file, import_map).code == 0


def _write_parquet(file: Path, columns: str) -> None:
    duckdb.sql(f"COPY (SELECT {columns}) TO '{file}' (FORMAT parquet)")


def _parquet_map(*, zone: str) -> str:
    return map_text(
        table={"files": '"*.parquet"', "csv": None},
        time={"format": '"native"', "zone": f'"{zone}"'},
        value={"point": '"M-E01"'},
    )


@pytest.mark.parametrize(
    ("name", "code"),
    [("nowhere", "input.import-map"), ("nowhere.toml", "input.import-map")],
)
def test_import__a_map_that_is_not_there_is_named(
    name: str, code: str, park: Path, tmp_path: Path
) -> None:
    data, _ = write_import(tmp_path / "in", [ROW])

    taihang("import", park, data, "--map", name).refused(code, repr(name))


@pytest.mark.parametrize("content", [b"\xff\xfe", b"[[table", b"name = 'x'", b""])
def test_import__a_map_that_is_none_is_named(content: bytes, park: Path, tmp_path: Path) -> None:
    data, import_map = write_import(tmp_path / "in", [ROW])
    import_map.write_bytes(content)

    with _nothing_lost(park):
        imported(park, data, import_map).refused("input.import-map", "map.toml")


def test_import__a_file_that_is_not_there_is_named(park: Path, tmp_path: Path) -> None:
    _, import_map = write_import(tmp_path / "in", [ROW])

    imported(park, tmp_path / "no.csv", import_map).refused("input.import-source-missing", "no.csv")


# -- the same again, and something else ----------------------------------------------------------


def test_import__the_same_file_again_is_the_same_state(park: Path, tmp_path: Path) -> None:
    files = write_registers(tmp_path / "in", register_rows(date(2026, 6, 1), 30))

    with _nothing_lost(park):
        again = done("import", park, files[0], "--map", files[1], "--json").facts

    assert (again["sealed"], again["batches"], again["unchanged"]) == (0, 0, 2_881)


def test_import__another_value_is_a_revision_and_the_old_one_stays(
    park: Path, tmp_path: Path
) -> None:
    rows = register_rows(date(2026, 6, 1), 30)
    at, _, old_kwh = rows[-1].partition(",")
    rows[-1] = f"{at},{int(old_kwh) + 30}"
    files = write_registers(tmp_path / "in", rows)
    before_wh = _load_wh(park)

    changed = done("import", park, files[0], "--map", files[1], "--json").facts
    settled = done("settle", park, *JUNE, "--json").facts

    # 1. One reading is new; the lake holds both, in the order in which they came.
    assert (changed["sealed"], changed["batches"]) == (1, 1)
    counts = _counts_of_last_reading(park)
    assert [int(old_kwh) // 3, int(old_kwh) // 3 + 10] == counts
    # 2. What is settled now follows the new one.
    assert before_wh + 30_000 == _load_wh(park)
    # 3. Every statement is restated; both versions can be proved, and say what they supersede.
    assert settled["statements"] == 0
    assert cast("int", settled["restated"]) > 0
    values = [_proved_kwh(park, tmp_path, version) for version in ("v1", "v2")]
    assert [before_wh // 1_000, before_wh // 1_000 + 30] == values
    assert done("audit", park, "--json").facts["clean"] is True


def _load_wh(park: Path) -> int:
    return cast("int", done("report", park, "--month", "2026-06", "--json").facts["load_wh"])


def _counts_of_last_reading(park: Path) -> list[int]:
    with wiring.open_park(park, writing=False) as ports:
        rows = ports.lake.read("readings")["M-E01", "register"]
    last = rows["time_s"] == rows["time_s"].max()
    order = rows["batch"][last].argsort()
    return [int(count) for count in rows["count"][last][order]]


def _proved_kwh(park: Path, tmp_path: Path, version: str) -> int:
    proof = tmp_path / f"{version}.proof"
    done("prove", park, f"energy.E01.2026-06.{version}", "--out", proof)
    found = done("verify", proof, "--json").facts["statements"]
    (statement,) = cast("list[dict[str, str]]", found)
    return int(statement["value"])


def test_import__a_revision_back_to_the_old_value_is_a_revision_too(
    park: Path, tmp_path: Path
) -> None:
    rows = register_rows(date(2026, 6, 1), 30)
    at, _, old_kwh = rows[-1].partition(",")
    before_wh = _load_wh(park)

    for kwh in (int(old_kwh) + 30, int(old_kwh)):
        files = write_registers(tmp_path / "in", [f"{at},{kwh}"])
        assert imported(park, *files).code == 0
        done("settle", park, *JUNE)

    assert len(_counts_of_last_reading(park)) == 3
    assert before_wh == _load_wh(park)


# -- words and proofs ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "code", "part"),
    [
        (("settle", "--from", "01.06.2026", "--to", "2026-07-01"), "input.words", "'01.06.2026'"),
        (("settle", "--from", "20260601", "--to", "2026-07-01"), "input.words", "'20260601'"),
        (("settle", "--from", "2026-06-31", "--to", "2026-07-01"), "input.words", "'2026-06-31'"),
        (("settle", "--from", "2026-07-01", "--to", "2026-06-01"), "input.words", "2026-07-01"),
        (("settle", "--from", "2020-01-01", "--to", "2020-02-01"), "state.nothing-to", "2020"),
        (("simulate", "--from", "heute", "--days", "1"), "input.words", "'heute'"),
        (("simulate", "--from", "2026-06-01", "--days", "0"), "input.words", "'0'"),
        (("plan", "--day", "2026-6-1"), "input.words", "'2026-6-1'"),
        (("report", "--month", "2026-13"), "input.period", "'2026-13'"),
        (("report", "--month", "June"), "input.period", "'June'"),
        (("report", "--year", "26"), "input.period", "'26'"),
        (("report", "--month", "2031-01"), "state.not-reportable", "2031-01"),
        (("prove", "nothing.E01.2026-06", "--out", "x"), "state.unknown-st", "nothing.E01.2026-06"),
        (("prove", "energy.E01.2026-06.v9", "--out", "x"), "state.unknown-st", "2026-06.v9"),
    ],
    ids=str,
)
def test_words__that_mean_nothing_are_named(
    words: tuple[str, ...], code: str, part: str, park: Path
) -> None:
    command, *rest = words

    with _nothing_lost(park):
        ended = taihang(command, park, *rest)

        assert (ended.code, ended.out) == (1, ""), ended
        assert ended.err.startswith(code), ended.err
        assert part in ended.err


def test_prove__a_folder_that_is_not_there_is_named(park: Path, tmp_path: Path) -> None:
    out = tmp_path / "no" / "such" / "file"

    with _nothing_lost(park):
        taihang("prove", park, "energy.E01.2026-06", "--out", out).refused("link.file", str(out))


def test_verify__a_tampered_proof_says_where(park: Path, tmp_path: Path) -> None:
    proof = tmp_path / "e01.proof"
    done("prove", park, "energy.E01.2026-06", "--out", proof)
    whole = proof.read_bytes()
    tampered = {
        "statements[0].value": whole.replace(b'"value":"', b'"value":"1', 1),
        "statements[0].": whole.replace(b'"energy_wh":', b'"energy_wh":1', 1),
        "": whole[: len(whole) // 2],
    }

    for where, data in tampered.items():
        assert data != whole
        proof.write_bytes(data)
        ended = taihang("verify", proof, "--lang", "en")
        assert (ended.code, ended.err) == (1, "")
        assert ended.out.startswith(f"REFUSED: {where}"), ended.out
        facts = taihang("verify", proof, "--json").facts
        assert facts["accepted"] is False
        assert {"where", "why", "why_zh"} <= set(facts)
    assert taihang("verify", proof).out.startswith("拒绝：")


@pytest.mark.parametrize("content", [b"", b"hi", b"\xff\xfe", b"{}", b"[" * 100_000])
def test_verify__what_is_no_proof_is_refused_in_words(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "p").write_bytes(content)

    ended = taihang("verify", tmp_path / "p", "--lang", "en")

    assert (ended.code, ended.err) == (1, "")
    assert ended.out.startswith("REFUSED: ")
