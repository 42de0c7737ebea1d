"""Green power over HTTP: pages, files, papers, and who sees what."""

import csv
import io

import pytest

import small_park
from asgi_client import Answer
from members import ask_as
from page_forms import Writer
from ratio_kit import NARROW, june_park
from taihang.core.access.role import Role
from taihang.core.seal.trail import Outcome
from taihang.interfaces.asgi import AsgiApplication
from taihang.interfaces.reports.document import Document
from taihang.interfaces.reports.paper import Paper
from taihang.interfaces.web.app import create_application
from taihang.interfaces.web.pages.green import views
from taihang.interfaces.web.park_source import ParkSource

Served = tuple[AsgiApplication, ParkSource]


def look(served: Served, address: str, role: Role = Role.REGULATOR, enterprise: str = "") -> Answer:
    application, source = served
    return ask_as(application, address, role, enterprise=enterprise, accounts=source.accounts)


def table(answer: Answer) -> list[list[str]]:
    return [*csv.reader(io.StringIO(answer.text.lstrip("\ufeff")))]


def test_matching_page__has_numbers_that_open_and_names_its_rule(served: Served) -> None:
    answer = look(served, "/green/?lang=en")

    assert answer.status == 200
    assert "dedicated-first-pro-rata/v1" in answer.text
    assert 'href="/figure/matched/plant/W01/line_wh/2026-09"' in answer.text
    assert "0 Wh apart." in answer.text
    assert "绿电" in look(served, "/green/?period=2026-09-14").text


def test_matching_page__shows_an_enterprise_nobody_else(served: Served) -> None:
    for page in ("", "day/", "certificates/", "hours/"):
        address = f"/green/{page}?lang=en"
        answer = look(served, address, Role.ENTERPRISE_USER, "E02")

        assert answer.status == 200
        assert "E01" not in answer.text, address
        assert "E02" in answer.text
        assert "/green/ratios/" not in answer.text
    for address, status in (
        ("/green/day/?of=E01", 422),
        ("/green/hours/?of=E01", 404),
        ("/green/hours.csv?of=park", 404),
        ("/green/ratios/", 403),
    ):
        assert look(served, address, Role.ENTERPRISE_USER, "E02").status == status


def test_pages__refuse_words_that_are_too_long_instead_of_cutting_them(served: Served) -> None:
    long = "E01".ljust(201, "x")
    for address in (
        f"/green/day/?of={long}",
        f"/green/day.csv?of={long}",
        f"/green/hours/?of={long}",
        f"/green/certificates/?holder={long}",
        "/green/certificates/?page=0000000001",
    ):
        answer = look(served, f"{address}&lang=en")

        assert answer.status == 422, address
        assert "0000000001" in address or "201 characters" in answer.text


def test_files__add_up_to_the_watt_hour(served: Served) -> None:
    _, *rows = table(look(served, "/green/matching.csv?period=2026-09&lang=en"))
    heads, *quarters = table(look(served, "/green/day.csv?period=2026-09-14&of=E01&lang=en"))
    _, *listed = table(look(served, "/green/certificates.csv?month=2026-09&lang=en"))

    given_wh = sum(int(row[3]) for row in rows if row[0] and row[1])
    assert given_wh == sum(int(row[7]) for row in listed)
    assert (heads[0], len(quarters)) == ("start", 96)
    assert all(int(row[1]) == sum(map(int, row[2:])) for row in quarters)


@pytest.mark.parametrize(
    "address",
    [
        "/green/?period=2026",
        "/green/?period=x",
        "/green/day/?period=2026-09",
        "/green/day/?of=nobody",
        "/green/certificates/?month=2026-09-01",
        "/green/ratios/?month=2026",
        "/green/ratios/2026.html",
        "/green/hours/?period=2026-09-14",
        "/green/certificates/?state=good",
        "/green/certificates/?page=0",
        "/green/certificates/?page=9999999999",
        "/green/certificates/?page=%C2%B2",
    ],
)
def test_green__refuses_what_it_does_not_show(served: Served, address: str) -> None:
    assert look(served, address).status == 422


def test_certificates_page__leads_to_papers_that_are_there(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    def typeset(paper: Paper) -> bytes:
        return f"%PDF {paper.id}".encode()

    monkeypatch.setattr(views, "paper_pdf", typeset)
    page = look(served, "/green/certificates/?holder=E02&lang=en")
    id_ = page.text.split("/green/certificates/2026-09.")[1].split(".pdf")[0]
    base = f"/green/certificates/2026-09.{id_}"

    html, pdf = look(served, f"{base}.html?lang=en"), look(served, f"{base}.pdf?lang=en")

    assert 'data-guard="ok"' in page.text
    assert f"2026-09.{id_}" in html.text
    assert (html.status, pdf.headers["content-type"]) == (200, "application/pdf")
    assert pdf.body.startswith(b"%PDF 2026-09.")
    assert look(served, f"{base}.exe").status == 404
    assert look(served, "/green/certificates/2026-09.pool.E99:0-1.html").status == 404


def test_green__of_an_empty_park_says_the_next_step(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    source = ParkSource(small_park.make(tmp_path_factory.mktemp("empty") / "p"))
    served = create_application(source), source

    pages = ("", "day/", "certificates/", "ratios/", "hours/")
    told = [look(served, f"/green/{page}").text for page in pages]

    source.accounts.close()
    assert "taihang certificates issue" in told.pop(2)
    assert all("taihang settle" in each for each in told)


@pytest.mark.parametrize("role", [Role.SECURITY_ADMIN, Role.WITNESS])
def test_green__is_closed_to_who_sees_no_figures(served: Served, role: Role) -> None:
    answer = look(served, "/green/")

    assert answer.status == 200
    assert look(served, "/green/", role).status in {403, 404}


def test_ratios_page__has_windows_forecast_and_no_paper_of_a_draft(served: Served) -> None:
    answer = look(served, "/green/ratios/?lang=en")

    assert answer.status == 200
    assert 'href="/figure/energy650/available_wh/2026-09"' in answer.text
    assert "is a draft" in answer.text
    assert "/green/ratios/2026-09.pdf" not in answer.text
    assert look(served, "/green/ratios/2026-09.html").status == 409
    assert look(served, "/green/ratios/2026-09.exe").status == 404
    _, *rows = table(look(served, "/green/ratios.csv?lang=en"))
    assert [row[0] for row in rows] == ["2026-09"]


def test_compliance_file__is_the_paper_of_an_issued_account(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def typeset(document: Document) -> bytes:
        return f"%PDF {document.references[0].id}".encode()

    monkeypatch.setattr(views, "pdf_of", typeset)
    source = ParkSource(june_park(tmp_path_factory.mktemp("issued") / "p", NARROW))
    app = create_application(source)
    page, address = "/green/ratios/?lang=en", "/green/ratios/issue"
    settler = Writer(app, source.accounts, (Role.ACCOUNTANT,))
    looker = Writer(app, source.accounts, (Role.REGULATOR,))
    fields = {"month": "2026-06", "reason": "end of the month", "act": "0" * 32}

    unlike = settler.send(page, address, {**fields, "month": "2026"})
    unsaid = settler.send(page, address, {**fields, "reason": " "})
    seen = looker.open(page).text
    # Sent again from another page with a form, it is the same act.
    issued = [settler.send(from_, address, fields) for from_ in (page, "/reports/")]
    acts = [each.entry for each in source.accounts.trail.entries()]
    html, pdf = (settler.open(f"/green/ratios/2026-06.{form}?lang=en") for form in ("html", "pdf"))
    after = settler.open(page)

    source.accounts.close()
    assert (unlike.status, unsaid.status) == (422, 422)
    assert [each.status for each in issued] == [303, 303]
    assert {each.outcome for each in acts if each.kind == views.ISSUED} == {
        Outcome.BEGUN,
        Outcome.DONE,
    }
    assert address not in seen
    assert "ratios.park.2026-06.v1" in html.text
    assert pdf.body == b"%PDF ratios.park.2026-06.v1"
    assert "/green/ratios/2026-06.pdf" in after.text


def test_hours_page__has_a_value_a_map_and_a_file(served: Served) -> None:
    answer = look(served, "/green/hours/?lang=en&of=E02")
    heads, *rows = table(look(served, "/green/hours.csv?lang=en&of=E02"))

    assert answer.status == 200
    assert '"per_mille"' in answer.text
    assert "/green/hours/?of=E02&amp;period=2026" in answer.text
    assert (heads[0], len(rows)) == ("local_day", 720)
    assert look(served, "/green/hours/?of=E99").status == 404
