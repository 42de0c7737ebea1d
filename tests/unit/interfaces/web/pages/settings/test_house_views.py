"""Prices of a day with their documents, and the house that keeps the park."""

import pytest

from page_forms import Writer
from taihang.adapters.facts import load_facts
from taihang.core.access.role import Role
from taihang.interfaces.catalogue import has_text, text
from taihang.interfaces.web.app import create_application
from taihang.interfaces.web.park_source import ParkSource
from taihang.services.tariff import known_schedules
from taihang.standards.state_council_holidays import NOTICES


def person(source: ParkSource, role: Role = Role.SYSTEM_ADMIN, own: str = "") -> Writer:
    return Writer(create_application(source), source.accounts, (role,), own)


def test_prices_page__tells_the_text_in_force_on_a_day(source: ParkSource) -> None:
    writer = person(source)

    new = writer.open("/settings/prices/?lang=en&on=2026-07-01")
    old = writer.open("/settings/prices/?lang=en&on=2025-07-01")
    never = writer.open("/settings/prices/?lang=en&on=2019-07-01")

    summer = "18:00\u2060–\u206021:00"
    assert summer in new.text
    assert "× 1.92" in new.text
    assert "晋发改商品发〔2026〕15号 · Shanxi" in new.text
    assert "晋发改商品发〔2021〕479号 · Shanxi" in old.text
    assert text("settings_page.prices.no_hours", "en") in never.text
    assert text("settings_page.prices.no_year", "en", year="2019") in never.text


def test_prices_page__lists_the_values_of_a_set_with_document_and_days(source: ParkSource) -> None:
    page = person(source).open("/settings/prices/?on=2026-09-01&set=shanxi-2026-15")

    assert page.text.count("tou.ratio.") >= 5
    assert "2026-05-01 …" in page.text
    assert "set=guide-2015#facts" in page.text
    assert "国办发明电〔2025〕7号" in page.text
    assert "02-15 – 02-23" in page.text


def test_prices_page__contracts_lead_to_their_forms(source: ParkSource) -> None:
    mine, theirs = (
        person(source, role).open("/settings/prices/")
        for role in (Role.SYSTEM_ADMIN, Role.DISPATCHER)
    )

    assert 'href="/settings/park/grid_tariffs/GT/"' in mine.text
    assert "0.3320" in theirs.text
    assert "/settings/park/grid_tariffs/" not in theirs.text


@pytest.mark.parametrize("on", ["yesterday", "2026-13-01"])
def test_prices_page__a_day_that_is_none_is_refused(source: ParkSource, on: str) -> None:
    answer = person(source).open(f"/settings/prices/?on={on}")

    assert answer.status == 422
    assert "input.settings-day" in answer.text


def test_house_page__tells_room_records_backup_and_licences(source: ParkSource) -> None:
    writer = person(source)

    page = writer.open("/settings/house/?lang=en")

    assert "taihang backup park /mnt/second-disk/park" in page.text
    assert text("settings_page.house.place.accounts", "en") in page.text
    assert text("settings_page.house.log.size", "en") in page.text
    assert 'href="/import/"' in page.text
    assert 'href="/static/LICENSES-web.txt"' in page.text
    assert b"Apache" in writer.open("/static/LICENSES-web.txt").body


def test_house_page__leads_only_to_what_one_may_open(source: ParkSource) -> None:
    page = person(source, Role.REGULATOR).open("/settings/house/")

    links = page.text.partition('id="doors-head"')[2]
    assert 'href="/import/"' not in links
    assert 'href="/reports/"' in links
    for address in ("/settings/prices/", "/settings/house/"):
        assert person(source, Role.ENTERPRISE_ADMIN, "E01").open(address).status == 403


def test_prices_page__has_words_for_every_season_state_and_holiday() -> None:
    seasons = {season.name for each in known_schedules() for season in each.seasons}
    holidays = {leave.holiday for notice in NOTICES.values() for leave in notice.leaves}
    states = {fact.status for fact in load_facts().all()}

    said = [f"season_of.{name.replace(' ', '-')}" for name in seasons]
    said += [f"holiday.{holiday.name.lower()}" for holiday in holidays]
    said += [f"status.{state}" for state in states]
    assert len(said) >= 15
    assert [each for each in said if not has_text(f"settings_page.prices.{each}")] == []
