"""A change touches its key and nothing else: comments, order and alignment stay as they were."""

import tomllib
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

import small_park
from taihang.config.park_edit import (
    Change,
    Edited,
    ParkEditError,
    diff_lines,
    edit_park,
    text_sha256,
    typed_tables,
    typed_values,
)
from taihang.config.park_file import read_park
from taihang.config.templates import template_names, template_text

CHANGZHI = template_text("changzhi")
BLANK = template_text("blank")
ENTERPRISE = {
    "name_zh": "新企业",
    "name_en": "New enterprise",
    "sector": "C38",
    "voltage_kv": "10",
    "transformer_kva": "800",
}


def changed(text: str, table: str, object_id: str, how: str = "set", **typed: str) -> Edited:
    return edit_park(text, [Change(table, object_id, typed, how)])  # pyright: ignore[reportArgumentType] - a word


def signs(edited: Edited) -> list[str]:
    return [f"{line.sign}{line.text}" for line in edited.diff if line.sign in "+-"]


def test_edit_park__a_value_changes_in_its_place_alone() -> None:
    edited = changed(CHANGZHI, "enterprises", "E34", transformer_kva="630")

    (gone, come) = signs(edited)
    assert gone.replace("500,", "630,", 1) == "-" + come[1:]
    assert edited.base_sha256 == text_sha256(CHANGZHI)
    assert edited.reading.park is not None
    assert edited.reading.park.enterprises["E34"].transformer_kva == 630


def test_edit_park__comments_behind_a_value_stay() -> None:
    edited = changed(CHANGZHI, "batteries", "B1", cycle_cost_cny_per_kwh="0.08")

    assert signs(edited) == [
        "-cycle_cost_cny_per_kwh     = 0.05  # 演示假设 · assumed",
        "+cycle_cost_cny_per_kwh     = 0.08  # 演示假设 · assumed",
    ]


def test_edit_park__a_new_key_stands_behind_the_last_in_their_column() -> None:
    edited = changed(CHANGZHI, "grids", "G1", contract_demand_kw="150000")
    section = changed(CHANGZHI, "park", "", name_en="Another")
    without = changed(CHANGZHI, "batteries", "B1", in_service="")
    back = changed(without.text, "batteries", "B1", in_service="2025-01-01 …")

    assert edited.reading.park is not None
    assert str(edited.reading.park.grids["G1"].contract_demand_kw) == "150000"
    assert len(signs(edited)) == 2
    assert len(signs(section)) == 2
    assert signs(without) == ["-in_service                 = { since = 2025-01-01 }"]
    assert back.text == CHANGZHI


def test_edit_park__a_key_leaves_an_inline_table_with_its_comma() -> None:
    first = changed(CHANGZHI, "meters", "M-E01", min_kw="")
    kept = CHANGZHI.replace(", min_kw = 10000 }", " }", 1)
    text = kept.replace('{ node = "E01",  measures', '{ min_kw = 5, node = "E01",  measures', 1)

    assert "max_kw =  80000 }" in signs(first)[1]
    assert changed(text, "meters", "M-E01", min_kw="").text == kept


def test_edit_park__an_object_joins_its_kind_in_the_form_that_it_has() -> None:
    row = changed(CHANGZHI, "enterprises", "E55", "add", **ENTERPRISE)
    battery = typed_values(CHANGZHI, "batteries", "B1")
    section = changed(CHANGZHI, "batteries", "B2", "add", **battery)
    fresh = changed(
        BLANK, "plants", "PV01", "add", name_zh="光伏", name_en="PV", kind="pv", capacity_kw="400"
    )

    pairs = 'name_zh = "新企业", name_en = "New enterprise", sector = "C38", voltage_kv = 10'
    assert signs(row) == [f"+E55 = {{ {pairs}, transformer_kva = 800 }}"]
    assert row.text.index("E55 =") > row.text.index("E54 =")
    assert "[batteries.B2]" in section.text
    assert list(tomllib.loads(section.text)["batteries"]) == ["B1", "B2"]
    # A battery without meters is no battery yet: that is told, and nothing else.
    assert {problem.path for problem in section.reading.problems} == {("batteries", "B2")}
    assert fresh.text.endswith(
        '[plants]\nPV01 = { name_zh = "光伏", name_en = "PV", kind = "pv", capacity_kw = 400 }\n'
    )


def test_edit_park__several_changes_are_judged_together() -> None:
    """A meter needs its asset and its gateway: one alone is refused, all three are a park."""
    meter = {
        "node": "E02",
        "measures": "consumption",
        "resolution_wh": "1",
        "multiplier": "3000",
        "digits": "9",
        "max_kw": "2000",
    }
    changes = [
        Change("enterprises", "E02", ENTERPRISE, "add"),
        Change("meters", "M-E02", meter, "add"),
        Change("gateways", "GW1", {"meters": "M-E01, M-E02"}),
    ]

    assert edit_park(BLANK, changes[1:2]).reading.park is None
    edited = edit_park(BLANK, changes)

    assert edited.reading.park is not None
    assert edited.reading.park.gateways["GW1"].meters == ("M-E01", "M-E02")


def test_edit_park__what_is_wrong_is_told_with_its_line_and_not_saved() -> None:
    edited = changed(CHANGZHI, "enterprises", "E01", voltage_kv="110 kV")

    (problem,) = edited.reading.problems
    assert edited.reading.park is None
    assert problem.path == ("enterprises", "E01", "voltage_kv")
    assert (problem.given, problem.remedy) == ('"110 kV"', "write 110")


def test_edit_park__a_table_that_stands_once_is_changed_or_made() -> None:
    text = small_park.PARK
    made = changed(
        text, "billing", "", losses_borne_by="grid", storage_borne_by="grid", surplus_paid_to="park"
    )
    kept = changed(CHANGZHI, "accounting", "", loss_alarm_ratio="0.06")

    assert made.text.startswith(text.rstrip())
    assert "\n[billing]\n" in made.text
    assert len(signs(kept)) == 2


def test_edit_park__a_removal_takes_the_line_or_the_section() -> None:
    text = changed(CHANGZHI, "enterprises", "E55", "add", **ENTERPRISE).text
    section = changed(
        CHANGZHI, "batteries", "B2", "add", **typed_values(CHANGZHI, "batteries", "B1")
    ).text

    assert changed(text, "enterprises", "E55", "remove").text == CHANGZHI
    without = changed(section, "batteries", "B2", "remove")
    assert without.reading.park is not None
    assert list(without.reading.park.batteries) == ["B1"]


@pytest.mark.parametrize(
    ("kind", "object_id", "how"),
    [("enterprises", "E01", "add"), ("enterprises", "E99", "set"), ("plants", "X", "remove")],
)
def test_edit_park__what_is_there_already_or_not_there_is_refused(
    kind: str, object_id: str, how: str
) -> None:
    with pytest.raises(ParkEditError, match=object_id):
        changed(CHANGZHI, kind, object_id, how, name_zh="x")


FIRST_OF_A_KIND = 12
"""Objects of a kind that are typed again: later ones of a template are written like them."""


@pytest.mark.parametrize("name", template_names())
def test_typed_values__typed_again_change_nothing_that_is_read(name: str) -> None:
    text = template_text(name)
    park = read_park(text, source=name)
    document = tomllib.loads(text)
    kinds = (
        "grids",
        "enterprises",
        "plants",
        "stations",
        "batteries",
        "meters",
        "gateways",
        "feeders",
        "green_supplies",
        "grid_tariffs",
    )
    changes = [
        Change(kind, object_id, typed_values(text, kind, object_id))
        for kind in kinds
        for object_id in list(document.get(kind, {}))[:FIRST_OF_A_KIND]
    ]

    edited = edit_park(text, changes)

    assert len(changes) >= 3
    assert edited.reading.park == park


@given(
    st.dictionaries(
        st.sampled_from(["name_zh", "name_en", "sector"]),
        st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1, max_size=40),
        min_size=1,
    )
)
def test_edit_park__no_text_can_be_anything_but_a_text(typed: Mapping[str, str]) -> None:
    edited = edit_park(BLANK, [Change("enterprises", "E01", typed)])

    row = tomllib.loads(edited.text)["enterprises"]["E01"]
    assert {name: row[name] for name in typed if typed[name].strip()} == {
        name: value.strip() for name, value in typed.items() if value.strip()
    }
    others, before = tomllib.loads(edited.text), tomllib.loads(BLANK)
    del others["enterprises"], before["enterprises"]
    assert others == before


def test_diff_lines__show_what_stands_around_a_change() -> None:
    before = "\n".join(str(n) for n in range(20))

    lines = [
        f"{line.sign}{line.text}" for line in diff_lines(before, before.replace("9\n", "x\n", 1))
    ]

    assert lines == ["@", " 7", " 8", "-9", "+x", " 10", " 11"]


def test_edit_park__a_list_keeps_the_lines_of_what_stays_in_it() -> None:
    before = typed_values(CHANGZHI, "gateways", "GW2")["meters"]
    joined = changed(CHANGZHI, "gateways", "GW2", meters=f"{before}, M-X")
    left = changed(CHANGZHI, "gateways", "GW2", meters=before.replace("M-E04, ", ""))
    last = changed(CHANGZHI, "gateways", "GW2", meters=before.replace(", M-B1-DIS", ""))
    turned = changed(CHANGZHI, "gateways", "GW2", meters="M-W01, M-E03")

    assert signs(joined) == [
        '-  "M-B1-CH", "M-B1-DIS",',
        '+  "M-B1-CH", "M-B1-DIS", "M-X",',
    ]
    assert signs(left)[1] == '+  "M-E03", "M-E05",'
    assert tomllib.loads(last.text)["gateways"]["GW2"]["meters"][-1] == "M-B1-CH"
    assert tomllib.loads(turned.text)["gateways"]["GW2"]["meters"] == ["M-W01", "M-E03"]


def test_edit_park__a_comment_that_names_an_item_does_not_mislead_it() -> None:
    text = CHANGZHI.replace('  "M-W01",\n', '  "M-W01",  # not "M-E03"\n', 1)
    before = typed_values(text, "gateways", "GW2")["meters"]

    joined = changed(text, "gateways", "GW2", meters=f"{before}, M-X")

    assert tomllib.loads(joined.text)["gateways"]["GW2"]["meters"][-1] == "M-X"


def test_typed_tables__are_what_the_forms_hold() -> None:
    found = typed_tables(CHANGZHI, ["enterprises", "witnesses"])

    assert found["enterprises"]["E34"] == typed_values(CHANGZHI, "enterprises", "E34")
    assert found["witnesses"] == {}
