"""``taihang certificates gec``: whole certificates in both languages, as a table, for machines."""

import csv
import json
from pathlib import Path
from typing import cast

import pytest

from command_line import done, taihang
from lot_park import SOLD, USED, made, of_month
from taihang.interfaces.catalogue import LANGS, Lang

NUMBERS = (
    "项目编码,项目名称,发电类型,电量生产年月,绿证数量,失效日,起始编号,截止编号,证书类型\n"
    "P1404-1,光伏,photovoltaic,2026-06,2,2028-06-01,GEC-0001,GEC-0002,可交易\n"
)


@pytest.fixture
def park(tmp_path: Path) -> Path:
    return made(tmp_path / "park", [SOLD, USED, of_month(SOLD, "2026-07")])


def gec_rows(found: object) -> list[dict[str, object]]:
    return cast("dict[str, list[dict[str, object]]]", found)["gec"]


def test_gec__carries_the_remainder_and_keeps_the_kinds_apart(park: Path) -> None:
    rows = gec_rows(done("certificates", "gec", park, "--json").facts)

    assert [(r["month"], r["kind"], r["n_certificates"], r["carried_out_wh"]) for r in rows] == [
        ("2026-06", "non-tradable", "1", "100000"),
        ("2026-06", "tradable", "2", "500000"),
        ("2026-07", "tradable", "3", "0"),
    ]
    assert {r["project_code"] for r in rows} == {"P1404-1"}
    assert rows[0]["expires_on"] == "2028-06-01"
    assert rows[1]["by_state_wh"] == {"held": 2_500_000}


@pytest.mark.parametrize("lang", LANGS)
def test_gec__tells_people_in_their_language(park: Path, lang: Lang) -> None:
    told = done("certificates", "gec", park, "--lang", lang).out

    assert "2.500000" in told
    assert {"zh": "可交易 5 张", "en": "5 tradable, 1 not tradable"}[lang] in told
    assert {"zh": "不是核发", "en": "issues nothing"}[lang] in told


def test_gec__of_a_year_carries_what_the_years_before_left(tmp_path: Path) -> None:
    park = made(tmp_path / "park", [SOLD, of_month(SOLD, "2027-01")])

    (row,) = gec_rows(done("certificates", "gec", park, "--year", "2027", "--json").facts)

    assert (row["carried_in_wh"], row["n_certificates"]) == ("500000", "3")


def test_gec__shows_the_numbers_that_the_registry_gave(park: Path, tmp_path: Path) -> None:
    numbers = tmp_path / "numbers.csv"
    numbers.write_text(NUMBERS, encoding="utf-8")

    rows = gec_rows(done("certificates", "gec", park, "--numbers", numbers, "--json").facts)

    assert [(r["number_first"], r["number_last"]) for r in rows] == [
        ("", ""),
        ("GEC-0001", "GEC-0002"),
        ("", ""),
    ]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("P1404-1", "P9999", "input.outside-certificates"),
        ("可交易", "转让", "input.outside-certificates"),
        ("2026-06", "2025-06", "input.gec"),
        ("GEC-0002", "GEC-0003", "input.outside-certificates"),
        ("光伏", "=1+1", "input.outside-certificates"),
    ],
)
def test_gec__refuses_numbers_of_nothing(
    park: Path, tmp_path: Path, old: str, new: str, code: str
) -> None:
    numbers = tmp_path / "numbers.csv"
    numbers.write_text(NUMBERS.replace(old, new), encoding="utf-8")

    ended = taihang("certificates", "gec", park, "--numbers", numbers, "--json")

    assert ended.code == 1
    assert json.loads(ended.out)["code"] == code


def test_gec__writes_the_table_that_it_reads_again(park: Path, tmp_path: Path) -> None:
    out = tmp_path / "gec.csv"

    done("certificates", "gec", park, "--out", out)

    with out.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["绿证数量"] for row in rows] == ["1", "2", "3"]
    again = tmp_path / "gec2.csv"
    done("certificates", "gec", park, "--out", again)
    assert out.read_bytes() == again.read_bytes()


def test_gec__without_a_ledger_says_what_to_do(tmp_path: Path) -> None:
    park = made(tmp_path / "park", [])

    assert "Settle a whole\nmonth" in done("certificates", "gec", park, "--lang", "en").out
    assert gec_rows(done("certificates", "gec", park, "--json").facts) == []


def test_gec__a_table_has_a_kind(park: Path, tmp_path: Path) -> None:
    ended = taihang("certificates", "gec", park, "--out", tmp_path / "x.pdf", "--json")

    assert json.loads(ended.out)["code"] == "input.words"


# -- export --------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGS)
def test_export__by_month_says_how_much_and_where(park: Path, tmp_path: Path, lang: Lang) -> None:
    out = tmp_path / "gec.json"

    told = done(
        "certificates",
        "export",
        park,
        "--map",
        "gec",
        "--out",
        out,
        "--month",
        "2026-07",
        "--lang",
        lang,
    ).out

    assert "2.500000 MWh" in told
    assert {"zh": "并非", "en": "not the official"}[lang] in told
    (record,) = json.loads(out.read_text(encoding="utf-8"))["records"]
    assert record["绿证数量"] == "3"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--map", "energytag"), "input.words"),
        (("--map", "energytag", "--month", "2026-06"), "input.words"),
        (("--map", "energytag", "--month", "2026-13", "--configuration", "3"), "input.period"),
        (("--map", "i-rec"), "input.words"),
        (("--map", "nothing"), "input.exchange-map"),
        (
            ("--map", "energytag", "--month", "2026-01", "--configuration", "3", "--minutes", "x"),
            "input.words",
        ),
    ],
)
def test_export__refuses_what_says_too_little(
    park: Path, tmp_path: Path, words: tuple[str, ...], code: str
) -> None:
    out = tmp_path / "x.csv"

    ended = taihang("certificates", "export", park, "--out", out, *words, "--json")

    assert json.loads(ended.out)["code"] == code
    assert not out.exists()


def test_export__of_a_month_without_issues_is_headings(park: Path, tmp_path: Path) -> None:
    out = tmp_path / "x.csv"
    words = ("--map", "energytag", "--month", "2026-01", "--configuration", "3")

    facts = done("certificates", "export", park, "--out", out, *words, "--json").facts

    assert (facts["records"], facts["energy_wh"]) == (0, 0)
    assert out.read_text(encoding="utf-8-sig").startswith("energy_carrier,id,")


# -- import --------------------------------------------------------------------------------------

IREC = (
    "From Certificate,To Certificate,Device Code,Device,Technology,Production Start,"
    "Production End,Volume MWh,Status\n"
    "IREC-001,IREC-003,CN-1,Dam,hydro,2026-06-01,2026-06-30,3,Issued\n"
)


@pytest.mark.parametrize("lang", LANGS)
def test_import__previews_then_keeps_then_knows(park: Path, tmp_path: Path, lang: Lang) -> None:
    table = tmp_path / "irec.csv"
    table.write_text(IREC, encoding="utf-8")
    words = ("certificates", "import", park, table, "--map", "i-rec", "--id", "i1", "--lang", lang)

    told = [done(*words, *more).out for more in ((), ("--commit",), ("--commit",))]

    assert all("3.000000 MWh" in one for one in told)
    for one, word in zip(
        told,
        {"zh": ("预览", "已连同文件", "此前已"), "en": ("preview", "kept with", "kept before")}[
            lang
        ],
        strict=True,
    ):
        assert word in one


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Dam", "=HYPERLINK(1)"),
        ("Issued", "Cancelled"),
        (",3,Issued", ",NaN,Issued"),
        ("hydro", "hyd\u202ero"),
        ("Status", "State"),
        ("Device Code", "Device"),
        ("2026-06-30", "2026-05-30"),
    ],
)
def test_import__of_a_hostile_table_takes_nothing(
    park: Path, tmp_path: Path, old: str, new: str
) -> None:
    table = tmp_path / "irec.csv"
    table.write_text(IREC.replace(old, new, 1), encoding="utf-8")
    words = ("certificates", "import", park, table, "--map", "i-rec", "--id", "i1", "--commit")

    ended = taihang(*words, "--json")

    assert ended.code == 1
    assert json.loads(ended.out)["code"] == "input.outside-certificates"
    assert not (park / "evidence").exists()
