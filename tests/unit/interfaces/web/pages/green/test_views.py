"""Green power over HTTP: pages, files, papers, and who sees what."""

import csv
import io

import pytest

import small_park
from asgi_client import Answer
from members import ask_as
from taihang.core.access.role import Role
from taihang.interfaces.asgi import AsgiApplication
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
    for address in ("/green/?lang=en", "/green/day/?lang=en", "/green/certificates/?lang=en"):
        answer = look(served, address, Role.ENTERPRISE_USER, "E02")

        assert answer.status == 200
        assert "E01" not in answer.text, address
        assert "E02" in answer.text
    assert look(served, "/green/day/?of=E01", Role.ENTERPRISE_USER, "E02").status == 422


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

    told = [look(served, a).text for a in ("/green/", "/green/day/", "/green/certificates/")]

    source.accounts.close()
    assert "taihang settle" in told[0]
    assert "taihang settle" in told[1]
    assert "taihang certificates issue" in told[2]


@pytest.mark.parametrize("role", [Role.SECURITY_ADMIN, Role.WITNESS])
def test_green__is_closed_to_who_sees_no_figures(served: Served, role: Role) -> None:
    answer = look(served, "/green/")

    assert answer.status == 200
    assert look(served, "/green/", role).status in {403, 404}
