"""The words of data and trust, in both languages."""

from dataclasses import replace
from datetime import date
from typing import Any, cast

import numpy as np
import pytest

from taihang.core.metering.estimate.shapes import Method
from taihang.core.metering.vee.rule import Rule
from taihang.core.seal.gateway_key import GatewayKey
from taihang.core.seal.trail import Outcome, TrailRecord
from taihang.core.series import Quality
from taihang.interfaces.catalogue import LANGS, Lang
from taihang.interfaces.web.pages.trust.build import TrustView
from taihang.interfaces.web.pages.trust.page import (
    TrailShown,
    edit_row,
    gap_row,
    page_context,
    rule_words,
    verdicts,
)
from taihang.services.coverage import Coverage, MeterDays
from taihang.services.edit_log import Edit, EditGroup
from taihang.services.gaps import Gap, Gaps
from taihang.services.gateway_states import GatewayState
from taihang.services.log_standing import LogStanding, WitnessStanding
from taihang.services.quality import GatewayClock
from trail_kit import entry

ZONE = "Asia/Shanghai"
KEY = GatewayKey(1, bytes(32), 1_790_000_000)
GATEWAY = GatewayState(
    id="GW1",
    n_meters=3,
    n_batches=10,
    last_counter=10,
    skipped=(),
    n_skipped=0,
    last_sent_s=1_790_000_000,
    last_received_s=1_790_000_060,
    clock=GatewayClock(gateway="GW1", ahead_s=0, is_wrong=False),
    key=KEY,
    n_keys=1,
)
LOG = LogStanding(
    origin="taihang/x",
    size=1_000,
    root="ab" * 32,
    last_at_s=1_790_000_000,
    keys=("cd" * 32,),
    quorum=None,
    witnesses=(),
    published_size=None,
    published_at_s=None,
    notes=("note",),
)
WATCHED = replace(
    LOG,
    quorum=1,
    witnesses=(WitnessStanding("w", "grid", "ef" * 32, 1_790_000_000),),
    published_size=990,
    published_at_s=1_790_000_000,
)


def coverage(*, measured: int, missing: int) -> Coverage:
    counts = {quality: np.zeros(1, np.int64) for quality in Quality}
    counts[Quality.MEASURED] = np.array([measured])
    counts[Quality.MISSING] = np.array([missing])
    meter = MeterDays("M1", "E01", counts, np.zeros(1, np.int64))
    return Coverage((date(2026, 6, 1),), (meter,), np.ones(1, np.bool_))


VIEW = TrustView(
    zone=ZONE,
    coverage=coverage(measured=95, missing=1),
    gaps=Gaps((Gap("M1", 1_790_000_100, 1_790_001_000, Quality.MISSING, Method.NONE, ()),)),
    gateways=(GATEWAY,),
    clock_limit_s=2,
    log=LOG,
    edits=(
        Edit(group=EditGroup.KEYS, kind="key-revoked", at_s=1_790_000_000, leaf=7, subject="g#1"),
        Edit(group=EditGroup.PARK, kind="new-kind", at_s=0, leaf=None, subject="x"),
    ),
    entries=((7, "AA=="),),
)
TRAIL = TrailShown([TrailRecord(3, bytes(32), entry(3))], 4, 4)


def states(view: TrustView, trail: TrailShown | None = None) -> list[str]:
    return [verdict.state for verdict in verdicts(view, trail=trail, lang="en")]


def test_verdicts__answer_for_each_part() -> None:
    assert states(VIEW) == ["met", "met", "met", "undefined"]
    assert states(VIEW, TRAIL)[-1] == "met"
    assert states(VIEW, replace(TRAIL, sealed=1))[-1] == "undefined"


def test_verdicts__say_what_cannot_be_relied_upon() -> None:
    skipping = replace(GATEWAY, skipped=((3, 4),), n_skipped=2)
    fast = replace(GATEWAY, clock=GatewayClock(gateway="GW1", ahead_s=70, is_wrong=True))

    assert states(replace(VIEW, coverage=coverage(measured=90, missing=6)))[0] == "missed"
    assert states(replace(VIEW, coverage=Coverage((), ())))[0] == "undefined"
    assert states(replace(VIEW, gateways=(skipping,)))[1] == "missed"
    assert states(replace(VIEW, gateways=()))[1:3] == ["undefined", "undefined"]
    assert states(replace(VIEW, gateways=(fast,)))[2] == "missed"
    assert states(replace(VIEW, clock_limit_s=None))[2] == "undefined"
    assert states(replace(VIEW, log=WATCHED))[3] == "met"
    absent = replace(WATCHED.witnesses[0], cosigned_at_s=None)
    assert states(replace(VIEW, log=replace(WATCHED, witnesses=(absent,))))[3] == "missed"
    assert states(replace(VIEW, log=replace(WATCHED, published_size=None)))[3] == "missed"


@pytest.mark.parametrize("lang", LANGS)
def test_page_context__is_finished_words_in_both_languages(lang: Lang) -> None:
    context = page_context(
        replace(VIEW, log=WATCHED), lang=lang, group=None, trail=TRAIL, opens=True
    )

    rows = cast("list[dict[str, Any]]", context["gateway_rows"])
    assert rows[0]["key"] == {"zh": "第 1 把，2026-09-21 起", "en": "no. 1, since 2026-09-21"}[lang]
    months = cast("list[dict[str, Any]]", context["month_rows"])
    assert months[0]["cells"] == [{"words": "99.0", "sort": "0.989583", "tone": "bad"}]
    trail = cast("list[dict[str, Any]]", context["trail_rows"])
    assert trail[0]["why"] == "因为 3"
    assert trail[0]["tone"] == "ok"
    data = cast("dict[str, Any]", context["page_data"])
    assert data["chain"]["quorum"] == 1
    assert data["chain"]["entries"] == [[7, "AA=="]]
    assert len(data["texts"]) > 20


def test_page_context__of_one_group_shows_its_edits_and_counts_all() -> None:
    context = page_context(VIEW, lang="en", group=EditGroup.KEYS, trail=None, opens=False)

    rows = cast("list[dict[str, Any]]", context["edit_rows"])
    groups = cast("list[dict[str, Any]]", context["groups"])
    assert [row["subject"] for row in rows] == ["g#1"]
    assert [(each["code"], each["n"], each["is_here"]) for each in groups] == [
        ("park", 1, False),
        ("keys", 1, True),
    ]
    assert context["trail_rows"] == []


def test_gap_row__says_why_and_what_stands_in() -> None:
    lost = gap_row(VIEW.gaps.found[0], ZONE, "en")
    wrong = Gap("M", 0, 900, Quality.ESTIMATED, Method.LIKE_DAY, (Rule.RANGE, Rule.SPIKE))
    filled = gap_row(wrong, ZONE, "en")

    assert lost["reason"] == "no reading came"
    assert cast("dict[str, str]", lost["quality"])["tone"] == "bad"
    assert filled["reason"] == "beyond range or rating; a spike"
    assert filled["method"] == "like days, like-day/v1"


@pytest.mark.parametrize("lang", LANGS)
def test_rule_words__has_words_for_every_rule(lang: Lang) -> None:
    assert len({rule_words(rule, lang) for rule in Rule}) == len(Rule)


def test_edit_row__a_kind_without_words_is_shown_as_it_is() -> None:
    known, new = (edit_row(edit, ZONE, "en") for edit in VIEW.edits)

    assert (known["kind"], known["leaf"], known["at"]) == ("key revoked", "7", "2026-09-21 22:13")
    assert (new["kind"], new["leaf"], new["at"]) == ("new-kind", "", "—")


def test_gateway_rows__name_what_never_came() -> None:
    many = replace(GATEWAY, skipped=((1, 1), (3, 9)), n_skipped=40, key=None)

    context = page_context(
        replace(VIEW, gateways=(many,)), lang="en", group=None, trail=None, opens=False
    )

    (row,) = cast("list[dict[str, Any]]", context["gateway_rows"])
    assert row["skipped"] == "1, 3 … 9 …"
    assert (row["skipped_tone"], row["key"], row["key_tone"]) == ("bad", "all revoked", "bad")


def test_trail_rows__every_outcome_has_its_tone() -> None:
    records = [TrailRecord(n, bytes(32), entry(n, outcome=each)) for n, each in enumerate(Outcome)]

    context = page_context(
        VIEW, lang="en", group=None, trail=TrailShown(records, 4, 0), opens=False
    )

    rows = cast("list[dict[str, Any]]", context["trail_rows"])
    assert [row["tone"] for row in rows] == ["none", "ok", "warn", "bad"]


def test_page_context__opens_figures_for_those_who_may() -> None:
    again = Edit(
        group=EditGroup.STATEMENTS, kind="restated", at_s=5, leaf=1, subject="bill.E01.2026-08.v2"
    )
    view = replace(VIEW, edits=(again, *VIEW.edits))

    may, not_ = (
        page_context(view, lang="en", group=None, trail=None, opens=opens)
        for opens in (True, False)
    )

    def keys(context: dict[str, object], rows: str) -> list[str]:
        return [row["key"] for row in cast("list[dict[str, Any]]", context[rows])]

    assert keys(may, "gap_rows") == ["meter/M1/2026-09-21/1000"]
    assert keys(may, "edit_rows") == ["statement/bill.E01.2026-08.v2/value", "", ""]
    assert set(keys(not_, "gap_rows") + keys(not_, "edit_rows")) == {""}
