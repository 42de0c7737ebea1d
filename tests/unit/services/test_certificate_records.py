"""Views over the ledger hold nothing of their own: energy by state agrees with it to the Wh."""

from dataclasses import replace
from pathlib import Path

import pytest

import small_park
from ledger_books import NOW_S
from lot_park import SOLD, TEXT, USED, given, made
from taihang.core.certificates.act import Claim
from taihang.core.certificates.act import Withdraw as Withdrawal
from taihang.services.certificate_records import (
    UnknownDeviceError,
    Wanted,
    gec_texts,
    gec_view,
    granular_view,
)
from taihang.services.ports import Ports
from taihang.standards.energytag import Configuration
from taihang.standards.nea_2024_67 import GecKind

WANTED = Wanted(month="2026-06", holder=None, configuration=Configuration.SIDE_BY_SIDE, step_s=3600)


def whole_claim(ports: Ports) -> None:
    (done,) = given(
        ports,
        Claim(
            id="c",
            actor="E01",
            at_s=NOW_S,
            purpose="2026 disclosure",
            beneficiary="E01",
            period="2026-06",
            wh=USED.total_wh,
            pieces=(),
        ),
    )
    assert done.refusal is None


def test_gec_view__has_the_energy_of_the_ledger_by_state(tmp_path: Path) -> None:
    with small_park.opened(made(tmp_path / "park")) as ports:
        whole_claim(ports)

        used, sold = gec_view(ports=ports)

    assert (used.energy.kind, used.energy.by_state_wh) == (
        GecKind.NON_TRADABLE,
        {"claimed": USED.total_wh},
    )
    assert (sold.energy.kind, sold.energy.by_state_wh) == (
        GecKind.TRADABLE,
        {"held": SOLD.total_wh},
    )


def test_gec_view__what_was_withdrawn_makes_no_certificate(tmp_path: Path) -> None:
    with small_park.opened(made(tmp_path / "park", [SOLD])) as ports:
        (whole,) = ports.registry.certificates.certificates(SOLD.id)
        given(
            ports,
            Withdrawal(id="w", actor="park", at_s=NOW_S, reason="fault", pieces=(whole.piece,)),
        )

        assert gec_view(ports=ports) == ()


def test_gec_texts__leave_open_what_park_toml_does_not_say(tmp_path: Path) -> None:
    with small_park.opened(made(tmp_path / "park", [SOLD], text=small_park.PARK)) as ports:
        (line,) = gec_view(ports=ports)
        texts = gec_texts(line, park=ports.park)
        gone = gec_texts(line, park=replace(ports.park, plants={}))

    assert (texts["project_code"], texts["commissioned"]) == ("", "")
    assert (gone["device_id"], gone["device_name"], gone["technology"]) == ("PV01", "PV01", "")


def test_granular_view__without_a_day_of_commissioning_makes_no_record(tmp_path: Path) -> None:
    text = TEXT.replace("commissioned = 2024-12-20, ", "")
    with (
        small_park.opened(made(tmp_path / "park", text=text)) as ports,
        pytest.raises(UnknownDeviceError, match="PV01"),
    ):
        granular_view(WANTED, ports=ports)


def test_granular_view__of_a_month_without_issues_is_empty(tmp_path: Path) -> None:
    with small_park.opened(made(tmp_path / "park")) as ports:
        assert granular_view(replace(WANTED, month="2026-01"), ports=ports) == ()
