"""Where the cause of an alarm is seen: each page and each figure that is named can be opened."""

from pathlib import Path

import pytest

import alarm_kit
import small_park
from alarm_kit import day_at
from taihang.config.park_file import read_park
from taihang.config.templates import template_text
from taihang.core.alarm.condition import Cause, CauseKind, found
from taihang.core.alarm.rule import AlarmRule
from taihang.interfaces.web.pages.alarms.place import cause_address
from taihang.services.alarms import alarms
from taihang.services.open_figure import open_figure

PARK = read_park(template_text("changzhi"), source="changzhi")
AT_S = 1_790_784_000
"""2026-10-01 00:00 in Changzhi [s]."""


@pytest.mark.parametrize(
    ("rule", "kind", "id_", "address"),
    [
        (AlarmRule.PLAN_MISSING, CauseKind.PLAN, "2026-10-01", "/dispatch/?day=2026-10-01"),
        (AlarmRule.GATEWAY_SILENT, CauseKind.GATEWAY, "GW1", "/trust#gateways-head"),
        (AlarmRule.QUALITY_POOR, CauseKind.GATEWAY, "GW1", "/trust#heat-head"),
        (AlarmRule.LOG_UNPUBLISHED, CauseKind.LOG, "", "/trust#log-head"),
        (AlarmRule.SETTLEMENT_LATE, CauseKind.BALANCE, "", "/trust#heat-head"),
        (AlarmRule.CERTIFICATE_OWED, CauseKind.PLANT, "PV01", "/assets/PV01/"),
        (AlarmRule.GAP_OPEN, CauseKind.METER, "M-E17", "/figure/coverage/M-E17/2026-10"),
        (
            AlarmRule.REGISTER_BACKWARDS,
            CauseKind.METER,
            "M-E17",
            "/figure/meter/M-E17/2026-10-01/7",
        ),
        (AlarmRule.RATING_EXCEEDED, CauseKind.USER, "E17", "/figure/demand/E17/2026-10"),
        (AlarmRule.RATING_EXCEEDED, CauseKind.GRID, "G1", "/figure/demand/G1/2026-10"),
        (AlarmRule.RATING_EXCEEDED, CauseKind.GRID, "F1", ""),
        (
            AlarmRule.QUOTA,
            CauseKind.STATEMENT,
            "quota.E17.2026.v1",
            "/figure/statement/quota.E17.2026.v1/lines/Q1/used",
        ),
        (
            AlarmRule.MONEY_OPEN,
            CauseKind.STATEMENT,
            "bill-closure.park.2026-10.v1",
            "/figure/statement/bill-closure.park.2026-10.v1/value",
        ),
        (AlarmRule.LOSSES_HIGH, CauseKind.BALANCE, "", "/figure/flow/losses/2026-10-01"),
        (AlarmRule.BALANCE_BROKEN, CauseKind.BALANCE, "", "/figure/closure/park/2026-10-01"),
        (AlarmRule.DEMAND_OVER, CauseKind.BALANCE, "", "/figure/flow/import/2026-10-01"),
        (AlarmRule.EXPORT_OVER, CauseKind.BALANCE, "", "/figure/ratio/R_exp/2026"),
        (AlarmRule.DISK_FULL, CauseKind.DISK, "", ""),
    ],
)
def test_address__is_of_the_page_or_the_figure_that_tells_the_cause(
    rule: AlarmRule, kind: CauseKind, id_: str, address: str
) -> None:
    condition = found(rule, "Q1", AT_S, cause=Cause(kind, id_))

    assert cause_address(condition, park=PARK, journal_size=7) == address


def test_figures__of_alarms_of_a_park_can_all_be_opened(root: Path) -> None:
    with small_park.opened(root) as ports:
        alarm_kit.troubled(ports)
        size = ports.journal.size
        addresses = [
            cause_address(each.condition, park=ports.park, journal_size=size)
            for each in alarms(ports=ports, at=day_at(31, 23)).alarms
        ]
        keys = {each.removeprefix("/figure/") for each in addresses if "figure" in each}

        assert keys
        for key in keys:
            assert open_figure(key, ports=ports).key == key
