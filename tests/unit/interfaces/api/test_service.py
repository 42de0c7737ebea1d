"""What every operation does alike: policies, problems, tags, strict words."""

import json
import re
from collections.abc import Generator
from pathlib import Path
from typing import cast

import pytest

import canary_park
from api_kit import BASE, Facts, Served, served
from canary_park import TENANTS
from members import ask_as
from taihang.core.access.role import RIGHTS, Right, Role
from taihang.interfaces.api import rates
from taihang.interfaces.api.operation import DECLARED, Tenant
from taihang.interfaces.catalogue import text

OWN = TENANTS[0]
LINE = {
    "subject": OWN,
    "period": "2026-08",
    "item": "natural-gas",
    "flow": "consumed",
    "amount": "12.5",
    "unit": "10⁴Nm³",
}


@pytest.fixture(scope="module")
def park(tmp_path_factory: pytest.TempPathFactory) -> Generator[Served]:
    root = canary_park.made(tmp_path_factory.mktemp("api") / "park")
    with served(root) as found:
        yield found


def problem(answer_body: bytes) -> Facts:
    return cast("Facts", json.loads(answer_body))


def test_policy__a_stranger_is_told_to_sign_in_whatever_else_is_wrong(park: Served) -> None:
    for address in ("/park", "/enterprises?limit=x", "/readings/x"):
        answer = park.stranger(address)
        assert (answer.status, problem(answer.body)["code"]) == (401, "input.sign-in")
        assert answer.headers["www-authenticate"] == "Bearer"


def test_policy__who_lacks_the_right_is_refused_at_every_operation(park: Served) -> None:
    for told in DECLARED.values():
        if told.method != "GET" or not isinstance(told.may, Right):
            continue
        without = next(role for role in Role if told.may not in RIGHTS[role])
        enterprise = OWN if without.value.startswith("enterprise") else ""
        answer = park.get(
            told.path.replace("{", "").replace("}", ""), without, enterprise=enterprise
        )
        assert (answer.status, problem(answer.body)["code"]) == (403, "input.no-right"), told.id


def test_document__says_of_every_operation_what_is_enforced(park: Served) -> None:
    document = problem(park.stranger("/openapi.json").body)
    found = {
        operation["operationId"]: operation
        for methods in document["paths"].values()
        for operation in methods.values()
    }

    assert set(found) == set(DECLARED)
    for id_, told in DECLARED.items():
        operation = found[id_]
        assert operation["x-taihang-roles"] == [role.value for role in told.roles]
        assert operation["x-taihang-tenant"] == told.tenant.value
        assert {"200", "401", "403", "422", "429"} <= set(operation["responses"])
        assert operation["security"]
    enterprise = {id_ for id_, told in DECLARED.items() if Role.ENTERPRISE_USER in told.roles}
    assert not {id_ for id_ in enterprise if DECLARED[id_].tenant is Tenant.PARK}


def test_manual__names_every_operation_with_its_right_and_no_other() -> None:
    page = (Path(__file__).parents[4] / "docs" / "api-v1.md").read_text(encoding="utf-8")
    rows = re.findall(
        r"^\| `([A-Z]+ /[^`]+)` \| [^|]+ \| `([^`]+)` \| (\w+) \|$", page, re.MULTILINE
    )

    wanted = {
        (
            f"{told.method} {told.path}",
            str(told.annotations()["x-taihang-right"]),
            told.tenant.value,
        )
        for told in DECLARED.values()
    }
    assert set(rows) == wanted


def test_document__is_in_the_language_of_the_reader(park: Served) -> None:
    titles = {}
    for lang in ("zh", "en"):
        answer = ask_as(park.application, f"{BASE}/openapi.json", headers={"accept-language": lang})
        titles[lang] = problem(answer.body)["paths"][f"{BASE}/park"]["get"]["summary"]

    assert titles == {lang: text("api.operation.read_park", lang) for lang in ("zh", "en")}


def test_problem__has_a_stable_code_and_a_title_in_both_languages(park: Served) -> None:
    found = {
        lang: problem(
            park.get("/enterprises/nobody", headers={"accept-language": f"{lang},fr;q=0.9"}).body
        )
        for lang in ("zh", "en")
    }

    assert {each["code"] for each in found.values()} == {"input.no-resource"}
    assert {lang: each["title"] for lang, each in found.items()} == {
        "zh": "没有这项内容",
        "en": "Nothing is there",
    }
    assert found["zh"]["status"] == 404


def test_answer__has_a_tag_and_is_not_sent_again(park: Served) -> None:
    first = park.get("/enterprises")
    tag = first.headers["etag"]

    for known in (tag, f'"x", W/{tag}'):
        again = park.get("/enterprises", headers={"if-none-match": known})
        assert (again.status, again.body, again.headers["etag"]) == (304, b"", tag)
    assert park.get("/enterprises", headers={"if-none-match": '"x"'}).status == 200
    assert first.headers["cache-control"] == "private, no-cache"
    assert park.get("/enterprises", Role.ENTERPRISE_USER, enterprise=OWN).headers["etag"] != tag


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("/park?x=1", "input.unknown-word"),
        ("/enterprises?limit=2&limit=3", "input.unknown-word"),
        ("/enterprises?limit=x", "input.request"),
        ("/enterprises?limit=0", "input.request"),
        ("/enterprises?cursor=x", "input.cursor"),
        ("/bills?month=2026-13", "input.request"),
        ("/bills", "input.request"),
        ("/readings/M-PV01?period=2026-02-30", "input.stretch"),
        ("/readings/M-PV01?period=2026-08&step=second", "input.request"),
    ],
)
def test_words__that_are_unknown_doubled_or_wrong_are_refused(
    park: Served, address: str, code: str
) -> None:
    answer = park.get(address)

    assert (answer.status, problem(answer.body)["code"]) == (422, code)


def test_method__that_an_address_does_not_take_is_told(park: Served) -> None:
    answer = ask_as(
        park.application, f"{BASE}/park", accounts=park.source.accounts, method="DELETE"
    )

    assert (answer.status, answer.headers["allow"]) == (405, "GET")
    assert problem(answer.body)["code"] == "input.api-method"


def test_address__that_is_none_is_a_problem_and_no_page(park: Served) -> None:
    for address in ("/nothing", "", "/park/x"):
        answer = park.get(address)
        assert (answer.status, problem(answer.body)["code"]) == (404, "input.no-resource")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b'{"subject": NaN}', 400, "input.json-text"),
        (b'{"subject": "a", "subject": "b"}', 400, "input.json-text"),
        (b"[" * 40 + b"]" * 40, 400, "input.json-text"),
        (b'{"version": 18446744073709551616}', 400, "input.json-text"),
        (b'{"amount": 1.5}', 400, "input.json-text"),
        (b"\xff", 400, "input.json-text"),
        (b"{}", 422, "input.request"),
        (json.dumps({**LINE, "other": 1}).encode(), 422, "input.request"),
        (json.dumps({**LINE, "version": "1"}).encode(), 422, "input.request"),
        (json.dumps({**LINE, "amount": 5}).encode(), 422, "input.request"),
        (b'{"subject": "' + b"a" * 70_000 + b'"}', 413, "input.api-body"),
    ],
)
def test_body__that_two_readers_could_read_differently_is_refused(
    park: Served, body: bytes, status: int, code: str
) -> None:
    found, said = park.put("/activity/line-1", body)

    assert (found, said["code"]) == (status, code)


def test_body__of_another_kind_is_refused(park: Served) -> None:
    status, said = park.put("/activity/line-1", b"{}", media="text/plain")

    assert (status, said["code"]) == (415, "input.api-media-type")


def test_change__with_a_session_and_without_the_secret_of_a_form_is_refused(park: Served) -> None:
    status, said = park.put("/activity/line-1", json.dumps(LINE).encode(), token="x" * 32)

    assert (status, said["code"]) == (403, "input.forged")


def test_requests__more_than_one_may_send_are_refused(
    park: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rates, "PER_S", 0.001)
    statuses = [
        park.get("/me", Role.ENTERPRISE_USER, enterprise="ZUMA01").status
        for _ in range(rates.BURST + 5)
    ]

    assert statuses.count(429) >= 4
    assert statuses[: rates.BURST] == [200] * rates.BURST
    assert park.get("/me", Role.ENTERPRISE_USER, enterprise=OWN).status == 200
