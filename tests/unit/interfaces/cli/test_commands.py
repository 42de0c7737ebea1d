"""Each command: what it does, what it prints for people and for machines, what it refuses."""

import re
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import cast

import pytest

from command_line import (
    DemoPark,
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
from command_reference import commands
from taihang.interfaces import verify_taihang
from taihang.interfaces.catalogue import LANGS, Lang
from taihang.interfaces.cli import commands as commands_module
from taihang.interfaces.cli.commands import RefusedProofError, checked_proof
from taihang.interfaces.cli.parser import NOT_BUILT
from taihang.wiring import open_park

JUNE = ("--from", "2026-06-01", "--to", "2026-07-01")


@dataclass(frozen=True)
class Small:
    """A park of one meter with a settled June, and the files it was made from."""

    root: Path
    data: Path
    import_map: Path


@pytest.fixture(scope="module")
def june(tmp_path_factory: pytest.TempPathFactory) -> Small:
    """A settled June; nobody changes it."""
    folder = tmp_path_factory.mktemp("june")
    park = blank_park(folder / "park")
    data, import_map = write_registers(folder / "in", register_rows(date(2026, 6, 1), 30))
    assert imported(park, data, import_map).code == 0
    done("settle", park, *JUNE)
    return Small(park, data, import_map)


@pytest.fixture
def park(june: Small, tmp_path: Path) -> Path:
    """A copy of the settled June."""
    shutil.copytree(june.root, tmp_path / "park")
    return tmp_path / "park"


# -- machines ------------------------------------------------------------------------------------


def _words(june: Small, tmp_path: Path) -> dict[str, tuple[str | Path, ...]]:
    """Words with which each command succeeds, in an order in which they can run."""
    park, proof = tmp_path / "park", tmp_path / "x.proof"
    sim = tmp_path / "sim"
    done("new", sim, "--template", "changzhi")
    shutil.copytree(june.root, park)
    return {
        "new": ("new", tmp_path / "new", "--template", "blank"),
        "doctor": ("doctor", park),
        "simulate": ("simulate", sim, "--from", "2026-09-01", "--days", "1"),
        "import": ("import", park, june.data, "--map", june.import_map),
        "settle": ("settle", park, *JUNE),
        "report": ("report", park, "--month", "2026-06"),
        "seal": ("seal", park, "--day", "2026-06-09"),
        "prove": ("prove", park, "energy.E01.2026-06", "--out", proof),
        "verify": ("verify", proof),
        "audit": ("audit", park),
        "rebuild": ("rebuild", park),
        "state-hash": ("state-hash", park),
        "backup": ("backup", park, tmp_path / "backup"),
        "restore": ("restore", tmp_path / "backup", tmp_path / "restored"),
        "enrol": ("enrol", tmp_path / "new", "GW1", "--key", "5a" * 32),
        "rotate-key": ("rotate-key", park, "log"),
        "revoke-key": ("revoke-key", park, "gateway:import", "--reason", "tried"),
    }


def _called_elsewhere(name: str) -> bool:
    """Whether another test file names the command, each word of its own, in quotes."""
    quoted = re.compile(r",\s+".join(f'"{word}"' for word in name.split()))
    here, tests = Path(__file__).resolve(), Path(__file__).resolve().parents[3]
    files = [path for path in sorted(tests.glob("**/test_*.py")) if path.name != here.name]
    return any(quoted.search(path.read_text(encoding="utf-8")) for path in files)


def test_called_elsewhere__misses_a_command_nobody_calls() -> None:
    assert _called_elsewhere("carbon")
    assert not _called_elsewhere("no-such-" + "command")


def test_commands__for_machines_print_exactly_one_object(june: Small, tmp_path: Path) -> None:
    words = _words(june, tmp_path)
    # Every other command is called by a test of its own, in a file beside this one or above it.
    elsewhere = set(commands()) - {*words, *NOT_BUILT}
    assert len(words) == 17
    assert {name for name in elsewhere if not _called_elsewhere(name)} == set()

    ended = {name: taihang(*line, "--json") for name, line in words.items()}

    assert dict.fromkeys(words, 0) == {name: found.code for name, found in ended.items()}
    assert all(found.facts for found in ended.values())
    assert all(found.err == "" for found in ended.values())


@pytest.mark.parametrize("lang", LANGS)
def test_commands__for_people_speak_their_language(lang: Lang, june: Small, tmp_path: Path) -> None:
    words = _words(june, tmp_path)
    # What a foreign map notes, and what a proof says of its statement, stays as it was written.
    for name in ("import", "verify", "state-hash"):
        del words[name]

    told = {name: done(*line, "--lang", lang).out for name, line in words.items()}

    assert dict.fromkeys(words, lang == "zh") == {
        name: bool(re.search("[\u4e00-\u9fff]", out)) for name, out in told.items()
    }


NOT_BUILT_LINES = (
    *((name,) for name in NOT_BUILT),
    ("edge", "x", "--years", "3"),
    ("simulate", "x", "--from", "2026-01-01", "--days", "1", "--faults", "f.toml"),
)


@pytest.mark.parametrize("words", NOT_BUILT_LINES, ids=" ".join)
@pytest.mark.parametrize(("lang", "expected"), [("zh", "尚未实现"), ("en", "not built yet")])
def test_not_built__is_said_and_is_never_a_success(
    words: tuple[str, ...], lang: Lang, expected: str
) -> None:
    told = taihang(*words) if lang == "zh" else _english(words)

    assert (told.code, told.out) == (1, "")
    assert expected in told.err
    assert words[0] in told.err


def _english(words: tuple[str, ...]) -> Ended:
    command, *rest = words
    return taihang(command, "--lang", "en", *rest)


@pytest.mark.parametrize("words", NOT_BUILT_LINES, ids=" ".join)
def test_not_built__is_an_object_for_machines(words: tuple[str, ...]) -> None:
    ended = taihang(*words, "--json")

    assert ended.code == 1
    assert ended.facts["built"] is False
    assert words[0] in str(ended.facts["command"])


# -- park ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("template", ["changzhi", "xingxian", "blank"])
def test_new__makes_a_park_that_is_fit(template: str, tmp_path: Path) -> None:
    made = done("new", tmp_path / "park", "--template", template, "--json").facts

    doctor = done("doctor", tmp_path / "park", "--json").facts

    assert made["park"] == doctor["park"]
    assert tuple(doctor[name] for name in ("journal_records", "lake_batches", "lake_behind")) == (
        0,
        0,
        False,
    )
    assert done("audit", tmp_path / "park", "--json").facts["clean"] is True


@pytest.mark.parametrize("taken", ["park", "folder", "file"])
def test_new__never_takes_a_place_that_holds_something(taken: str, tmp_path: Path) -> None:
    place = tmp_path / "place"
    if taken == "file":
        place.write_text("mine")
    elif taken == "folder":
        place.mkdir()
        (place / "mine").write_text("mine")
    else:
        blank_park(place)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    ended = taihang("new", place, "--template", "changzhi")

    ended.refused("state.folder-in-use", str(place))
    assert before == {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}


def test_new__takes_an_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    blank_park(tmp_path / "empty")


def test_doctor__tells_the_log_key_that_proofs_are_checked_with(park: Path, tmp_path: Path) -> None:
    doctor = done("doctor", park, "--json").facts
    done("prove", park, "energy.E01.2026-06", "--out", tmp_path / "p")

    ended = done("verify", tmp_path / "p", "--log-key", str(doctor["log_key"]), "--json")

    assert doctor["log_key"] == ended.facts["log_key"]
    assert ended.facts["log_key_confirmed"] is True


def test_doctor__sees_a_journal_that_has_lost_what_was_acknowledged(park: Path) -> None:
    for file in (park / "journal").iterdir():
        file.unlink()

    ended = taihang("doctor", park)

    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("integrity."), ended.err


def test_doctor__sees_a_lake_that_lags_behind(park: Path) -> None:
    shutil.rmtree(park / "lake")

    facts = done("doctor", park, "--json").facts

    assert (facts["lake_batches"], facts["lake_behind"]) == (0, True)
    # The events of the settlement lie behind the batches.
    assert int(str(facts["journal_records"])) > 31
    assert "rebuild" in done("doctor", park).out


# -- readings ------------------------------------------------------------------------------------


def test_simulate__the_same_days_twice_store_nothing_new(tmp_path: Path) -> None:
    done("new", tmp_path, "--template", "xingxian")
    words = ("simulate", tmp_path, "--from", "2026-09-01", "--days", "2", "--json")
    first = done(*words).facts
    before = state_hash(tmp_path)

    second = done(*words).facts

    assert first["sealed"] == first["read"] == second["unchanged"]
    assert (second["sealed"], second["batches"]) == (0, 0)
    assert before == state_hash(tmp_path)


def test_simulate__days_in_pieces_give_the_same_figures(tmp_path: Path) -> None:
    hashes: set[str] = set()
    for name, pieces in (("whole", [("01", "3")]), ("parts", [("01", "1"), ("01", "3")])):
        park = tmp_path / name
        done("new", park, "--template", "blank")
        _with_feeder(park)
        for day, n_days in pieces:
            done("simulate", park, "--from", f"2026-09-{day}", "--days", n_days)
        done("settle", park, "--from", "2026-09-01", "--to", "2026-09-04")
        hashes.add(_figures(park))

    assert len(hashes) == 1


def _with_feeder(park: Path) -> None:
    """Give the blank park the grid connection that the simulator asks for."""
    file = park / "park.toml"
    lines = file.read_text(encoding="utf-8").splitlines()
    wanted = ("#[grids]", "#G1 ", "#[feeders]", "#F1 ")
    chosen = [line[1:] if line.startswith(wanted) else line for line in lines]
    text = "\n".join([*chosen, ""]).replace('["E01", "PV01", "CS1", "B1"]', '["E01"]')
    file.write_text(text, encoding="utf-8")


def _figures(park: Path) -> str:
    facts = done("report", park, "--month", "2026-09", "--json").facts
    return str({name: facts[name] for name in ("load_wh", "flows_wh", "enterprises")})


@pytest.mark.parametrize("days", ["0", "-1", "x", "²", "99999"])
def test_simulate__refuses_days_that_are_none(days: str, tmp_path: Path) -> None:
    taihang("simulate", tmp_path, "--from", "2026-09-01", f"--days={days}").refused(
        "input.words", repr(days)
    )


def test_import__counts_every_row(tmp_path: Path) -> None:
    park = blank_park(tmp_path / "park")
    rows = energy_rows(date(2026, 6, 1), 1)
    rows[3] = rows[3].partition(",")[0] + ","
    files = write_import(tmp_path / "in", rows, value={"missing": '["empty"]'})

    facts = done("import", park, files[0], "--map", files[1], "--json").facts

    assert tuple(
        facts[name] for name in ("rows_read", "rows_used", "rows_missing", "rows_repeated")
    ) == (96, 95, 1, 0)
    assert facts["read"] == facts["sealed"] == 96


def test_import__a_missing_reading_stays_missing(tmp_path: Path) -> None:
    park = blank_park(tmp_path / "park")
    rows = energy_rows(date(2026, 6, 1), 1)
    rows[3] = rows[3].partition(",")[0] + ","
    imported(park, *write_import(tmp_path / "in", rows, value={"missing": '["empty"]'}))

    settled = done("settle", park, "--from", "2026-06-01", "--to", "2026-06-02", "--json").facts

    assert (settled["missing"], settled["open"]) == (1, 1)


def test_import__renames_the_one_point_of_a_map(tmp_path: Path) -> None:
    park = blank_park(tmp_path / "park")
    files = write_import(
        tmp_path / "in", energy_rows(date(2026, 6, 1), 1), value={"point": '"STEEL"'}
    )
    imported(park, *files).refused("input.unknown-point", "STEEL")

    ended = imported(park, *files, "--as", "M-E01")

    assert ended.code == 0


def test_import__refuses_to_rename_several_points(tmp_path: Path) -> None:
    park = blank_park(tmp_path / "park")
    data, import_map = write_import(
        tmp_path / "in",
        ["2026-06-01 00:00,A,1", "2026-06-01 00:00,B,2"],
        head="time,who,kwh",
        table={"point_column": '"who"'},
        value={"point": '"M-{}"'},
    )

    ended = imported(park, data, import_map, "--as", "M-E01")

    ended.refused("input.words", "--as M-E01", "M-A, M-B")


def test_import__a_table_without_rows_is_refused(tmp_path: Path) -> None:
    park = blank_park(tmp_path / "park")

    ended = imported(park, *write_import(tmp_path / "in", []))

    ended.refused("input.nothing-to-import", "rows.csv")


# -- accounts ------------------------------------------------------------------------------------


def test_settle__the_same_period_twice_changes_nothing(park: Path) -> None:
    before = state_hash(park)

    facts = done("settle", park, *JUNE, "--json").facts

    assert before == state_hash(park)
    assert (facts["statements"], facts["restated"]) == (0, 0)
    assert cast("int", facts["unchanged"]) > 0


FOUND: dict[str, object] = {
    **dict.fromkeys(("meters", "intervals", "missing", "rejected", "open", "rollovers"), 0),
    **dict.fromkeys(("estimated", "estimated_wh", "written_off_wh"), 0),
    "on_other_lots": [],
    **dict.fromkeys(("events", "closure_error_wh", "lots", "lots_wh", "statements"), 0),
    **dict.fromkeys(("restated", "unchanged", "bills", "media_lines"), 0),
    "bills_cny": "1234567.8",
    "deviating": [],
    "not_accounted": ["2026-01"],
    "not_accounted_reason": "no factor",
    "not_billed": ["2026-01", "2026-02", "2026-03"],
    "not_billed_reason": "no price",
}
"""What a settlement may find."""


def test_settle__says_which_months_are_left_out_and_why(
    park: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def found(*_: object) -> dict[str, object]:
        return FOUND

    monkeypatch.setattr(commands_module, "run_settlement", found)

    told = done("settle", park, *JUNE, "--lang", "en").out

    assert "0 bills of 1,234,567.80 CNY" in told
    assert "no statements for 2026-01: no factor" in told
    assert "no bills for 2026-01 … 2026-03: no price" in told
    assert "issued lots" not in told


def test_settle__a_plant_whose_lots_deviate_is_named(demo_park: DemoPark, tmp_path: Path) -> None:
    park = demo_park.copy(tmp_path / "park")
    with open_park(park, writing=False) as ports:
        plant = next(iter(ports.park.plants))
        meter = next(m for m in ports.park.meters.values() if m.node == plant)
    data, import_map = write_import(
        tmp_path / "in",
        ["2026-09-10 12:00,1"],
        head="time,kwh",
        table={"label": '"instant"', "step_s": None},
        value={
            "point": f'"{meter.id}"',
            "quantity": '"register"',
            "scale": f'"{meter.wh_per_count}"',
            "modulus": str(meter.modulus),
            "unit": '"Wh"',
        },
    )
    assert imported(park, data, import_map).code == 0

    told = done("settle", park, "--from", "2026-09-01", "--to", "2026-10-01", "--lang", "en").out

    assert re.search(rf"issued lots differ.*\b{plant}\b", told), told


def test_report__of_a_year_says_how_much_of_it_is_settled(park: Path) -> None:
    facts = done("report", park, "--year", "2026", "--json").facts

    assert (facts["intervals"], facts["intervals_of_period"]) == (2_880, 365 * 96)


def test_report__refuses_a_month_that_is_not_settled(park: Path) -> None:
    taihang("report", park, "--month", "2026-05").refused("state.not-reportable", "2026-05")


# -- trust ---------------------------------------------------------------------------------------


def test_prove__writes_what_verify_accepts_and_a_stranger_too(park: Path, tmp_path: Path) -> None:
    proof = tmp_path / "p"
    facts = done("prove", park, "energy.E01.2026-06", "--out", proof, "--json").facts

    report = verify_taihang.verify(proof.read_bytes(), bytes.fromhex(str(facts["log_key"])))

    assert facts["bytes"] == proof.stat().st_size
    expected = done("report", park, "--month", "2026-06", "--json").facts["load_wh"]
    assert expected == report["statements"][0]["energy_wh"]


def test_checked_proof__never_hands_out_what_the_verifier_refuses(
    june: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise verify_taihang.Refused("statement.value", "is wrong")

    monkeypatch.setattr(verify_taihang, "verify", refuse)

    with (
        open_park(june.root, writing=False) as ports,
        pytest.raises(RefusedProofError, match=r"statement\.value"),
    ):
        checked_proof("energy.E01.2026-06", ports)


def test_verify__says_where_a_tampered_file_is_wrong(park: Path, tmp_path: Path) -> None:
    proof = tmp_path / "p"
    done("prove", park, "energy.E01.2026-06", "--out", proof)
    text = proof.read_bytes()
    proof.write_bytes(text.replace(b'"value":"', b'"value":"9', 1))

    ended = taihang("verify", proof, "--lang", "en")

    assert (ended.code, ended.err) == (1, "")
    assert ended.out.startswith("REFUSED: statements[0].value: ")
    assert taihang("verify", proof, "--json").facts["accepted"] is False


def test_verify__refuses_another_key_and_a_key_that_is_none(park: Path, tmp_path: Path) -> None:
    proof = tmp_path / "p"
    done("prove", park, "energy.E01.2026-06", "--out", proof)

    other = taihang("verify", proof, "--log-key", "0" * 64, "--lang", "en")
    none = taihang("verify", proof, "--log-key", "zz")

    assert (other.code, other.out[:16]) == (1, "REFUSED: log.key")
    none.refused("input.words", "--log-key zz")


def test_audit__names_the_batch_that_was_altered(park: Path) -> None:
    (segment,) = (park / "journal").glob("segment-*.log")
    data = bytearray(segment.read_bytes())
    data[len(data) // 2] ^= 1
    segment.write_bytes(data)

    ended = taihang("audit", park, "--json")

    assert (ended.code, ended.err) == (1, "")
    assert ended.facts["clean"] is False
    (finding, *_) = cast("list[dict[str, str]]", ended.facts["findings"])
    assert re.match(r"batch import/\d+ \(record \d+", finding["where"])
    assert finding["where"] in taihang("audit", park).out


def test_rebuild__brings_back_the_same_state(park: Path) -> None:
    before = state_hash(park)
    shutil.rmtree(park / "lake")

    facts = done("rebuild", park, "--json").facts

    assert before == facts["state_hash"] == state_hash(park)


def test_state_hash__is_the_hash_alone(park: Path) -> None:
    assert re.fullmatch(r"[0-9a-f]{64}\n", done("state-hash", park).out)
