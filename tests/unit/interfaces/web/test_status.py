"""Each branch of failures has one HTTP status."""

import pytest

from taihang.core.errors import InputError, IntegrityError, LinkError, StateError, TaihangError
from taihang.interfaces.web.status import http_status


@pytest.mark.parametrize(
    ("kind", "status"),
    [(InputError, 422), (StateError, 409), (IntegrityError, 500), (LinkError, 503)],
)
def test_http_status__follows_the_branch(kind: type[TaihangError], status: int) -> None:
    assert status == http_status(kind(given="a", expected="b", remedy="c"))
