"""The register: who sees it, that it is the park's own, and that nothing in it can be changed."""

from collections.abc import Generator
from typing import Final

import pytest
from django.apps import apps
from django.db import OperationalError, connections

from taihang.adapters.registry import models
from taihang.adapters.registry.store import Registry
from taihang.core.access.role import RIGHTS, Right, Role
from taihang.interfaces.web.pages.records.registers import REGISTERS, TEXTS, UNSHOWN
from taihang.interfaces.web.pages.records.site import APP, PER_PAGE, model_of, records_alias, site
from visitor import PASSWORD, People, Visitor, people

N_STATEMENTS: Final = 2 * PER_PAGE + 7
HOSTILE: Final = '<script>alert("x")</script>'
ISSUED_S: Final = 1_793_461_500  # 2026-10-31 23:45 in Shanghai


def statement(number: int, *, kind: str = "bill", subject: str = "E01") -> models.Statement:
    """Return a row of a number."""
    series = f"{kind}.{subject}.n{number}"
    return models.Statement(
        id=f"{series}.v1",
        number=number,
        series=series,
        version=1,
        kind=kind,
        subject=subject,
        period="2026-10",
        sha256=f"{number:064x}",
        document=f'{{"value":"{number}","name":"王磊 {HOSTILE}"}}'.replace('"x"', "x"),
        issued_at_s=ISSUED_S,
    )


@pytest.fixture(name="park", scope="module")
def _park() -> Generator[People]:
    with people() as found:
        registry = Registry(found.folder / "registry.db")
        alias = registry._alias  # pyright: ignore[reportPrivateUsage] - rows of every kind at once
        rows = [statement(n) for n in range(N_STATEMENTS - 1)]
        rows.append(statement(N_STATEMENTS, kind="day-plan", subject="park"))
        models.Statement.objects.using(alias).bulk_create(rows)
        name = f"张 {HOSTILE}"
        models.Enterprise.objects.using(alias).create(
            id="E01", name_zh=name, name_en="A", sector="C38", voltage_kv=10, transformer_kva=630
        )
        registry.close()
        found.member("anna", Role.ACCOUNTANT, password=PASSWORD)
        yield found


@pytest.fixture(name="anna", scope="module")
def _anna(park: People) -> Visitor:
    visitor = park.signed_in("anna")
    visitor.get("/records/?lang=en")
    return visitor


def rows_in(page: str) -> int:
    return page.partition("<tbody>")[2].count('<th scope="row">')


def test_records_page__counts_every_table(anna: Visitor) -> None:
    page = anna.get("/records/").text

    assert page.count("rows</em>") == len(REGISTERS)
    note = "figures as issued; a restatement is a new row"
    assert f"<b>Statements</b><span>{note}</span><em>{N_STATEMENTS} rows" in page


def test_registers__are_every_table_of_the_register_but_one() -> None:
    shown = {register.model for register in REGISTERS}
    known = {model._meta.model_name for model in apps.get_app_config(APP).get_models()}

    assert len(shown) == len(REGISTERS) >= 15
    assert known - shown == {"certificate"}


@pytest.mark.parametrize("register", REGISTERS, ids=lambda register: register.model)
def test_registers__name_columns_that_there_are_and_show_no_secret(register: object) -> None:
    found = next(each for each in REGISTERS if each is register)
    names = {field.attname for field in model_of(found)._meta.concrete_fields}

    asked = {
        *found.columns,
        *found.filters,
        *(name.lstrip("-^") for name in (*found.search, *found.order)),
    }
    assert asked <= names
    assert not set(found.columns) & (TEXTS | UNSHOWN)
    if found.model == "doortoken":
        assert "sha256" not in found.columns


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("register", REGISTERS, ids=lambda register: register.model)
def test_list_page__opens_in_both_languages(register: object, lang: str, anna: Visitor) -> None:
    found = next(each for each in REGISTERS if each is register)
    answer = anna.get(f"/records/{found.model}/?lang={lang}")

    assert answer.status == 200
    anna.get("/records/?lang=en")


def test_list_page__pages_sorts_searches_and_filters(anna: Visitor) -> None:
    first = anna.get("/records/statement/").text
    last = anna.get("/records/statement/?p=3").text
    by_id = anna.get("/records/statement/?o=0").text
    searched = anna.get("/records/statement/?q=n17").text
    filtered = anna.get("/records/statement/?kind=day-plan").text

    assert rows_in(first) == PER_PAGE
    assert rows_in(last) == 7
    assert "page 3 of 3" in last
    assert first.index("day-plan.park") < first.index("bill.E01.n99.v1")
    assert 'aria-sort="ascending"' in by_id
    assert by_id.index("bill.E01.n0.v1") < by_id.index("bill.E01.n1.v1")
    assert rows_in(searched) == 1
    assert rows_in(filtered) == 1
    assert "day-plan.park" in filtered
    assert "2026-10-31 23:45" in first


@pytest.mark.parametrize(
    "query", ["nothing=1", "p=99", "issue__holder=x", "document__contains=x", "kind__startswith=b"]
)
def test_list_page__refuses_what_its_own_addresses_never_say(query: str, anna: Visitor) -> None:
    answer = anna.get(f"/records/statement/?{query}")

    assert answer.status == 422
    assert "input.records-query" in answer.text


@pytest.mark.parametrize("query", ["p=x", "o=99", "o=x"])
def test_list_page__shows_its_first_page_for_a_page_or_order_that_is_no_number(
    query: str, anna: Visitor
) -> None:
    assert rows_in(anna.get(f"/records/statement/?{query}").text) == PER_PAGE


def test_record_page__shows_the_row_whole_and_inert(anna: Visitor) -> None:
    page = anna.get("/records/statement/bill.E01.n3.v1/").text

    assert f"{3:064x}" in page
    assert "&quot;value&quot;: &quot;3&quot;" in page
    assert "王磊" in page
    assert "<script>alert" not in page
    assert "<script>alert" not in anna.get("/records/enterprise/").text
    assert anna.get("/records/statement/absent/").status == 404


def test_records__open_to_whoever_sees_the_park_and_to_nobody_else(park: People) -> None:
    seen = 0
    for role in Role:
        enterprise = "E01" if role.value.startswith("enterprise") else ""
        park.member(f"r-{role.value}", role, enterprise=enterprise, password=PASSWORD)
        visitor = park.signed_in(f"r-{role.value}")
        may = Right.SEE_PARK in RIGHTS[role]
        for address in ("/records/", "/records/statement/", "/records/enterprise/E01/"):
            answer = visitor.get(address)
            assert answer.status == (200 if may else 403), (role, address)
            assert may or "bill.E01" not in answer.text
        seen += may
    assert seen == 5


def test_records__nothing_can_be_changed(park: People, anna: Visitor) -> None:
    for address in (
        "/records/statement/add/",
        "/records/statement/bill.E01.n3.v1/change/",
        "/records/statement/bill.E01.n3.v1/delete/",
        "/records/statement/bill.E01.n3.v1/history/",
        "/records/login/",
        "/records/password_change/",
    ):
        assert anna.get(address).status == 404, address
    anna.get("/account/")
    for address in ("/records/", "/records/statement/", "/records/statement/bill.E01.n3.v1/"):
        assert anna.post(address, {"action": "delete_selected"}).status == 405
    alias = records_alias(park.folder)
    with pytest.raises(OperationalError, match="readonly"):
        models.Statement.objects.using(alias).all().delete()
    assert models.Statement.objects.using(alias).count() == N_STATEMENTS
    connections[alias].close()


def test_site__gives_nobody_leave_to_change_whatever_django_thinks_of_them() -> None:
    for register in REGISTERS:
        admin = site().admin_of(register)
        assert admin.actions is None
        assert not any(
            ask(None)  # type: ignore[arg-type]
            for ask in (
                admin.has_add_permission,
                admin.has_change_permission,
                admin.has_delete_permission,
            )
        )
