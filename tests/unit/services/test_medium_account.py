"""Registers of gas, steam and water become lines of activity data; electricity never sees them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from verify_taihang import verify

import media_park
import small_park
from activity_kit import put, record
from carbon_kit import SOURCES, burnt_t, declared
from media_park import HOUR_S, hourly
from small_park import DAY, JUNE
from taihang.core.activity.record import METERED, ActivityRecord, Flow, Origin
from taihang.core.activity.version import judge_versions
from taihang.core.metering.readings import MeterEvent, MeterEventKind, ReadingBlock
from taihang.core.metering.vee.rule import Rule
from taihang.services.account import issue_statements
from taihang.services.act_log import log_acts
from taihang.services.audit import audit
from taihang.services.carbon_account import drafts as carbon_drafts
from taihang.services.certify import certify
from taihang.services.close_period import close_period
from taihang.services.collect import Collected
from taihang.services.correct import correct
from taihang.services.energy_account import drafts
from taihang.services.forms import forms
from taihang.services.medium_account import (
    UnknownMediumError,
    account_media,
    demand_known_media,
    medium_amounts,
    medium_findings,
)
from taihang.services.ports import Ports
from taihang.services.prove import LOG_KEY, prove
from taihang.services.restate import restate
from taihang.services.seal_day import seal_day
from taihang.services.settle import settle

GAS_CHOICE = '\n[energy_values.natural-gas]\nchoice = "min"\nsource = "assumed for tests"\n'
N_HOURS = 30 * 24
LINES = {
    ("E01", "natural-gas", "consumed"): ("86400", "m³"),  # 720 h × 12 counts × 100 L
    ("E01", "heat", "purchased"): ("1944", "GJ"),  # 720 h × 1 t × 2700 kJ/kg
    ("E01", "heat", "consumed"): ("1944", "GJ"),
    ("E02", "medium.fresh-water", "consumed"): ("6468.336", "t"),  # 720 × 9 m³ × 998.2 kg/m³
}
"""Worked out by hand from the rates below."""


def media(**more: ReadingBlock) -> list[ReadingBlock]:
    blocks = {
        "gas": hourly("N-E01", JUNE, per_h=1_200, first=media_park.MODULUS - 300_000),
        "steam": hourly("S-E01", JUNE, per_h=100, first=7),
        "water": hourly("W-E02", JUNE, per_h=900, first=0),
    }
    return [*(blocks | more).values()]


def fill(ports: Ports, blocks: Sequence[ReadingBlock], *events: MeterEvent) -> None:
    small_park.store(ports, [Collected("GW3", JUNE.end_s + 60, tuple(blocks), events)])


def latest(ports: Ports) -> dict[tuple[str, str, str], ActivityRecord]:
    return {each.series: each for each in ports.registry.activity_records()}


def energy_of_e01(ports: Ports) -> Mapping[str, Any]:
    return {each.subject: each.body for each in drafts("2026-06", ports=ports)}["E01"]


def but(block: ReadingBlock, counts: Mapping[int, int]) -> ReadingBlock:
    changed = block.counts.copy()
    for at, count in counts.items():
        changed[at] = count
    return replace(block, counts=changed)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return small_park.make(tmp_path / "park", media_park.PARK + GAS_CHOICE)


def test_account_media__a_month_is_one_line_a_medium_and_flow(root: Path) -> None:
    with small_park.opened(root) as ports:
        fill(ports, media())

        assert account_media(JUNE, ports=ports) == 4
        assert account_media(JUNE, ports=ports) == 0, "the same registers say nothing new"
        found = latest(ports)
        log_acts(ports=ports)
        assert [finding.what for finding in audit(ports=ports).findings] == []

    assert {key: (f"{line.amount:f}", line.unit) for key, line in found.items()} == LINES
    assert {line.origin for line in found.values()} == {Origin.METER}
    assert found["E01", "heat", "consumed"].id == "metered-E01-2026-06-heat-consumed"


def test_account_media__the_file_behind_a_line_opens_to_meter_registers_and_days(
    root: Path,
) -> None:
    with small_park.opened(root) as ports:
        fill(ports, media())
        account_media(JUNE, ports=ports)
        (sha256,) = latest(ports)["E02", "medium.fresh-water", "consumed"].evidence
        document: dict[str, Any] = json.loads(ports.evidence.read(sha256))

    (meter,) = document["meters"]
    assert (document["rule"], document["amount"]) == ("register-chain/v1", "6468.336")
    assert meter["from"] == {"count": 0, "hour": "W-E02@2026-05-31T16", "time_s": JUNE.start_s}
    assert (meter["to"]["count"], meter["steps"]) == (900 * N_HOURS, 9_000 * N_HOURS)
    assert meter["conversion"] == {"density_kg_per_m3": "998.2"}
    assert [day for day, _ in meter["days"]][::29] == ["2026-06-01", "2026-06-30"]
    of_days = sum(Decimal(amount) for _, amount in meter["days"])
    assert abs(of_days - Decimal("6468.336")) <= Decimal("0.0005") * 31


def test_account_media__other_registers_are_the_next_version(root: Path) -> None:
    water = media()[2]
    with small_park.opened(root) as ports:
        fill(ports, media())
        account_media(JUNE, ports=ports)
        last = replace(
            water,
            times_s=water.times_s[-1:],
            counts=water.counts[-1:] - 100,
            quality=water.quality[-1:],
        )
        small_park.revise(ports, last, sent_at_s=JUNE.end_s + 99)
        told = [where for where, _ in medium_findings(ports=ports)]

        assert account_media(JUNE, ports=ports) == 1
        line = latest(ports)["E02", "medium.fresh-water", "consumed"]
        assert [*medium_findings(ports=ports)] == []

    assert told == [f"activity {METERED}E02-2026-06-medium.fresh-water-consumed.v1"]
    assert (line.version, f"{line.amount:f}") == (2, "6467.338")
    assert line.reason == "its registers say otherwise: it was 6468.336 t and is 6467.338 t"


@pytest.mark.parametrize("edge", [0, N_HOURS])
def test_account_media__a_month_without_a_register_at_an_edge_is_not_known(
    root: Path, edge: int
) -> None:
    gas = small_park.but(media()[0], [edge])
    with small_park.opened(root) as ports:
        fill(ports, media(gas=gas))
        account_media(JUNE, ports=ports)
        found = latest(ports)
        body = energy_of_e01(ports)

    assert ("E01", "natural-gas", "consumed") not in found
    assert body["value"] is None
    lacks = [each for each in body["not_assessed"] if "N-E01" in str(each)]
    assert len(lacks) == 1


def test_account_media__a_hole_and_a_wrong_register_inside_cost_nothing(root: Path) -> None:
    gas = small_park.but(media()[0], range(100, 130))
    gas = but(gas, {300: 5, 400: 90_000_000})
    with small_park.opened(root) as ports:
        fill(ports, media(gas=gas))
        (amount,) = (
            each for each in medium_amounts(JUNE, ports=ports) if each.medium == "natural-gas"
        )

    assert amount.amount == Decimal(LINES["E01", "natural-gas", "consumed"][0])
    (part,) = amount.meters
    rules = [finding.rule for finding in part.findings]
    assert sorted(rules) == sorted([Rule.MISSING, Rule.ROLLOVER, Rule.RESET, Rule.RANGE])
    unknown = [day for day, of_day in part.days if of_day is None]
    assert unknown == ["2026-06-05", "2026-06-06"]


def test_account_media__tells_a_register_that_stands_still(root: Path) -> None:
    gas = media()[0]
    still = but(gas, {at: int(gas.counts[200]) for at in range(200, N_HOURS + 1)})
    with small_park.opened(root) as ports:
        fill(ports, media(gas=still))
        (amount,) = (
            each for each in medium_amounts(JUNE, ports=ports) if each.medium == "natural-gas"
        )

    assert Rule.STUCK in {finding.rule for finding in amount.meters[0].findings}


def test_account_media__a_swap_counts_what_both_meters_counted(root: Path) -> None:
    water = media()[2]
    at, fresh = 333, 77
    counts = water.counts.copy()
    final = int(counts[at])
    counts[at:] += fresh - final
    swap = MeterEvent("W-E02", MeterEventKind.SWAP, JUNE.start_s + at * HOUR_S, final, fresh)
    with small_park.opened(root) as ports:
        fill(ports, media(water=replace(water, counts=counts)), swap)
        account_media(JUNE, ports=ports)
        line = latest(ports)["E02", "medium.fresh-water", "consumed"]

    assert f"{line.amount:f}" == "6468.336"


def test_account_media__meters_that_follow_each_other_are_summed(tmp_path: Path) -> None:
    first = media_park.WATER.replace("998.2 }", "998.2, in_service = { until = 2026-06-11 } }")
    later = media_park.WATER.replace("W-E02", "W2-E02").replace(
        "998.2 }", "998.2, in_service = { since = 2026-06-11 } }"
    )
    root = small_park.make(tmp_path / "park", media_park.media_text(first, later))
    cut = 10 * 24 + 1
    water = media()[2]
    early = replace(
        water, times_s=water.times_s[:cut], counts=water.counts[:cut], quality=water.quality[:cut]
    )
    late = replace(
        water,
        point="W2-E02",
        times_s=water.times_s[cut - 1 :],
        counts=water.counts[cut - 1 :],
        quality=water.quality[cut - 1 :],
    )
    with small_park.opened(root) as ports:
        fill(ports, [early, late])
        account_media(JUNE, ports=ports)
        line = latest(ports)["E02", "medium.fresh-water", "consumed"]

    assert abs(line.amount - Decimal("6468.336")) <= Decimal("0.001")
    assert line.reason == "summed from the registers of W-E02, W2-E02"


def test_account_media__a_part_of_a_month_does_not_pass_for_the_whole(tmp_path: Path) -> None:
    late = media_park.WATER.replace("998.2 }", "998.2, in_service = { since = 2026-06-11 } }")
    root = small_park.make(tmp_path / "park", media_park.media_text(late))
    form = record("water", subject="E02", item="medium.fresh-water", amount="6500", unit="t")
    with small_park.opened(root) as ports:
        fill(ports, [media()[2]])
        put(ports, form)
        assert account_media(JUNE, ports=ports) == 0
        (amount,) = medium_amounts(JUNE, ports=ports)
        lines = forms("2026-06", ports=ports).lines

    assert amount.meters[0].amount == Decimal("4312.224")
    assert amount.amount is None
    assert lines == (form,)


def test_account_media__a_register_that_a_person_read_closes_the_month(root: Path) -> None:
    gas = media()[0]
    with small_park.opened(root) as ports:
        fill(ports, media(gas=small_park.but(gas, [N_HOURS])))
        account_media(JUNE, ports=ports)
        assert ("E01", "natural-gas", "consumed") not in latest(ports)
        correct(small_park.cut(gas, N_HOURS, N_HOURS + 1), reason="read", who="Li", ports=ports)

        assert account_media(JUNE, ports=ports) == 1
        line = latest(ports)["E01", "natural-gas", "consumed"]

    assert f"{line.amount:f}" == LINES["E01", "natural-gas", "consumed"][0]


def test_restate__late_registers_reach_the_line_and_the_issued_account(root: Path) -> None:
    water = media()[2]
    with small_park.opened(root) as ports:
        small_park.fill(ports, JUNE)
        fill(ports, media())
        close_period(JUNE, ports=ports)
        issue_statements(drafts("2026-06", ports=ports), period="2026-06", ports=ports)
        late = small_park.cut(water, N_HOURS, N_HOURS + 1)
        late = replace(late, counts=late.counts + 1_000)
        small_park.revise(ports, late, sent_at_s=JUNE.end_s + 99)
        changed = {each.now for each in restate(ports=ports).changed}
        log_acts(ports=ports)
        clean = audit(ports=ports).findings
        line = latest(ports)["E02", "medium.fresh-water", "consumed"]

    assert (line.version, f"{line.amount:f}") == (2, "6478.318")
    assert changed == {"energy-account.E02.2026-06.v2", "energy-account.park.2026-06.v2"}
    assert [finding.what for finding in clean] == []


def test_account_media__takes_back_what_no_register_says_any_more(root: Path) -> None:
    form = record("E01-06-gas", amount="9.1", unit="10⁴Nm³")
    gas = media()[0]
    with small_park.opened(root) as ports:
        fill(ports, media())
        account_media(JUNE, ports=ports)
        put(ports, form)
        gone = small_park.but(small_park.cut(gas, N_HOURS, N_HOURS + 1), [0])
        small_park.revise(ports, gone, sent_at_s=JUNE.end_s + 99)

        assert account_media(JUNE, ports=ports) == 1
        assert account_media(JUNE, ports=ports) == 0
        counting = [each for each in forms("2026-06", ports=ports).lines if each.item == form.item]
        assert counting == [form]
        back = small_park.cut(gas, N_HOURS, N_HOURS + 1)
        small_park.revise(ports, back, sent_at_s=JUNE.end_s + 199)
        assert account_media(JUNE, ports=ports) == 1
        line = latest(ports)["E01", "natural-gas", "consumed"]
        log_acts(ports=ports)
        assert [finding.what for finding in audit(ports=ports).findings] == []

    assert (line.version, line.withdrawn_by, f"{line.amount:f}") == (3, None, "86400")


def test_restate__late_registers_of_both_kinds_reach_both(root: Path) -> None:
    with small_park.opened(root) as ports:
        small_park.fill(ports, JUNE)
        fill(ports, media())
        close_period(JUNE, ports=ports)
        power = small_park.registers("M-E02", JUNE)
        odd = small_park.cut(power, 96, 97)
        odd = replace(odd, counts=odd.counts + 1)
        small_park.revise(ports, odd, sent_at_s=JUNE.end_s + 98)
        late = small_park.cut(media()[2], N_HOURS, N_HOURS + 1)
        late = replace(late, counts=late.counts + 1_000)
        small_park.revise(ports, late, sent_at_s=JUNE.end_s + 99)
        restate(ports=ports)
        line = latest(ports)["E02", "medium.fresh-water", "consumed"]

    assert (line.version, f"{line.amount:f}") == (2, "6478.318")


def test_inventory__burns_what_the_gas_meter_counted(root: Path) -> None:
    declared(root, SOURCES)
    with small_park.opened(root) as ports:
        fill(ports, media())
        account_media(JUNE, ports=ports)
        (draft,) = carbon_drafts("2026", ports=ports, subjects=["E01"])

    body = cast("Mapping[str, Any]", draft.body)
    (gas,) = [each for each in body["lines"] if "natural-gas" in each["code"]]
    assert (gas["quantity"], gas["unit"]) == ("8.64", "10⁴Nm³")
    expected = burnt_t("natural-gas", Fraction("8.64"))
    assert abs(Fraction(gas["t_co2e"]) - expected) < Fraction(1, 100_000)


def test_a_figure_opens_to_readings_that_a_stranger_proves(root: Path) -> None:
    """Account, line, file, hours: and what the hours show is what the file says."""
    with small_park.opened(root) as ports:
        fill(ports, media())
        account_media(JUNE, ports=ports)
        (line,) = [each for each in energy_of_e01(ports)["inputs"]["activities"] if "gas" in each]
        record_id, _, version = line.rpartition(".v")
        (found,) = [
            each
            for each in ports.registry.activity_records()
            if (each.id, str(each.version)) == (record_id, version)
        ]
        document: dict[str, Any] = json.loads(ports.evidence.read(found.evidence[0]))
        shown: list[str] = []
        for edge in ("from", "to"):
            register = document["meters"][0][edge]
            seal_day(datetime.fromtimestamp(register["time_s"], UTC).date(), ports=ports)
            data = prove(register["hour"], ports=ports)
            report = verify(data, ports.keys.signing_key(LOG_KEY).public)
            shown.append(report["shown"]["reading"][0].split(": ")[1].split(" ")[0])
        counts = [str(document["meters"][0][edge]["count"]) for edge in ("from", "to")]

    assert shown == counts
    turned = (int(counts[1]) - int(counts[0])) % media_park.MODULUS
    assert Decimal(turned) * 100 / 1000 == found.amount


# -- beside a form -------------------------------------------------------------------------------


@pytest.mark.parametrize("form_first", [True, False])
def test_a_form_beside_a_meter__does_not_count_and_is_asked_about(
    root: Path, *, form_first: bool
) -> None:
    form = record("E01-06-gas", amount="9.1", unit="10⁴Nm³")
    with small_park.opened(root) as ports:
        fill(ports, media())
        if form_first:
            put(ports, form)
        account_media(JUNE, ports=ports)
        if not form_first:
            put(ports, form)
        found = forms("2026-06", ports=ports)
        body = energy_of_e01(ports)

    gas = [line for line in found.lines if line.item == "natural-gas"]
    assert [line.origin for line in gas] == [Origin.METER]
    (beside,) = found.beside_media
    assert (beside.metered_amount, beside.difference) == (Decimal("8.64"), Decimal("0.46"))
    (question,) = [each for each in found.questions if "E01-06-gas" in each.lines]
    assert question.beside == "8.64 10⁴Nm³"
    lines = [each for each in body["lines"] if each["item"] == "natural-gas"]
    assert [(each["amount"], each["unit"], each["origins"]) for each in lines] == [
        ("86400", "m³", ["meter"])
    ]
    told = [each["en"] for each in body["not_assessed"] if "E01-06-gas" in str(each)]
    says = "the form E01-06-gas says 9.1 10⁴Nm³, the meters 8.64 10⁴Nm³, "
    assert told == [f"{says}difference +0.46 10⁴Nm³; the meters count"]


def test_a_form_beside_a_meter__that_agrees_is_not_asked_about(root: Path) -> None:
    with small_park.opened(root) as ports:
        fill(ports, media())
        account_media(JUNE, ports=ports)
        put(ports, record("E01-06-gas", amount="8.6", unit="10⁴Nm³"))
        found = forms("2026-06", ports=ports)

    assert [question.ask for question in found.questions] == []
    assert len(found.beside_media) == 1


def test_a_form_may_not_speak_as_a_meter() -> None:
    line = record(f"{METERED}E01-2026-06-natural-gas-consumed")

    (problem,) = judge_versions([(line, "A2")], held=[]).problems

    assert "only meters say metered-" in problem.expected


def test_a_form_of_a_metered_series_is_taken_in_and_two_forms_are_not(root: Path) -> None:
    with small_park.opened(root) as ports:
        fill(ports, media())
        account_media(JUNE, ports=ports)
        held = ports.registry.activity_records()

    one, two = record("one"), record("two")
    assert judge_versions([(one, "A2")], held=held).new == (one,)
    assert len(judge_versions([(one, "A2"), (two, "A3")], held=held).problems) == 2


# -- electricity is untouched --------------------------------------------------------------------


def _electricity(ports: Ports) -> dict[str, Any]:
    tables = ("intervals", "balance", "matching", "lots", "quality", "findings")
    return {
        f"{name} {'/'.join(key)} {column}": values.tolist()
        for name in tables
        for key, rows in ports.lake.read(name).items()
        for column, values in rows.items()
    }


@settings(max_examples=6, deadline=None)
@given(
    counts=st.lists(st.integers(0, media_park.MODULUS - 1), min_size=25, max_size=25),
    point=st.sampled_from(sorted(media_park.UNITS)),
)
def test_electricity__never_sees_another_medium_whatever_it_counts(
    tmp_path_factory: pytest.TempPathFactory, counts: list[int], point: str
) -> None:
    folder = tmp_path_factory.mktemp("parks")
    found: list[dict[str, Any]] = []
    for name in ("with", "without"):
        text = media_park.PARK if name == "with" else media_park.PARK.partition("[gateways.GW3]")[0]
        with small_park.opened(small_park.make(folder / name, text)) as ports:
            small_park.fill(ports, DAY)
            if name == "with":
                block = media_park.media_block(point, DAY.start_s, counts)
                small_park.store(ports, [Collected("GW3", DAY.end_s + 60, (block,))])
            settle(DAY, ports=ports)
            certify(DAY, ports=ports)
            found.append(_electricity(ports))

    assert found[0] == found[1]
    assert len(found[0]) > 20


def test_electricity__statements_and_bills_of_a_month_are_the_same(tmp_path: Path) -> None:
    bodies: list[dict[str, str]] = []
    for name in ("with", "without"):
        text = media_park.PARK if name == "with" else media_park.PARK.partition("[gateways.GW3]")[0]
        with small_park.opened(small_park.make(tmp_path / name, text)) as ports:
            small_park.fill(ports, small_park.AUGUST)
            if name == "with":
                gas = hourly("N-E01", small_park.AUGUST, per_h=1_200, first=5)
                small_park.store(ports, [Collected("GW3", small_park.AUGUST.end_s + 60, (gas,))])
            close_period(small_park.AUGUST, ports=ports)
            bodies.append(
                {each.id: each.document for each in ports.registry.latest_statements("2026-08")}
            )

    assert bodies[0] == bodies[1]
    assert any(each.startswith("bill.") for each in bodies[0])


# -- what may stand in the park file -------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"natural-gas"', '"natural-gaz"'),
        ('"medium.fresh-water"', '"natural-gas"'),
    ],
)
def test_demand_known_media__refuses_what_no_table_knows(
    tmp_path: Path, old: str, new: str
) -> None:
    text = media_park.PARK.replace(old, new)
    root = small_park.make(tmp_path / "park", media_park.PARK)
    with small_park.opened(root) as ports:
        demand_known_media(ports=ports)
        park = ports.read_park(text)
        with pytest.raises(UnknownMediumError, match="E0"):
            demand_known_media(ports=replace(ports, park=park))


def test_medium_findings__names_a_line_that_no_register_says(root: Path) -> None:
    planted = replace(
        record(f"{METERED}E01-2026-06-natural-gas-consumed"),
        origin=Origin.METER,
        flow=Flow.CONSUMED,
    )
    with small_park.opened(root) as ports:
        put(ports, planted)
        (finding,) = medium_findings(ports=ports)
        fill(ports, media())
        (altered,) = medium_findings(ports=ports)

    assert "no register says" in finding[1]
    assert "altered" in altered[1]


def test_days__are_local(root: Path) -> None:
    with small_park.opened(root) as ports:
        fill(ports, media())
        (amount, *_) = medium_amounts(JUNE, ports=ports)

    assert len(amount.meters[0].days) == 30
    assert amount.meters[0].period.end - amount.meters[0].period.start == timedelta(days=30)
    assert np.all([of_day == Decimal(2880) for _, of_day in amount.meters[0].days])
