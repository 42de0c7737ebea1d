"""What is wrong with a park file is told in the reader's language, whoever found it."""

import re

import pytest

import small_park
from taihang.config.park_edit import Change, edit_park
from taihang.config.park_file import Problem, examine_park
from taihang.config.park_tables import keys_of
from taihang.config.table_reader import Shape
from taihang.config.templates import template_text
from taihang.interfaces.catalogue import LANGS, has_text
from taihang.interfaces.park_words import (
    key_in,
    kind_in,
    option_in,
    options_of,
    place_in,
    problem_in,
)
from taihang.interfaces.web.pages.settings.kinds import KINDS

_CHANGZHI = template_text("changzhi")
_FOREIGN = re.compile(r"given|expected|write |correct ")


def problems(table: str, object_id: str, typed: dict[str, str]) -> tuple[Problem, ...]:
    return edit_park(_CHANGZHI, [Change(table, object_id, typed)]).reading.problems


def test_names__are_there_for_every_key_and_choice_that_a_form_asks_for() -> None:
    keys = [(kind, key) for kind in KINDS for key in keys_of(kind)]

    assert len(keys) >= 150
    assert [kind for kind in KINDS if not has_text(f"park_words.kind.{kind}")] == []
    assert [key.name for _, key in keys if not has_text(f"park_words.key.{key.name}")] == []
    chosen = {
        option
        for _, key in keys
        for option in options_of(key)
        if key.shape in {Shape.CHOICE, Shape.FLAG}
    }
    allowed = {"topology-contract/v2"}
    assert {each for each in chosen if not has_text(f"park_words.option.{each}")} <= allowed
    assert (kind_in("plants", "zh"), key_in("voltage_kv", "zh")) == ("电源", "电压")
    assert option_in("nobody-says", "zh") == "nobody-says"


@pytest.mark.parametrize(
    ("kind", "object_id", "typed", "words"),
    [
        ("enterprises", "E01", {"voltage_kv": "110 kV"}, "应填数，大于 0，例如 110"),
        ("enterprises", "E01", {"voltage_kv": ""}, "必填，例如 110"),
        ("enterprises", "E01", {"name_zh": ""}, "必填"),
        ("meters", "M-E01", {"digits": "8.5"}, "应填整数，不小于 1，不大于 18，例如 8"),
        ("meters", "M-E01", {"node": "E99"}, "园区里没有 E99"),
        ("meters", "M-E01", {"node": "a b"}, "编号只用字母"),
        ("meters", "M-E01", {"measures": "export"}, "只能计量：用电"),
        ("meters", "M-E01", {"digits": "2"}, "至少要容下两天"),
        ("plants", "PV01", {"commissioned": "1 May"}, "应填日期"),
        ("plants", "PV01", {"kind": "coal"}, "只能是：光伏, 风电"),
        ("enterprises", "E01", {"in_service": "2026-01-01 … 2025-01-01"}, "止日要在起日之后"),
        ("feeders", "F1", {"members": "E01, E99"}, "园区里没有 E99"),
        ("gateways", "GW1", {"meters": "M-G1-IMP"}, "还没有网关替它上报"),
        ("grid_tariffs", "GT-LARGE", {"users": "E01"}, "还没有适用的电网电价合同"),
        ("batteries", "B1", {"soc_min_ratio": "0.99"}, "下限要小于上限"),
        ("batteries", "B1", {"charge_efficiency_ratio": "1.2"}, "0 到 1 之间的比例"),
        ("accounting", "", {"export_limit_ratio": "2"}, "0 到 1 之间的比例"),
        ("feeders", "F1", {"members": "E01, E01"}, "重复了：E01"),
        ("grid_tariffs", "GT-LARGE", {"market_fee_cny_per_kwh": "0.01"}, "要么都填，要么都不填"),
        ("grid_tariffs", "GT-LARGE", {"floating_items": "energy, air"}, "只能是：energy"),
        (
            "grid_tariffs",
            "GT-LARGE",
            {"near_site_load_factor_ratio": "0.6", "parts": "one-part"},
            "就近消纳项目按两部制",
        ),
        ("green_supplies", "GS-W01", {"price_by": "curve"}, "要填而且只填：曲线价格"),
        (
            "green_supplies",
            "GS-W01",
            {
                "price_by": "time-of-use",
                "price_cny_per_kwh": "",
                "prices_cny_per_kwh": "peak = 0.4",
            },
            "每种时段都要有价格",
        ),
        (
            "green_supplies",
            "GS-W01",
            {"price_by": "curve", "price_cny_per_kwh": "", "curve_cny_per_kwh": "0.4, 0.3"},
            "24 个（每小时）",
        ),
        ("green_supplies", "GS-PV01", {"plant": "W01"}, "只能有一份合同"),
        ("stations", "CS1", {"transformer_kva": ""}, "一起填，或者都不填"),
        ("media_meters", "N-E09", {"resolution_g": "1"}, "只填其中一项"),
        ("media_meters", "N-E09", {"counts_at_c": ""}, "四项状态"),
        ("media_meters", "N-E09", {"heat_kj_per_kg": "2700"}, "蒸汽"),
        ("log", "", {"quorum": "3"}, "不能超过"),
        ("park", "", {"time_zone": "Mars/Olympus"}, "没有这个时区"),
        ("park", "", {"latitude_deg": "200"}, "经纬度容易写反"),
    ],
)
def test_problem_in__tells_what_may_stand_there(
    kind: str, object_id: str, typed: dict[str, str], words: str
) -> None:
    found = problems(kind, object_id, typed)

    told = [problem_in(problem, "zh") for problem in found]
    assert any(words in each.words for each in told), (found, told)
    english = [problem_in(problem, "en") for problem in found]
    assert all(each.words and not each.foreign for each in [*told, *english])


def test_problem_in__an_asset_without_its_meter_is_told_by_name() -> None:
    text = small_park.PARK.replace(
        "[plants]",
        '[enterprises.E03]\nname_zh = "丙厂"\nname_en = "C"\nsector = "C30"\n'
        "voltage_kv = 10\ntransformer_kva = 500\n[plants]",
    )

    (problem,) = examine_park(text).problems[:1]
    assert problem_in(problem, "zh").words == "E03 还没有计量用电的表"
    assert place_in(problem, "en").startswith("enterprises.E03 · line ")


def test_problem_in__what_nobody_put_into_words_is_shown_as_it_is() -> None:
    problem = Problem(
        line=7, path=("parties", "X"), given="one", expected="another thing", remedy="change it"
    )

    for lang in LANGS:
        told = problem_in(problem, lang)
        assert told.words
        assert told.foreign == "given one, expected another thing, change it"
        assert _FOREIGN.search(told.foreign)
