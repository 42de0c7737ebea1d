"""The pages of reports: issue, sign, schedule; who sees what; what a code tells anybody."""

import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import cast

import pytest

import small_park
from asgi_client import Answer, ask
from page_forms import Writer, secret_of
from report_desk import settled
from taihang.core.access.role import Role
from taihang.interfaces.asgi import AsgiApplication
from taihang.interfaces.catalogue import LANGS, Lang, text
from taihang.interfaces.web.app import create_application
from taihang.interfaces.web.pages.reports.writes import new_act_id
from taihang.interfaces.web.park_source import ParkSource
from taihang.services.ports import Ports
from taihang.services.report_code import codes_of
from taihang.services.report_issue import IssuedReport, figures_of, read_shelf, report_named
from taihang.services.report_schedule import schedules

MONTH = "2026-08"
PARK = f"report.park.{MONTH}.v1"
OWN = f"report.E01.{MONTH}.v1"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A park that is settled for August."""
    made = small_park.make(tmp_path_factory.mktemp("pages") / "park")
    with small_park.opened(made) as ports:
        settled(ports)
    return made


@pytest.fixture(scope="module")
def source(root: Path) -> Iterator[ParkSource]:
    """Its source of pages."""
    found = ParkSource(root)
    yield found
    found.accounts.close()


@pytest.fixture(scope="module")
def app(source: ParkSource) -> AsgiApplication:
    """Its pages."""
    return create_application(source)


@pytest.fixture(scope="module")
def accountant(app: AsgiApplication, source: ParkSource) -> Writer:
    """Who issues and signs."""
    return Writer(app, source.accounts, (Role.ACCOUNTANT,))


def enterprise(app: AsgiApplication, source: ParkSource, own: str) -> Writer:
    """Return somebody of one enterprise."""
    return Writer(app, source.accounts, (Role.ENTERPRISE_USER,), own)


def issue_fields(subject: str, *, act: str = "") -> dict[str, str | list[str]]:
    """Return the fields of the form that issues."""
    return {
        "act": act or new_act_id(),
        "period": MONTH,
        "subject": subject,
        "lang": ["zh", "en"],
        "form": ["html", "csv"],
        "floor": "95",
        "reason": "for the committee",
    }


@pytest.fixture(scope="module")
def issued(accountant: Writer, root: Path) -> IssuedReport:
    """The report of the park, issued by the form; and one of an enterprise."""
    for subject in ("park", "E01"):
        sent = accountant.send("/reports/", "/reports/issue", issue_fields(subject))
        assert sent.status == 303, sent.text
    return found(root, PARK)


def found(root: Path, name: str) -> IssuedReport:
    """Return a report of the park."""
    with small_park.opened(root, writing=False) as ports:
        return report_named(name, ports=ports)


def words_of(answer: Answer) -> str:
    """Return what a page says."""
    return re.sub(r"<[^>]+>", " ", answer.text)


@pytest.mark.parametrize("lang", LANGS)
def test_reports_page__lists_what_was_issued_with_its_code(
    lang: Lang, issued: IssuedReport, accountant: Writer
) -> None:
    page = accountant.open(f"/reports/?lang={lang}")

    assert page.status == 200
    assert issued.code in page.text
    assert f'href="/reports/{PARK}/"' in page.text
    assert text("reports_page.state.draft", lang) in words_of(page)


def test_issue__the_same_form_twice_is_one_act(accountant: Writer, root: Path) -> None:
    fields = issue_fields("E02", act="form-once")
    first = accountant.send("/reports/", "/reports/issue", fields)
    second = accountant.send("/reports/", "/reports/issue", fields)

    assert (first.status, second.status) == (303, 302)
    assert first.headers["location"] == f"/reports/report.E02.{MONTH}.v1/?done=issued"
    with small_park.opened(root, writing=False) as ports:
        ids = [each.id for each in read_shelf(ports=ports).reports if each.subject == "E02"]
        acts = [*ports.trail.entries(kind="report-issue")]
    assert ids == [f"report.E02.{MONTH}.v1"]
    of_e02 = [each.entry for each in acts if each.entry.subject == f"report.E02.{MONTH}"]
    assert [each.outcome.value for each in of_e02] == ["begun", "done"]
    assert {each.actor for each in of_e02} == {"accountant"}


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [
        ("period", "2026-13", 422),
        ("period", "2026-10-01", 409),
        ("subject", "E99", 409),
        ("form", "exe", 422),
        ("lang", "", 422),
        ("floor", "x", 422),
        ("reason", "", 422),
        ("reason", "x" * 201, 422),
        ("act", "", 422),
    ],
)
def test_issue__refuses_what_cannot_be_issued_and_says_why(
    name: str, value: str, status: int, accountant: Writer
) -> None:
    fields = {**issue_fields("park"), name: value}
    answer = accountant.send("/reports/", "/reports/issue", fields)

    assert answer.status == status
    assert "data-failed" in answer.text or "failure" in answer.text


def test_sign__three_people_approve_and_the_copies_bear_them(
    issued: IssuedReport, app: AsgiApplication, source: ParkSource, root: Path
) -> None:
    people = [
        (Role.ACCOUNTANT,),
        (Role.ACCOUNTANT, Role.REGULATOR),
        (Role.ACCOUNTANT, Role.WITNESS),
    ]
    page = f"/reports/{PARK}/"
    for step, roles in zip(("prepared", "checked", "verified"), people, strict=True):
        who = Writer(app, source.accounts, roles)
        fields = {
            "act": new_act_id(),
            "report": PARK,
            "step": step,
            "role": "office",
            "reason": "compared with the bills",
        }
        assert who.send(page, "/reports/sign", fields).status == 303
    same = Writer(app, source.accounts, people[0])
    shown = same.open(f"{page}?lang=en")
    copies = re.findall(r'href="(/reports/file/[^"]+signed-1[^"]+csv)"', shown.text)

    assert text("reports_page.state.verified", "en") in words_of(shown)
    assert "compared with the bills" in words_of(shown)
    assert len(copies) == 2
    assert "accountant+witness" in same.open(copies[0]).text
    assert found(root, PARK).code == issued.code


def test_sign__the_same_person_is_refused_a_second_step(accountant: Writer) -> None:
    page = f"/reports/{OWN}/"
    fields = {"report": OWN, "role": "office", "reason": "looked at"}
    first = accountant.send(
        page, "/reports/sign", {**fields, "act": new_act_id(), "step": "prepared"}
    )
    second = accountant.send(
        page, "/reports/sign", {**fields, "act": new_act_id(), "step": "checked"}
    )

    assert (first.status, second.status) == (303, 422)
    assert "input.same-person" in second.text


def test_schedule__is_set_and_stopped_with_who_and_why(accountant: Writer, root: Path) -> None:
    fields = {
        "act": new_act_id(),
        "schedule": "park-daily",
        "cadence": "day",
        "subject": "park",
        "lang": ["zh"],
        "form": ["pdf", "xlsx"],
        "recipient": "the committee",
        "since": "2026-08-30",
        "due_days": "1",
        "due_at": "07:30",
        "floor": "90",
        "reason": "asked for",
    }
    assert accountant.send("/reports/", "/reports/schedule", fields).status == 303
    with small_park.opened(root, writing=False) as ports:
        set_ = schedules(ports=ports)["park-daily"]
    stop = {"act": new_act_id(), "schedule": "park-daily", "reason": "no more", "stop": "1"}
    listed = accountant.open("/reports/?lang=en")
    assert accountant.send("/reports/", "/reports/schedule", stop).status == 303
    with small_park.opened(root, writing=False) as ports:
        stopped = schedules(ports=ports)["park-daily"]

    assert (set_.who, set_.reason) == ("accountant", "asked for")
    assert (set_.schedule.due_minute, set_.schedule.formats) == (450, ("pdf", "xlsx"))
    assert "park-daily" in listed.text
    assert "2026-08-30" in words_of(listed)
    assert not stopped.schedule.is_active


@pytest.mark.parametrize(
    ("name", "value"), [("due_at", "25:00"), ("since", "soon"), ("schedule", "../x")]
)
def test_schedule__refuses_fields_that_cannot_be(
    name: str, value: str, accountant: Writer, root: Path
) -> None:
    fields = {
        "act": new_act_id(),
        "schedule": "other",
        "cadence": "day",
        "subject": "park",
        "lang": ["zh"],
        "form": ["pdf"],
        "since": "2026-08-30",
        "due_days": "1",
        "due_at": "07:30",
        "floor": "90",
        "reason": "asked for",
        name: value,
    }
    assert accountant.send("/reports/", "/reports/schedule", fields).status == 422
    with small_park.opened(root, writing=False) as ports:
        assert "other" not in schedules(ports=ports)


# -- who sees what --------------------------------------------------------------------------------


def test_enterprise__sees_its_own_reports_and_no_other(
    issued: IssuedReport, app: AsgiApplication, source: ParkSource, root: Path
) -> None:
    own = found(root, OWN)
    mine, theirs = (enterprise(app, source, each) for each in ("E01", "E02"))
    listed = mine.open("/reports/")
    with small_park.opened(root, writing=False) as ports:
        copy = read_shelf(ports=ports).copies_of(own)[0]

    assert own.code in listed.text
    assert issued.code not in listed.text
    assert PARK not in listed.text
    assert "park-daily" not in listed.text
    assert mine.open(f"/reports/{OWN}/").status == 200
    assert mine.open(f"/reports/file/{copy.name}").status == 200
    for address in (f"/reports/{OWN}/", f"/reports/file/{copy.name}", f"/reports/{PARK}/"):
        answer = theirs.open(address)
        assert answer.status == 404
        assert own.code not in answer.text


def test_enterprise__can_issue_sign_and_schedule_nothing(
    issued: IssuedReport, accountant: Writer, app: AsgiApplication, source: ParkSource
) -> None:
    del issued
    mine = enterprise(app, source, "E01")
    assert "<form" not in mine.open("/reports/").text
    assert "<form" not in mine.open(f"/reports/{OWN}/").text
    taken = accountant.open("/reports/")
    secret = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', taken.text)
    assert secret
    for address in ("/reports/issue", "/reports/sign", "/reports/schedule"):
        answer = ask(
            app,
            address,
            method="POST",
            headers={
                "cookie": f"{mine.cookie}; {secret_of(taken)}",
                "content-type": "application/x-www-form-urlencoded",
                "origin": "http://127.0.0.1",
            },
            body=f"csrfmiddlewaretoken={secret[1]}".encode(),
        )
        assert answer.status == 403


def test_strangers__see_no_list_and_no_file(issued: IssuedReport, app: AsgiApplication) -> None:
    del issued
    for address in ("/reports/", f"/reports/{PARK}/", "/reports/file/x.pdf"):
        assert ask(app, address).status == 302
    assert ask(app, "/reports/issue", method="POST").status in {401, 403}


def test_report_file__is_the_file_as_it_was_set(
    issued: IssuedReport, accountant: Writer, root: Path
) -> None:
    with small_park.opened(root, writing=False) as ports:
        copies = read_shelf(ports=ports).copies_of(issued)
    for copy in copies:
        answer = accountant.open(f"/reports/file/{copy.name}")
        assert sha256(answer.body).hexdigest() == copy.sha256
        told = answer.headers["content-disposition"]
        assert told.startswith(f'attachment; filename="small.park.{MONTH}.v1')
    for name in ("../../park.toml", "x", f"{issued.code}.figures.json"):
        assert accountant.open(f"/reports/file/{name}").status == 404


def test_report_page__compares_with_the_figures_of_now(
    issued: IssuedReport, accountant: Writer
) -> None:
    del issued
    shown = accountant.open(f"/reports/{OWN}/?compare=1&lang=en")

    assert text("reports_page.same", "en") in words_of(shown).replace("&#x27;", "'")


# -- the public page of a code --------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGS)
def test_code_page__tells_anybody_which_report_and_none_of_its_figures(
    lang: Lang, issued: IssuedReport, app: AsgiApplication, root: Path
) -> None:
    page = ask(app, f"/r/{issued.code}?lang={lang}")
    with small_park.opened(root, writing=False) as ports:
        printed = first_figure(issued, ports)

    assert page.status == 200
    assert issued.figures_sha256 in page.text
    assert issued.title(lang) in words_of(page)
    assert PARK in page.text
    assert printed not in page.text
    assert "/reports/file/" not in page.text


def first_figure(issued: IssuedReport, ports: Ports) -> str:
    """Return a figure of a report, as it is printed."""
    figures = cast("list[dict[str, str]]", figures_of(issued, ports=ports)["zh"]["figures"])
    return figures[0]["printed"]


def test_code_page__is_found_however_the_code_is_typed(
    issued: IssuedReport, app: AsgiApplication
) -> None:
    typed = issued.code.lower().replace("-", "%20")

    assert ask(app, f"/r/{typed}").headers["location"] == f"/r/{issued.code}"
    assert ask(app, f"/r/?code={typed}").headers["location"] == f"/r/{issued.code}"


def test_code_page__says_what_is_no_code_and_what_is_of_no_report(app: AsgiApplication) -> None:
    stranger = codes_of(sha256(b"elsewhere").hexdigest())[0]
    wrong = stranger[:-1] + ("0" if stranger[-1] != "0" else "1")

    unknown = ask(app, f"/r/{stranger}?lang=en")
    mistyped = ask(app, f"/r/{wrong}?lang=en")
    empty = ask(app, "/r/?lang=en")

    assert (unknown.status, mistyped.status, empty.status) == (404, 404, 200)
    assert "has issued no report of this code" in words_of(unknown)
    assert "changed places" in words_of(mistyped)


@pytest.mark.parametrize(
    "address",
    [
        "/reports/?x=1",
        "/reports/?cadence=year",
        "/reports/nothing/",
        "/r/<script>alert(1)</script>",
    ],
)
def test_pages__show_no_word_of_a_wrong_address(address: str, accountant: Writer) -> None:
    answer = accountant.open(address)

    assert answer.status in {404, 422}
    assert "<script>alert" not in answer.text
