"""What a product account says of files, meters and activity data can be followed up."""

from decimal import Decimal
from pathlib import Path
from typing import cast

import small_park
from product_kit import AGREEMENT, JUNE, LINK, METAL, TABLES, Body, fill_june, table, written
from taihang.services.cbam_account import drafts
from taihang.services.product_document import number_of, stated_body


def test_evidence_of__names_each_file_once_with_all_that_it_proves(root: Path) -> None:
    proven = METAL.replace("evidence = []", f'evidence = ["{LINK}"]')
    tables = tuple(proven if each == METAL else each for each in TABLES)
    with small_park.opened(written(root, tables)) as ports:
        fill_june(ports)

        (draft,) = drafts(JUNE, ports=ports)

    found = {str(one["sha256"]): one["about"] for one in table(draft.body, "evidence")}
    assert found == {LINK: ["link", "precursors.M1"], AGREEMENT: ["contract"]}


def test_electricity_document__names_the_meters_of_both_ends(root: Path) -> None:
    with small_park.opened(written(root, TABLES)) as ports:
        fill_june(ports)

        (draft,) = drafts(JUNE, ports=ports)

    electricity = cast("Body", draft.body["electricity"])
    assert {"M-E01", "M-PV01"} <= {*cast("list[str]", electricity["meters"])}
    assert electricity["lines"] == ["DL1"]


def test_activities_of__names_output_and_input(root: Path) -> None:
    with small_park.opened(written(root, TABLES)) as ports:
        fill_june(ports)

        (draft,) = drafts(JUNE, ports=ports)

    named = cast("list[str]", cast("Body", draft.body["inputs"])["activities"])
    assert named == sorted(named)
    assert {name.split("-2026")[0] for name in named} == {
        "E01-natural-gas-consumed",
        "E01-material.metal-consumed",
        "E01-product.profile-output",
        "E01-product.sheet-output",
    }


def test_stated_body__is_nothing_where_nothing_was_issued(root: Path) -> None:
    with small_park.opened(written(root, TABLES)) as ports:
        assert stated_body(f"cbam.AL1.{JUNE}", JUNE, ports) is None
    assert number_of({"value": None}, "value") is None
    assert number_of({"value": "1.5"}, "value") == Decimal("1.5")
