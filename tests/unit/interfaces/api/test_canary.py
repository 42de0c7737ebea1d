"""Nothing of a neighbour comes out of any address, for any role of any tenant.

Every operation of the document and every address of a page is asked with every id that the park
has, by members of an enterprise in every role. What the asker wrote into the address itself is no
answer.
"""

import json
import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from itertools import chain, product
from typing import Final, cast
from urllib.parse import quote, unquote

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

import canary_park
import small_park
from api_kit import BASE, Facts, Served, served
from canary_park import METERS, MONTH, TENANTS, canaries, others
from members import ask_as
from taihang.core.access.role import Role
from taihang.interfaces.api import rates
from taihang.interfaces.web.policy import API, PUBLIC, policy_of, routes
from taihang.services.open_figure import figures_of

ROLES: Final = (
    Role.ENTERPRISE_USER,
    Role.ENTERPRISE_ADMIN,
    Role.DISPATCHER,
    Role.ACCOUNTANT,
    Role.CERTIFICATE_ISSUER,
    Role.REGULATOR,
)
"""A member of an enterprise sees its own, whatever its role."""
PERIOD: Final = "2026-08-12"
WORDS: Final = {
    "/readings/{point}": [f"period={PERIOD}&step=hour", f"period={MONTH}&step=month"],
    "/energy/{meter}": [f"period={PERIOD}&step=hour", f"period={MONTH}&step=month"],
    "/matching/{node}": [f"period={MONTH}&step=month"],
    "/balance": [f"period={MONTH}&step=month"],
    "/exports/readings.csv": [
        f"period={PERIOD}&step=hour&points={meter}" for meter in METERS.values()
    ],
    "/exports/readings.parquet": [
        f"period={PERIOD}&step=hour&points={meter}" for meter in METERS.values()
    ],
    "/statements": [f"period={MONTH}", *(f"period={MONTH}&subject={t}" for t in TENANTS)],
    "/bills": [f"month={MONTH}", *(f"month={MONTH}&subject={t}" for t in TENANTS)],
    "/carbon": [f"period={MONTH}"],
    "/quality": [f"period={MONTH}"],
    "/coverage": [f"period={MONTH}"],
    "/standings/{enterprise}": ["year=2026"],
    "/certificates": ["", *(f"holder={tenant}" for tenant in TENANTS)],
}
"""Words of operations that need some; every other one is asked without."""


@pytest.fixture(scope="module")
def park(tmp_path_factory: pytest.TempPathFactory) -> Generator[Served]:
    root = canary_park.made(tmp_path_factory.mktemp("canary") / "park")
    patch = pytest.MonkeyPatch()
    patch.setattr(rates, "BURST", 10**9)
    with served(root) as found:
        yield found
    patch.undo()


@pytest.fixture(scope="module")
def ids(park: Served) -> dict[str, list[str]]:
    """Every value that a part of an address may have, also of others."""
    with small_park.opened(park.source.root, writing=False) as ports:
        statements = [entry.id for entry in ports.registry.roll()]
        figures = [key for id_ in statements for key in [*figures_of(id_, ports=ports)][:1]]
        certificates = [
            one.id
            for tenant in TENANTS
            for one in ports.registry.certificates.certificates_of(tenant)
        ]
    claims = [f"{one}#public" for one in certificates]
    claims += [f"{meter}@2026-08-12T02:15Z" for meter in METERS.values()]
    claims += [f"{kind}.{tenant}.{MONTH}" for kind in ("energy", "bill") for tenant in TENANTS]
    return {
        "point": [*METERS.values(), "M-PV01"],
        "meter": [*METERS.values(), "M-PV01"],
        "node": [*TENANTS, "PV01"],
        "enterprise": [*TENANTS],
        "month": [MONTH],
        "day": ["2026-08-12"],
        "claim": claims,
        "key": figures,
        "name": ["CODE.draft.zh.pdf"],
        "/statements/{id}": statements,
        "/statements/{id}/document": statements,
        "/statements/{id}/versions": statements[:20],
        "/certificates/{id}": certificates,
        "/enterprises/{id}": [*TENANTS],
        "/meters/{id}": [*METERS.values()],
        "/plants/{id}": ["PV01"],
    }


def test_operations__tell_no_tenant_of_another(park: Served, ids: dict[str, list[str]]) -> None:
    document = json.loads(park.stranger("/openapi.json").body)
    addresses = [*_addresses(document, ids)]
    n_asked = n_answered = 0

    for tenant, role in product(TENANTS[:3], ROLES):
        foreign = canaries(others(tenant))
        for address in addresses:
            answer = park.get(address, role, enterprise=tenant)
            told = _told(answer.headers, answer.body, address)
            assert not foreign.findall(told), (role, tenant, address, told[:2_000])
            assert answer.status < 500, (address, answer.text)
            n_asked += 1
            n_answered += answer.status == 200

    assert n_asked > 3_000
    assert n_answered > n_asked / 6, "most is refused: nothing would be proven"


def test_operations__tell_the_park_of_everybody(park: Served, ids: dict[str, list[str]]) -> None:
    """Whoever may see everybody finds the words that a tenant must not: the pattern can fail."""
    document = json.loads(park.stranger("/openapi.json").body)
    told = "".join(
        _told({}, park.get(address, Role.REGULATOR).body, "")
        for address in _addresses(document, ids)
    )

    for tenant in TENANTS:
        assert len(set(canaries([tenant]).findall(told))) >= 4, tenant


def test_operations__every_one_is_asked(park: Served, ids: dict[str, list[str]]) -> None:
    document = json.loads(park.stranger("/openapi.json").body)
    asked = {address.partition("?")[0] for address in _addresses(document, ids)}

    for path, methods in document["paths"].items():
        if "get" in methods:
            form = re.sub(r"\{[^}]+\}", "[^/]+", path.removeprefix(BASE))
            assert any(re.fullmatch(form, each) for each in asked), path


def test_pages__tell_no_tenant_of_another(park: Served, ids: dict[str, list[str]]) -> None:
    addresses = [*_pages(ids)]
    assert len(addresses) > 20
    roles = product(TENANTS[:3], ROLES[:1]), product(TENANTS[:1], ROLES[1:])

    for tenant, role in chain(*roles):
        foreign = canaries(others(tenant))
        for address in addresses:
            answer = ask_as(
                park.application,
                address,
                role,
                enterprise=tenant,
                accounts=park.source.accounts,
            )
            told = _told(answer.headers, answer.body, address)
            assert not foreign.findall(told), (role, tenant, address)


def _addresses(document: Facts, ids: dict[str, list[str]]) -> Iterator[str]:
    for path, methods in document["paths"].items():
        if "get" not in methods:
            continue
        short = path.removeprefix(BASE)
        names = re.findall(r"\{([^}]+)\}", short)
        pools = [ids.get(short) or ids[name] for name in names]
        for values, words in product(product(*pools), WORDS.get(short, [""])):
            address = short
            for name, value in zip(names, values, strict=True):
                address = address.replace(f"{{{name}}}", quote(value, safe=""))
            yield f"{address}?{words}" if words else address


def _pages(ids: dict[str, list[str]]) -> Iterator[str]:
    """Yield addresses of every page, each place filled with every id that could stand there."""
    every = sorted({value for values in ids.values() for value in values})
    patterns = cast("Sequence[URLPattern | URLResolver]", get_resolver().url_patterns)
    for route, view in routes(patterns):
        # A public page says the same to everybody: who has the name of a certificate may see it.
        if policy_of(view) in {API, PUBLIC}:
            continue
        places = re.findall(r"<[^>]+>", route)
        for value in every[:: max(len(every) // 12, 1)] if places else [""]:
            address = route
            for place in places:
                address = address.replace(place, quote(value, safe=""))
            yield f"/{address.strip('^$')}"


def _told(headers: Mapping[str, str], body: bytes, address: str) -> str:
    """Return what an answer tells beyond what its asker wrote."""
    told = "\n".join([*headers.values(), body.decode(errors="replace")])
    for word in re.split(r"[/?&=,#@]", unquote(address)):
        if len(word) > 3:
            told = told.replace(word, "…")
    return told
