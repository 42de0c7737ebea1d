"""The pages of assets: what is lost and how it is known, in both languages, for those who may."""

import csv
import json
import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest

import roof_park
import small_park
from asgi_client import Answer
from members import ask_as
from taihang.core.access.role import Role
from taihang.interfaces.asgi import AsgiApplication
from taihang.interfaces.catalogue import LANGS, Lang
from taihang.interfaces.web.app import create_application
from taihang.interfaces.web.park_source import ParkSource


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ParkSource]:
    opened = ParkSource(roof_park.make(tmp_path_factory.mktemp("roofs") / "p"))
    yield opened
    opened.accounts.close()


@pytest.fixture(scope="module")
def app(source: ParkSource) -> AsgiApplication:
    return create_application(source)


def ask(app: AsgiApplication, source: ParkSource, address: str, role: Role) -> Answer:
    return ask_as(app, address, role, accounts=source.accounts)


def rows_of(answer: Answer) -> list[list[str]]:
    return list(csv.reader(StringIO(answer.body.decode("utf-8-sig"))))


@pytest.mark.parametrize("lang", LANGS)
def test_assets_page__tells_what_needs_a_visit_and_how_it_is_known(
    lang: Lang, app: AsgiApplication, source: ParkSource
) -> None:
    answer = ask(app, source, f"/assets/?period=2026-08&lang={lang}", Role.DISPATCHER)

    assert answer.status == 200
    visit = answer.text.split('id="losses-head"')[1].split("</section>")[0]
    assert [each in visit for each in ("PV02", "PV03", "PV01", "PV04")] == [
        True,
        True,
        False,
        False,
    ]
    assert {"zh": "仍在持续", "en": "still"}[lang] in visit
    assert {"zh": "2026-08-14", "en": "2026-08-14"}[lang] in answer.text, "until when it is settled"
    assert {"zh": "无仪表，且同类电站不足 4 座", "en": "fewer than four plants of its kind"}[
        lang
    ] in answer.text
    assert 'href="/assets/PV02/?period=2026-08"' in answer.text
    assert 'href="/assets/plants.csv?period=2026-08"' in answer.text


def test_assets_page__without_a_word_shows_the_last_whole_month(
    app: AsgiApplication, source: ParkSource
) -> None:
    answer = ask(app, source, "/assets/", Role.REGULATOR)

    assert "2026-07" in answer.text
    assert "本时段没有超出误差界的少发" in answer.text
    assert 'href="/assets/?period=2026-06"' in answer.text


def test_assets_page__a_stretch_without_settled_days_says_what_to_do(
    app: AsgiApplication, source: ParkSource
) -> None:
    answer = ask(app, source, "/assets/?period=2024", Role.DISPATCHER)

    assert answer.status == 200
    assert "2024 尚无已结算的日子" in answer.text
    assert "taihang settle" in answer.text


def test_plant_page__has_every_day_with_its_band(app: AsgiApplication, source: ParkSource) -> None:
    answer = ask(app, source, "/assets/PV04/?period=2026-08&lang=en", Role.DISPATCHER)

    block = re.search(r'<script id="page-data"[^>]*>(.*?)</script>', answer.text)
    assert block is not None
    days = json.loads(block[1])["days"]
    assert len(days) == 14
    assert days[0][0] == "2026-08-01"
    assert days[0][1] < days[0][2] < days[0][3]
    assert days[5] == ["2026-08-06", None, None, None, None], "a dead meter is a gap"
    assert answer.text.count("not compared") == 11
    assert "4 other plants" in answer.text


def test_plant_page__of_a_plant_that_is_not_judged_says_why_and_no_dashes(
    app: AsgiApplication, source: ParkSource
) -> None:
    answer = ask(app, source, "/assets/W01/?period=2026-08&lang=en", Role.DISPATCHER)

    assert answer.status == 200
    assert "not judged" in answer.text
    assert "calm and fault look alike" in answer.text
    assert 'data-figure="assets.plant_lost"' not in answer.text


@pytest.mark.parametrize("address", ["/assets/E01/", "/assets/PV99/", "/assets/PV99/days.csv"])
def test_plant_page__of_no_plant_is_not_there(
    address: str, app: AsgiApplication, source: ParkSource
) -> None:
    assert ask(app, source, address, Role.DISPATCHER).status == 404


def test_files__hold_the_same_numbers_with_gaps_left_empty(
    app: AsgiApplication, source: ParkSource
) -> None:
    plants = rows_of(ask(app, source, "/assets/plants.csv?period=2026-08&lang=en", Role.REGULATOR))
    days = rows_of(ask(app, source, "/assets/PV04/days.csv?period=2026-08&lang=en", Role.REGULATOR))

    heads, by_id = plants[0], {row[0]: row for row in plants[1:]}
    assert [*by_id] == [*roof_park.ROOFS, "W01"]
    assert float(by_id["PV02"][heads.index("lost_kwh")]) > 0.0
    assert by_id["W01"][heads.index("expected_kwh")] == ""
    assert by_id["PV01"][heads.index("lost_cny")] == ""
    assert float(by_id["PV04"][heads.index("read")]) == pytest.approx(3 / 14, abs=1e-5)
    assert days[0] == ["day", "expected_kwh", "low_kwh", "high_kwh", "actual_kwh", "outage_kwh"]
    assert days[6] == ["2026-08-06", "", "", "", "", ""]


@pytest.mark.parametrize(
    ("address", "status"),
    [("/assets/?period=2026-13", 422), ("/assets/?month=2026-08", 422), ("/assets/?period=", 200)],
)
def test_assets_page__refuses_words_that_it_does_not_know(
    address: str, status: int, app: AsgiApplication, source: ParkSource
) -> None:
    assert ask(app, source, address, Role.DISPATCHER).status == status


@pytest.mark.parametrize("address", ["/assets/", "/assets/PV01/", "/assets/plants.csv"])
def test_assets_page__is_for_those_who_see_the_park(
    address: str, app: AsgiApplication, source: ParkSource
) -> None:
    own = ask_as(app, address, Role.ENTERPRISE_USER, enterprise="E01", accounts=source.accounts)

    assert own.status in {403, 404}
    assert "kWh" not in own.text


def test_assets_page__of_an_empty_park_says_the_next_step(tmp_path: Path) -> None:
    source = ParkSource(small_park.make(tmp_path / "p", roof_park.text()))
    app = create_application(source)

    answer = ask(app, source, "/assets/", Role.DISPATCHER)

    source.accounts.close()
    assert answer.status == 200
    assert "园区还没有已结算的日子" in answer.text
