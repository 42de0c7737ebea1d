"""Names and numbers of the report of a study."""

from taihang.config.study_file import read_study
from taihang.interfaces.reports.size_words import amount, fills_of, money, name_of, told

STUDY = read_study("xingxian")


def test_name_of__says_the_kind_and_the_id_where_they_differ() -> None:
    assert name_of("pv", STUDY, "zh") == "光伏"
    assert name_of("roof-pv", STUDY, "en") == "PV roof-pv"
    assert name_of("battery-energy", STUDY, "en") == "battery energy"


def test_fills_of__gives_every_investment_a_colour_of_its_own() -> None:
    fills = fills_of(STUDY)

    assert set(STUDY.investments) <= set(fills)
    assert len(set(fills.values())) == len(fills)


def test_amount__prints_what_is_asked_and_holds_more() -> None:
    cell = amount(1.23456789, 1)

    assert (cell.printed, str(cell.value)) == ("1.2", "1.2346")
    assert amount(None, 1).value is None
    assert amount(-1e-12, 1).printed == "0.0"
    assert money(None).value is None
    assert told(None, 2) == "–"
