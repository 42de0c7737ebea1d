"""Folders become readings: every row is accounted for, and the measured sets come out right."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from time import process_time

import duckdb
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from shared_data import shared_path
from taihang.adapters.imports.account import ImportResult, Refusal
from taihang.adapters.imports.decode import PointTwiceError, SourceMissingError, decode_folder
from taihang.adapters.imports.read_map import load_map, parse_map
from taihang.core.metering.readings import ReadingBlock
from taihang.core.series import Quality, Quantity
from trial_map import Decode, map_text

HEAD = "time,id,kwh,kw\n"


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def only(result: ImportResult) -> ReadingBlock:
    assert len(result.blocks) == 1
    return result.blocks[0]


def test_decode_folder__energy_becomes_whole_watt_hours(decode: Decode) -> None:
    result = decode(HEAD + "2026-06-01 00:00,a,1.2345,0\n2026-06-01 00:15,a,0.0025,0\n")

    block = only(result)
    assert (
        block.point,
        block.quantity,
        block.unit,
        block.scale,
        block.modulus,
    ) == ("M-1", Quantity.ENERGY, "Wh", "1", 0)
    assert block.counts.tolist() == [1_234, 2]  # 1 234.5 and 2.5 Wh, half to even
    assert [at("2026-05-31T16:00Z"), at("2026-05-31T16:15Z")] == block.times_s.tolist()
    assert block.quality.tolist() == [Quality.MEASURED, Quality.MEASURED]
    assert (result.rows_read, result.rows_used, result.rows_refused) == (2, 2, 0)


def test_decode_folder__mean_power_becomes_energy(decode: Decode) -> None:
    block = only(
        decode(
            HEAD + "2026-06-01 00:00,a,0,4.002\n",
            value={"column": '"kw"', "quantity": '"mean-power"', "unit": '"kW"'},
        )
    )

    assert block.counts.tolist() == [1_000]  # 1 000.5 Wh, half to even


def test_decode_folder__the_multiplier_is_applied_before_rounding(decode: Decode) -> None:
    block = only(decode(HEAD + "2026-06-01 00:00,a,0.0004,0\n", value={"multiplier": '"-2000"'}))

    assert block.counts.tolist() == [-800]


def test_decode_folder__points_come_from_a_column(decode: Decode) -> None:
    result = decode(
        HEAD + "2026-06-01 00:15,b,2,0\n2026-06-01 00:00,a,1,0\n2026-06-01 00:00,b,3,0\n",
        table={"point_column": '"id"'},
        value={"point": '"M-{}"'},
    )

    assert {block.point: block.counts.tolist() for block in result.blocks} == {
        "M-a": [1_000],
        "M-b": [3_000, 2_000],
    }


def test_decode_folder__points_come_from_wide_columns(decode: Decode) -> None:
    result = decode(
        "time,x_kwh,y_kwh\n2026-06-01 00:00,1,2\n",
        value={"column": '"*_kwh"', "point": '"M-{}"'},
    )

    assert {block.point: block.counts.tolist() for block in result.blocks} == {
        "M-x": [1_000],
        "M-y": [2_000],
    }
    assert (result.rows_read, result.rows_used) == (2, 2)


def test_decode_folder__several_files_make_one_block(decode: Decode) -> None:
    result = decode(HEAD + "2026-06-02 00:00,a,2,0\n", HEAD + "2026-06-01 00:00,a,1,0\n")

    assert only(result).counts.tolist() == [1_000, 2_000]
    assert sorted(result.file_sha256) == ["0.csv", "1.csv"]
    expected = sha256((HEAD + "2026-06-02 00:00,a,2,0\n").encode()).hexdigest()
    assert expected == result.file_sha256["0.csv"]


@pytest.mark.parametrize("label", ["2026-06-01 24:00", "2026-06-02 00:00"])
def test_decode_folder__the_last_quarter_hour_may_be_labelled_either_way(
    decode: Decode, label: str
) -> None:
    block = only(
        decode(
            HEAD + f"{label},a,1,0\n",
            table={"label": '"period-end"'},
            time={"midnight": '"new-day"'},
        )
    )

    assert [at("2026-06-01T23:45+08:00")] == block.times_s.tolist()


def test_decode_folder__24_00_00_with_seconds_and_slashes(decode: Decode) -> None:
    block = only(
        decode(
            HEAD + "2021/12/31 24:00:00,a,1,0\n",
            table={"label": '"period-end"'},
            time={"midnight": '"new-day"', "format": '"%Y/%m/%d %H:%M:%S"'},
        )
    )

    assert [at("2021-12-31T23:45+08:00")] == block.times_s.tolist()


def test_decode_folder__midnight_under_the_old_day(decode: Decode) -> None:
    block = only(
        decode(
            HEAD + "2026-06-01 00:15,a,1,0\n2026-06-01 00:00,a,2,0\n2026-06-02 00:15,a,3,0\n",
            table={"label": '"period-end"'},
            time={"midnight": '"old-day"'},
        )
    )

    expected = [at(f"2026-06-0{day}+08:00") for day in ("1T00:00", "1T23:45", "2T00:00")]
    assert expected == block.times_s.tolist()
    assert block.counts.tolist() == [1_000, 2_000, 3_000]


def test_decode_folder__a_german_year_has_every_quarter_hour_once(decode: Decode) -> None:
    rows = [
        f"2016-{day} {hour:02d}:{minute:02d},a,1,0"
        for day, hours in (
            ("03-27", [0, 1, *range(3, 24)]),
            ("10-30", [0, 1, 2, 2, *range(3, 24)]),
        )
        for hour in hours
        for minute in (0, 15, 30, 45)
    ]

    result = decode(
        HEAD + "\n".join(rows) + "\n",
        time={"zone": '"Europe/Berlin"', "ambiguous": '"order-of-rows"'},
    )

    steps_s = np.diff(only(result).times_s)
    assert (result.rows_used, result.rows_refused) == (92 + 100, 0)
    assert steps_s[:91].tolist() == [900] * 91
    assert steps_s[92:].tolist() == [900] * 99


def test_decode_folder__a_time_the_clock_skipped_or_doubled_is_refused(decode: Decode) -> None:
    result = decode(
        HEAD + "2016-03-27 02:15,a,1,0\n2016-10-30 02:15,a,1,0\n2016-10-30 03:00,a,1,0\n",
        time={"zone": '"Europe/Berlin"', "ambiguous": '"refuse"'},
    )

    assert [(row.row, row.reason, row.given) for row in result.refused] == [
        (1, Refusal.TIME_SKIPPED, "2016-03-27T02:15:00.000000"),
        (2, Refusal.TIME_DOUBLED, "2016-10-30T02:15:00.000000"),
    ]
    assert result.rows_used == 1


def test_decode_folder__refused_duplicates_leave_the_first(decode: Decode) -> None:
    result = decode(HEAD + "2026-06-01 00:00,a,1,0\n" * 2 + "2026-06-01 00:00,a,2,0\n")

    assert only(result).counts.tolist() == [1_000]
    assert [(row.row, row.reason) for row in result.refused] == [
        (2, Refusal.DUPLICATE),
        (3, Refusal.DUPLICATE),
    ]
    assert result.refused[1].given == "2.0 at 2026-06-01T00:00:00.000000"


def test_decode_folder__the_same_row_twice_may_be_one(decode: Decode) -> None:
    result = decode(
        HEAD + "2026-06-01 00:00,a,1,0\n" * 2 + "2026-06-01 00:00,a,2,0\n",
        table={"duplicates": '"same-is-one"'},
    )

    assert (result.rows_used, result.rows_repeated, result.rows_refused) == (1, 1, 1)
    assert result.refused[0].row == 3


def test_decode_folder__ten_minute_power_is_split_and_nothing_is_lost(decode: Decode) -> None:
    rows = [f"2026-06-01 00:{minute:02d},a,0,{6 + minute}" for minute in range(0, 60, 10)]

    result = decode(
        HEAD + "\n".join(rows[:5]) + "\n",
        table={"step_s": "600", "resample": '"split"'},
        value={"column": '"kw"', "quantity": '"mean-power"', "unit": '"kW"'},
    )

    block = only(result)
    assert block.counts.sum() + result.unplaced_wh["M-1"] == 1_000 + 2_667 + 4_333 + 6_000 + 7_667
    assert block.quality.tolist() == [Quality.ESTIMATED] * 3 + [Quality.MISSING]
    assert any("3833 Wh" in note and "not wholly cover" in note for note in result.notes)


def test_decode_folder__five_minute_energy_is_added_and_stays_measured(decode: Decode) -> None:
    result = decode(
        HEAD + "".join(f"2026-06-01 00:{minute:02d},a,1,0\n" for minute in (0, 5, 10)),
        table={"step_s": "300", "resample": '"sum"'},
    )

    assert (
        only(result).counts.tolist(),
        only(result).quality.tolist(),
    ) == ([3_000], [Quality.MEASURED])


def test_decode_folder__registers_keep_scale_dial_and_their_own_times(decode: Decode) -> None:
    result = decode(
        HEAD + "2026-06-01 00:00,a,99.99,0\n2026-06-01 00:07,a,0.02,0\n",
        table={"label": '"instant"', "step_s": None},
        value={"quantity": '"register"', "scale": '"10"', "modulus": "10000"},
    )

    block = only(result)
    assert (
        block.quantity,
        block.unit,
        block.scale,
        block.modulus,
    ) == (Quantity.REGISTER, "Wh", "10", 10_000)
    assert block.counts.tolist() == [9_999, 2]
    assert np.diff(block.times_s).tolist() == [420]


@pytest.mark.parametrize(
    ("unit", "scale", "step", "counts"),
    [
        ("m³", "100", "L", [12_345, 12_350]),
        ("t", "1000", "g", [1_234_500, 1_235_000]),
        ("GJ", "10000", "kJ", [123_450, 123_500]),
        ("MJ", "500", "kJ", [2_469, 2_470]),
    ],
)
def test_decode_folder__registers_of_other_media_count_whole_steps(
    decode: Decode, unit: str, scale: str, step: str, counts: list[int]
) -> None:
    result = decode(
        HEAD + "2026-06-01 00:00,a,1234.5,0\n2026-06-01 01:00,a,1235.0,0\n",
        table={"label": '"instant"', "step_s": None},
        value={
            "quantity": '"register"',
            "unit": f'"{unit}"',
            "scale": f'"{scale}"',
            "modulus": "100000000",
        },
    )

    block = only(result)
    assert (block.unit, block.scale, block.counts.tolist()) == (step, scale, counts)


def test_decode_folder__samples_keep_their_unit_and_decimal_scale(decode: Decode) -> None:
    block = only(
        decode(
            HEAD + "2026-06-01 00:00,a,-80.005,0\n",
            value={"quantity": '"sample"', "unit": '"CNY/MWh"', "scale": '"0.001"'},
        )
    )

    assert (block.quantity, block.unit, block.scale) == (Quantity.SAMPLE, "CNY/MWh", "0.001")
    assert block.counts.tolist() == [-80_005]


def test_decode_folder__times_may_carry_their_offset_or_be_seconds(decode: Decode) -> None:
    offset = decode(
        HEAD + "2026-06-01 00:00:00-07:00,a,1,0\n",
        time={"format": '"%Y-%m-%d %H:%M:%S%z"', "zone": '"in-data"'},
    )
    seconds = decode(
        HEAD + f"{at('2026-06-01T07:00Z')},a,1,0\n",
        time={"format": '"epoch-s"', "zone": '"in-data"'},
    )

    assert only(offset).times_s.tolist() == [at("2026-06-01T07:00Z")]
    assert only(seconds).times_s.tolist() == [at("2026-06-01T07:00Z")]


def test_decode_folder__an_empty_table_is_no_reading(decode: Decode) -> None:
    result = decode(HEAD, table={"point_column": '"id"'}, value={"point": '"M-{}"'})

    assert (result.blocks, result.rows_read) == ((), 0)


def test_decode_folder__says_which_files_and_columns_it_did_not_read(
    decode: Decode, tmp_path: Path
) -> None:
    (tmp_path / "README.md").write_text("what it is", encoding="utf-8")

    result = decode(HEAD + "2026-06-01 00:00,a,1,0\n")

    assert result.notes == (
        "a note",
        "files not read by this map: README.md",
        "0.csv: columns not read: id, kw",
    )


def test_decode_folder__refuses_a_folder_without_the_files(tmp_path: Path) -> None:
    trial = parse_map(map_text(), where="trial")

    with pytest.raises(SourceMissingError, match=r"no file \*\.csv"):
        decode_folder(tmp_path, trial)
    with pytest.raises(SourceMissingError, match="correct the path"):
        decode_folder(tmp_path / "absent", trial)
    (tmp_path / "a.txt").write_text("x", encoding="utf-8")
    with pytest.raises(SourceMissingError, match="another map"):
        decode_folder(tmp_path / "a.txt", trial)


def test_decode_folder__takes_one_file_of_a_folder(decode: Decode, tmp_path: Path) -> None:
    decode(HEAD + "2026-06-01 00:00,a,1,0\n", HEAD + "2026-06-02 00:00,a,2,0\n")

    result = decode_folder(tmp_path / "1.csv", parse_map(map_text(), where="trial"))

    assert only(result).counts.tolist() == [2_000]
    assert list(result.file_sha256) == ["1.csv"]


def test_decode_folder__refuses_two_columns_for_one_point(decode: Decode, tmp_path: Path) -> None:
    decode(HEAD + "2026-06-01 00:00,a,1,0\n")
    trial = parse_map(map_text(), where="trial")
    twice = replace(trial, tables=trial.tables * 2)

    with pytest.raises(PointTwiceError, match="M-1"):
        decode_folder(tmp_path, twice)


CELLS = st.sampled_from(
    ["1", "2.5", "-3", "", "nan", "inf", "1e400", "x", "1,5", "-99", "99999999999999999"]
)
TIMES = st.sampled_from(
    [
        "2026-06-01 00:00",
        "2026-06-01 00:15",
        "2026-06-01 24:00",
        "2026-06-01 00:07",
        "31.12.2026",
        "",
    ]
)
POINTS = st.sampled_from(["a", "b", ""])


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rows=st.lists(st.tuples(TIMES, POINTS, CELLS), max_size=12),
    missing=st.sampled_from(["[]", '["empty"]', '["empty", "nan", -99]']),
    duplicates=st.sampled_from(['"refuse"', '"same-is-one"']),
)
def test_decode_folder__every_row_is_accounted_for(
    decode: Decode, rows: list[tuple[str, str, str]], missing: str, duplicates: str
) -> None:
    lines = [f'{time},{point},"{cell}"' for time, point, cell in rows]

    result = decode(
        "\n".join(["time,id,kwh", *lines, ""]),
        table={"point_column": '"id"', "duplicates": duplicates},
        value={"point": '"M-{}"', "missing": missing},
    )

    parts = (result.rows_used, result.rows_missing, result.rows_repeated, result.rows_refused)
    assert len(rows) == result.rows_read == sum(parts)
    assert result.rows_refused == len(result.refused)
    assert result.rows_used + result.rows_missing == sum(len(b.counts) for b in result.blocks)
    assert result.rows_missing == sum(
        int((block.quality == Quality.MISSING).sum()) for block in result.blocks
    )
    assert all(bool(np.all(np.diff(block.times_s) > 0)) for block in result.blocks)


def columns(path: Path, sql: str) -> Mapping[str, NDArray[np.float64]]:
    """Read a file with nothing of ours, to compare with."""
    with duckdb.connect() as connection:
        rows = connection.execute(sql.replace("FILE", f"'{path}'")).fetchall()
    table = np.array(rows, float)
    return {str(n): table[:, n] for n in range(table.shape[1])}


def test_decode_folder__uci_steel_equals_the_repaired_table() -> None:
    folder = shared_path("data/uci-steel")

    result = decode_folder(folder, load_map("uci-steel"))

    repaired = columns(
        folder / "steel_15min.parquet",
        "SELECT epoch(interval_start) - 9 * 3600, energy_kwh * 1000 FROM FILE ORDER BY 1",
    )
    block = only(result)
    assert (result.rows_read, result.rows_used, result.rows_refused) == (35_040, 35_040, 0)
    assert at("2018-01-01T00:00+09:00") == int(block.times_s[0])
    assert np.diff(block.times_s).tolist() == [900] * 35_039
    assert np.array_equal(repaired["0"], block.times_s)
    assert np.array_equal(np.rint(repaired["1"]), block.counts)


def test_decode_folder__demo_park_reads_whole_and_fast() -> None:
    folder = shared_path("data/demo-park")
    park_map = load_map("demo-park")

    before_s = process_time()
    result = decode_folder(folder, park_map)
    cpu_s = process_time() - before_s

    assert cpu_s < 6
    assert len(result.blocks) == 54 + 16 + 1 + 5
    assert 1_892_160 + 560_640 + 35_040 + 175_200 == result.rows_read == result.rows_used
    assert {"M-E01", "M-E54", "M-PV01", "M-PV16", "M-W01", "M-CS1", "M-CS5"} <= {
        block.point for block in result.blocks
    }
    assert {35_040} == {len(block.counts) for block in result.blocks}
    assert {at("2022-01-01T00:00+08:00")} == {int(block.times_s[0]) for block in result.blocks}
    total_gwh = (
        sum(int(block.counts.sum()) for block in result.blocks if block.point.startswith("M-E"))
        / 1e9
    )
    assert round(total_gwh) == 1_158  # the sum that the set itself states
    result.require_clean()


def test_decode_folder__la_haute_borne_keeps_every_watt_hour() -> None:
    folder = shared_path("data/la-haute-borne")

    result = decode_folder(folder, load_map("la-haute-borne"))

    truth = columns(
        folder / "scada_10min_2014_2015.parquet",
        "SELECT sum(round_even(CAST(p_kw AS DOUBLE) * 1000 / 6, 0)) FROM FILE GROUP BY turbine "
        "ORDER BY turbine",
    )["0"]
    found = [int(b.counts.sum()) + result.unplaced_wh[b.point] for b in result.blocks]
    assert truth.tolist() == found
    assert [result.rows_missing, result.rows_read] == [487 + 1_221 + 447 + 462, 420_480]
    assert {2 * 365 * 96} == {len(block.counts) for block in result.blocks}
    assert all(not np.any(block.quality == Quality.MEASURED) for block in result.blocks)


def test_decode_folder__nrel_pv_is_watts_with_offsets() -> None:
    result = decode_folder(shared_path("data/nrel-pv"), load_map("nrel-pv"))

    blocks = {block.point: block for block in result.blocks}
    east, system_50 = blocks["M-SERF-EAST"], blocks["M-SYSTEM-50"]
    assert (len(east.counts), len(system_50.counts)) == (10_000, 95_232)
    assert (int((east.quality == 3).sum()), int((system_50.quality == 3).sum())) == (0, 2_904)
    assert at("2016-07-01T00:00-07:00") == int(east.times_s[0])
    assert (int(east.counts.max()), int(east.counts[0])) == (1_357, -1)  # 5 426.4 W, −2.8601 W


def test_decode_folder__state_grid_pv_is_megawatts_with_fault_codes() -> None:
    result = decode_folder(shared_path("data/cn-stategrid-pv"), load_map("cn-stategrid-pv"))

    blocks = {block.point: block for block in result.blocks}
    missing = {p: int((b.quality == Quality.MISSING).sum()) for p, b in blocks.items()}
    assert len(blocks) == 2 * 7
    assert {point: n for point, n in missing.items() if n} == {
        "S-solar-3-temperature": 5_084,
        "S-solar-3-pressure": 4,
        "S-solar-3-humidity": 1,
        "S-solar-5-dni": 76,
    }
    assert round(float(np.float32(99.55)) * 250_000) == max(
        int(blocks[f"M-solar-{n}"].counts.max()) for n in (3, 5)
    )


@pytest.mark.parametrize("code", ["-99", "3276.7", "-3276.7", "6553.5"])
def test_decode_folder__state_grid_fault_codes_of_32_bits_mean_missing(
    tmp_path: Path, code: str
) -> None:
    with duckdb.connect() as connection:
        connection.execute(
            "COPY (SELECT 'x' AS site, TIMESTAMP '2019-01-01 00:00:00' AS interval_start, "
            "1.0::FLOAT AS p_mw, 1.0::FLOAT AS poa_wm2, 1.0::FLOAT AS dni_wm2, "
            f"1.0::FLOAT AS ghi_col_wm2, {code}::FLOAT AS temp_c, 1.0::FLOAT AS pressure_hpa, "
            f"1.0::FLOAT AS rh_pct) TO '{tmp_path / 'solar_15min.parquet'}'"
        )

    result = decode_folder(tmp_path, load_map("cn-stategrid-pv"))

    assert {"S-x-temperature"} == {
        block.point for block in result.blocks if block.quality[0] == Quality.MISSING
    }


def test_decode_folder__simbench_wall_clock_equals_its_continuous_column() -> None:
    folder = shared_path("data/simbench-2016")

    result = decode_folder(folder, load_map("simbench-2016"))

    truth = columns(
        folder / "load_profiles_pu.parquet",
        'SELECT epoch(interval_start) - 3600, "BL-H_pload" * 1e6 FROM FILE ORDER BY 1',
    )
    blocks = {block.point: block for block in result.blocks}
    assert len(blocks) == 146 + 42
    assert result.rows_refused == 0
    for block in blocks.values():
        assert np.array_equal(truth["0"], block.times_s)
    assert np.allclose(truth["1"], blocks["PU-BL-H-P"].counts, rtol=0, atol=0.5000001)


def test_decode_folder__spot_prices_are_found_to_be_hourly() -> None:
    result = decode_folder(shared_path("data/cn-spot-15min"), load_map("cn-spot-15min"))

    remarks = [note for note in result.notes if "written four times" in note]
    blocks = {block.point: block for block in result.blocks}
    assert [remark.startswith("spot-price") for remark in remarks] == [True]
    assert (len(blocks["spot-price"].counts), blocks["spot-price"].unit) == (38_016, "CNY/MWh")
    assert at("2021-12-01T00:00+08:00") == int(blocks["spot-price"].times_s[0])
