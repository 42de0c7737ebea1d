"""A form is taken back: nothing is erased, nothing comes back by itself, and accounts follow."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

import small_park
from carbon_kit import SOURCES, declared
from taihang.adapters.forms.read_csv import read_csv
from taihang.core.activity.book import ActivityBook
from taihang.core.activity.form import FormRefusedError
from taihang.core.activity.record import Flow
from taihang.interfaces.form_words import form_words
from taihang.services import carbon_account
from taihang.services.account import issue_statements
from taihang.services.audit import audit
from taihang.services.forms import forms
from taihang.services.hand_in import HandedFile, HandedIn, hand_in
from taihang.services.ports import Ports
from taihang.services.withdraw import (
    UnknownFormError,
    UnsignedWithdrawalError,
    Withdrawn,
    withdraw_form,
)

YEAR = "2025"
HEAD = "编号,主体,期间,项目,流向,数量,单位,版本,说明\n"
COAL = "coal,E01,2025,无烟煤,消费,1000,吨,,\n"
OIL = "oil,E01,2025,柴油,消费,50,吨,,\n"


def file_of(*rows: str) -> HandedFile:
    return HandedFile("表.csv", (HEAD + "".join(rows)).encode())


def take(ports: Ports, *rows: str) -> HandedIn:
    file = file_of(*rows)
    sheet = read_csv(file.data, name=file.name)
    return hand_in(file, sheet, evidence=(), words=form_words(), ports=ports)


def back(ports: Ports, *rows: str, who: str = "Li Wei", reason: str = "wrong site") -> Withdrawn:
    return withdraw_form(file_of(*rows), who=who, reason=reason, ports=ports)


def counting(ports: Ports) -> list[str]:
    book = ActivityBook(ports.registry.activity_records())
    return [f"{one.id}.v{one.version}" for one in book.lines(period=YEAR)]


def test_withdraw_form__leaves_nothing_counting_and_erases_nothing(root: Path) -> None:
    with small_park.opened(root) as ports:
        take(ports, COAL, OIL)
        before = ports.registry.activity_lines()

        done = back(ports, COAL, OIL)

        assert [f"{one.id}.v{one.version}" for one in done.new] == ["coal.v2", "oil.v2"]
        assert counting(ports) == []
        assert ports.registry.activity_lines()[:2] == before
        found = forms(YEAR, ports=ports)
        assert [(one.id, one.withdrawn_by, one.reason) for one in found.withdrawn] == [
            ("coal", "Li Wei", "wrong site"),
            ("oil", "Li Wei", "wrong site"),
        ]
        assert audit(ports=ports).is_clean


def test_withdraw_form__again_is_the_same_act(root: Path) -> None:
    with small_park.opened(root) as ports:
        take(ports, COAL)
        back(ports, COAL)
        n_lines, size = len(ports.registry.activity_lines()), ports.journal.size

        again = back(ports, COAL)

        assert (again.new, [one.id for one in again.known], again.n_restated) == ((), ["coal"], 0)
        assert (len(ports.registry.activity_lines()), ports.journal.size) == (n_lines, size)


def test_withdraw_form__keeps_what_another_form_has_said_again(root: Path) -> None:
    with small_park.opened(root) as ports:
        take(ports, COAL, OIL)
        take(ports, "coal,E01,2025,无烟煤,消费,900,吨,2,读错\n")

        done = back(ports, COAL, OIL)

        assert [one.id for one in done.kept] == ["coal"]
        assert counting(ports) == ["coal.v2"]


def test_withdraw_form__an_old_form_brings_nothing_back(root: Path) -> None:
    with small_park.opened(root) as ports:
        take(ports, COAL)
        back(ports, COAL)

        with pytest.raises(FormRefusedError, match="Li Wei withdrew"):
            take(ports, COAL)
        take(ports, "coal,E01,2025,无烟煤,消费,800,吨,3,重新核对\n")

        assert counting(ports) == ["coal.v3"]


def test_withdraw_form__frees_the_period_for_a_line_of_another_id(root: Path) -> None:
    with small_park.opened(root) as ports:
        take(ports, COAL)
        with pytest.raises(FormRefusedError, match="one line a period"):
            take(ports, COAL.replace("coal", "other"))
        back(ports, COAL)

        take(ports, COAL.replace("coal", "other"))

        assert counting(ports) == ["other.v1"]


def test_withdraw_form__restates_what_rested_on_it_and_says_why(root: Path) -> None:
    with small_park.opened(declared(root, SOURCES)) as ports:
        take(ports, COAL, OIL)
        issue_statements(carbon_account.drafts(YEAR, ports=ports), period=YEAR, ports=ports)

        done = back(ports, COAL, OIL)

        now = ports.registry.statement(f"inventory.E01.{YEAR}")
        was = ports.registry.statement(f"inventory.E01.{YEAR}.v1")
        body = json.loads(now.document)
        assert (done.n_restated, now.version) == (1, 2)
        assert "activity coal: v1 → –" in body["reason"]
        assert Decimal(json.loads(was.document)["scope1_t"]) > 0
        # Nothing is assessed any more: no total, and each source is named below.
        assert (body["assessed_t"], body["value"]) == ("0", None)
        assert {("anthracite", "no-data"), ("diesel", "no-data")} <= {
            (gap["what"], gap["reason"]) for gap in body["not_assessed"]
        }
        assert audit(ports=ports).is_clean


def test_withdraw_form__of_a_file_that_nobody_handed_in(root: Path) -> None:
    with small_park.opened(root) as ports:
        take(ports, COAL)
        with pytest.raises(UnknownFormError):
            back(ports, COAL.replace("1000", "1000.0"))
        assert counting(ports) == ["coal.v1"]


@pytest.mark.parametrize(
    ("who", "reason"), [("", "x"), ("x", " "), ("x" * 65, "x"), ("x", "y" * 513), ("a\nb", "x")]
)
def test_withdraw_form__wants_who_and_why(who: str, reason: str, root: Path) -> None:
    with small_park.opened(root) as ports:
        take(ports, COAL)
        with pytest.raises(UnsignedWithdrawalError):
            back(ports, COAL, who=who, reason=reason)
        assert [one.flow for one in ports.registry.activity_records()] == [Flow.CONSUMED]
