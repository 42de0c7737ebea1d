"""Why a first holder got so much: derived over a line with one user and from the pool."""

from collections.abc import Generator

import pytest
from verify_taihang import Refused, verify

import certified_park
import money_park
import small_park
from small_park import AUGUST
from taihang.core.certificates.issue import lots_of_issue
from taihang.core.certificates.sheet import open_sheet
from taihang.services.act_log import log_acts
from taihang.services.certificate_step import Step, step_of
from taihang.services.close_period import close_period
from taihang.services.keys import log_signer
from taihang.services.ports import Ports
from taihang.services.prove import prove
from taihang.services.share_month import commit_shares

POOL = "2026-08.pool.E02"
LINE = "2026-08.line.DL1.E01"


@pytest.fixture(scope="module")
def park(tmp_path_factory: pytest.TempPathFactory) -> Generator[Ports]:
    text = certified_park.text(base=money_park.PARK)
    root = small_park.make(tmp_path_factory.mktemp("step") / "park", text)
    with small_park.opened(root) as ports:
        money_park.closed(ports)
        log_acts(ports=ports)
        yield ports


def step(ports: Ports, name: str) -> Step | None:
    made = next(each for each in ports.registry.certificates.issues() if each.id == name)
    sheet = open_sheet(ports.registry.certificates.sheet(made.sheet_sha256))
    return step_of(made, lots_of_issue(made, sheet), sheet=sheet, ports=ports)


def shown(ports: Ports, name: str) -> dict[str, list[str]]:
    one = ports.registry.certificates.certificates(name)[0]
    report = verify(prove(one.id, ports=ports), log_signer(ports=ports).public)
    found: dict[str, list[str]] = report["shown"]
    return found


def test_step_of__the_pool_is_stated_until_its_sums_are_in_the_log(park: Ports) -> None:
    assert step(park, POOL) is None
    assert "matching" not in shown(park, POOL)
    commit_shares("2026-08", ports=park)
    (matching,) = shown(park, POOL)["matching"]
    n, of = matching.split(" intervals")[0].split(" / ")

    assert n == of
    assert int(n) > 500
    found = step(park, POOL)
    assert found is not None
    assert found.leaf is not None
    assert found.plants == ()


def test_step_of__who_has_a_line_too_states_what_it_gave_before(park: Ports) -> None:
    commit_shares("2026-08", ports=park)
    stated = shown(park, "2026-08.pool.E01")["stated"]

    assert "what lines and contracts gave before" in stated


def test_step_of__a_line_with_one_user_needs_no_sums(park: Ports) -> None:
    found = step(park, LINE)

    assert found is not None
    assert (found.plants, found.leaf) == (("PV01",), None)
    assert found.document["limit_wh"] == 500 * 250
    assert shown(park, LINE)["stated"][-1] == "limit of the line: 125000 Wh"


def test_step_of__is_none_of_what_nobody_in_the_park_used(park: Ports) -> None:
    fed = [each.id for each in park.registry.certificates.issues() if "feed-in" in each.id]

    assert all(step(park, name) is None for name in fed)


def test_step_of__is_none_when_the_month_was_settled_again_since(park: Ports) -> None:
    block = money_park.registers("M-E02", AUGUST)
    at = 40
    late = small_park.cut(small_park.but(block, [at], count=int(block.counts[at]) + 9), at, at + 1)
    small_park.revise(park, late, sent_at_s=AUGUST.end_s + 9_999)
    close_period(AUGUST, ports=park)
    log_acts(ports=park)

    assert step(park, POOL) is None
    assert any("E02 got so much" in each for each in shown(park, POOL)["stated"])


def test_verify__refuses_another_share_of_the_pool_than_the_rule_gives(park: Ports) -> None:
    one = park.registry.certificates.certificates(POOL)[0]
    data = prove(one.id, ports=park).replace(b'"history":"whole"', b'"history":"ends"')

    with pytest.raises(Refused):
        verify(data)
