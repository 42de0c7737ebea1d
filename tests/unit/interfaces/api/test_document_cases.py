"""Three roles send thousands of requests that a machine makes from the document alone.

No answer is a fault, and every one has a status, a type and a form that the document names. A part
of the cases breaks the document on purpose.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
# What makes the cases says little of its own types.

from collections import Counter
from collections.abc import Callable, Generator
from typing import Any, Final, TypeAlias

import pytest
from django.contrib.auth.models import User
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, openapi
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

import canary_park
from api_kit import BASE, Served, served
from canary_park import METERS, MONTH, TENANTS
from members import cookie
from taihang.core.access.role import Right, Role
from taihang.interfaces.accounts.keys import NewKey, lendable, make_key
from taihang.interfaces.accounts.models import Member
from taihang.interfaces.accounts.viewer import viewer_of_member
from taihang.interfaces.api import rates

Operation: TypeAlias = "APIOperation[Any, Any, Any, Any]"
AnyCase: TypeAlias = "Case[Any]"
ROLES: Final = ((Role.ENTERPRISE_ADMIN, TENANTS[0]), (Role.ACCOUNTANT, ""), (Role.DISPATCHER, ""))
"""Members with their enterprise; each does something that the others may not."""
N_EXAMPLES: Final = {GenerationMode.POSITIVE: 18, GenerationMode.NEGATIVE: 9}
"""Of each operation and role: cases as the document wants them, and cases that break it."""
CHECKS: Final = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
)
REAL: Final = {
    "point": METERS[TENANTS[0]],
    "meter": METERS[TENANTS[0]],
    "node": TENANTS[0],
    "enterprise": TENANTS[0],
    "claim": f"energy.{TENANTS[0]}.{MONTH}",
    "month": MONTH,
    "key": f"stmt:energy.{TENANTS[0]}.{MONTH}",
}
"""Values of things that are there, put in the place of every third made-up one."""


@pytest.fixture(scope="module")
def park(tmp_path_factory: pytest.TempPathFactory) -> Generator[Served]:
    root = canary_park.made(tmp_path_factory.mktemp("cases") / "park")
    patch = pytest.MonkeyPatch()
    patch.setattr(rates, "BURST", 10**9)
    with served(root) as found:
        yield found
    patch.undo()


def key_of(park: Served, role: Role, enterprise: str) -> str:
    """Return a key with everything that a member may lend."""
    cookie(park.source.accounts, role, enterprise=enterprise)
    name = f"{role.value}@{enterprise}" if enterprise else role.value
    with park.source.accounts.served():
        maker = Member.objects.get(user=User.objects.get(username=name))
        rights: frozenset[Right] = frozenset(lendable(viewer_of_member(maker, name=name)))
        return make_key(NewKey(name="cases", rights=rights, days=9), maker=maker).written


def operations(park: Served) -> list[Operation]:
    schema = openapi.from_asgi(
        f"{BASE}/openapi.json", park.application, headers={"Host": "127.0.0.1"}
    )
    schema.config.update(base_url="http://127.0.0.1")
    return [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]


def test_document__is_kept_whatever_is_sent(park: Served) -> None:
    every = operations(park)
    statuses = Counter[int]()

    for role, enterprise in ROLES:
        headers = {"Authorization": f"Bearer {key_of(park, role, enterprise)}"}
        for operation in every:
            for mode in N_EXAMPLES:
                _runner(operation, headers, statuses, mode)()

    print(statuses)
    assert statuses.total() >= 3_000, statuses
    assert not [status for status in statuses if status >= 500], statuses
    assert statuses[401] == 0, "the keys open"
    assert {200, 403, 404, 422} <= set(statuses), statuses
    assert statuses[200] > statuses.total() / 10, statuses


def test_document__a_fault_would_be_found(park: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cases fail where an answer is a fault, or of a status that nobody documented."""
    (park_operation,) = (each for each in operations(park) if each.label.endswith("/park"))
    headers = {"Authorization": f"Bearer {key_of(park, Role.ACCOUNTANT, '')}"}

    def faulty(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("taihang.interfaces.api.call.Call.ask", faulty)
    with pytest.raises(FailureGroup):
        _runner(park_operation, headers, Counter[int](), GenerationMode.POSITIVE)()


def _runner(
    operation: Operation, headers: dict[str, str], statuses: Counter[int], mode: GenerationMode
) -> Callable[[], None]:
    @settings(
        max_examples=N_EXAMPLES[mode],
        database=None,
        deadline=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=(HealthCheck.filter_too_much, HealthCheck.too_slow),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case: AnyCase) -> None:
        if mode is GenerationMode.POSITIVE and statuses.total() % 3 == 0:
            names = case.path_parameters or {}
            case.path_parameters = {name: REAL.get(name, value) for name, value in names.items()}
        response = case.call(headers=headers)
        statuses[response.status_code] += 1
        case.validate_response(response, checks=[*CHECKS])

    return send
