"""A share of the park is proven without a curve: hidden figures, open sums, no lie accepted."""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from verify_taihang import ORDER, Refused, verify

import money_park
import small_park
from small_park import AUGUST
from taihang.core.balance.matching import RouteKind
from taihang.core.seal.bundle import BUNDLE_PREFIX
from taihang.core.seal.canonical import canonical_bytes
from taihang.core.seal.pool_totals import pool_tree
from taihang.core.seal.share_list import ShareListError
from taihang.core.tlog.merkle import leaf_hash, verify_inclusion
from taihang.services.account import UnsettledMonthError
from taihang.services.audit import audit
from taihang.services.keys import log_signer
from taihang.services.matched import shares_of
from taihang.services.ports import Ports
from taihang.services.prove import prove
from taihang.services.settle import settle
from taihang.services.share_month import NoShareError, commit_shares

MONTH = "2026-08"
Doc: TypeAlias = dict[str, Any]


@pytest.fixture(scope="module")
def park(tmp_path_factory: pytest.TempPathFactory) -> Generator[Ports]:
    root = small_park.make(tmp_path_factory.mktemp("share") / "park", money_park.PARK)
    with small_park.opened(root) as ports:
        money_park.fill(ports)
        small_park.settle_month(ports, AUGUST)
        commit_shares(MONTH, ports=ports)
        yield ports


def load_wh(point: str) -> int:
    return int(money_park.counts(point, AUGUST).sum()) * small_park.SCALE_WH


def test_commit_shares__again_with_the_same_amounts_is_the_same_event(park: Ports) -> None:
    size = park.journal.size
    again = commit_shares(MONTH, ports=park)

    assert (again.is_new, park.journal.size) == (False, size)
    assert [member.id for member in again.members] == ["CS1", "E01", "E02"]


def test_prove__shows_ones_own_share_and_the_sum_and_no_figure_of_a_neighbour(park: Ports) -> None:
    data = prove(f"share.E02.{MONTH}", ports=park)
    report = verify(data, log_signer(ports=park).public)

    own, others = load_wh("M-E02"), (load_wh("M-E01"), load_wh("M-CS1"))
    total = own + sum(others)
    assert (report["value"], report["unit"]) == (str(own), "Wh")
    assert f"of {total} Wh of 3 members" in report["shown"]["share"][0]
    assert all(str(wh).encode() not in data for wh in others)
    assert b"times_s" not in data


def test_prove__green_alone_does_not_show_the_load(park: Ports) -> None:
    data = prove(f"share.E02.{MONTH}#green_wh", ports=park)

    assert len(verify(data)["shown"]["share"]) == 1
    assert str(load_wh("M-E02")).encode() not in data


def test_commit_shares__commits_to_what_the_pool_gave_in_every_interval(park: Ports) -> None:
    shared = commit_shares(MONTH, ports=park)
    load = sum(money_park.counts(point, AUGUST) for point in ("M-E01", "M-E02", "M-CS1"))
    matched = shares_of(AUGUST, ports=park)
    over_lines = matched.matching.received_wh(RouteKind.LINE).sum(axis=0)
    from_pool = matched.matching.received_wh(RouteKind.POOL).sum(axis=0)

    assert len(shared.pool) == 31
    assert sum((day.given_wh for day in shared.pool), ()) == tuple(from_pool.tolist())
    demand_wh = load * small_park.SCALE_WH - over_lines
    assert sum((day.demand_wh for day in shared.pool), ()) == tuple(demand_wh.tolist())
    assert shared.body["pool"] == {
        "n": 31,
        "root": pool_tree(shared.pool, salts=shared.pool_salts).root().hex(),
    }


def test_pool_day__leads_to_the_root_in_the_event(park: Ports) -> None:
    shared = commit_shares(MONTH, ports=park)
    day = shared.pool_day(4)
    root = pool_tree(shared.pool, salts=shared.pool_salts).root()

    assert day["sums"] == shared.pool[4].document()
    path = b64decode(str(day["path"]))
    verify_inclusion(
        leaf_hash(b64decode(str(day["salt"])) + canonical_bytes(shared.pool[4].document())),
        index=4,
        size=31,
        path=[path[at : at + 32] for at in range(0, len(path), 32)],
        root=root,
    )


def test_audit__of_a_park_with_shares_is_clean(park: Ports) -> None:
    assert audit(ports=park).is_clean


def _opening(document: Doc) -> Doc:
    opening: Doc = document["claim"]["openings"][0]
    return opening


def _body(document: Doc) -> Doc:
    body: Doc = document["events"][0]["event"]["body"]
    return body


def _swap_with_neighbour(document: Doc) -> None:
    document["claim"]["member"] = "E01"


def _more(document: Doc) -> None:
    _opening(document)["wh"] += 1


def _second_spelling(document: Doc) -> None:
    opening = _opening(document)
    number = int.from_bytes(bytes.fromhex(opening["blinding"]), "little") + ORDER
    opening["blinding"] = number.to_bytes(32, "little").hex()


def _twice(document: Doc) -> None:
    document["claim"]["openings"] = [_opening(document)] * 2


def _none(document: Doc) -> None:
    document["claim"]["openings"] = []


def _other_month(document: Doc) -> None:
    document["claim"]["period"] = "2026-07"


def _stranger(document: Doc) -> None:
    document["claim"]["member"] = "E99"


def _another_sum(document: Doc) -> None:
    _body(document)["sums"]["load_wh"]["wh"] -= 1


def _fewer_members(document: Doc) -> None:
    del _body(document)["members"][0]


@pytest.mark.parametrize(
    "change",
    [
        _swap_with_neighbour,
        _more,
        _second_spelling,
        _twice,
        _none,
        _other_month,
        _stranger,
        _another_sum,
        _fewer_members,
    ],
)
def test_verify__refuses_an_altered_share_that_is_sealed_again(
    park: Ports, change: Callable[[Doc], None]
) -> None:
    document: Doc = json.loads(prove(f"share.E02.{MONTH}", ports=park))
    change(document)

    with pytest.raises(Refused):
        verify(_resealed(document, park))


def _resealed(document: Doc, ports: Ports) -> bytes:
    rest = {name: value for name, value in document.items() if name != "seal"}
    seal = log_signer(ports=ports).sign(BUNDLE_PREFIX + canonical_bytes(rest))
    return canonical_bytes(rest | {"seal": b64encode(seal).decode()})


@pytest.mark.parametrize("claim", ["share.E99.2026-08", "share.E02.2026-07", "share.E02"])
def test_prove__of_no_such_share_says_what_to_do(park: Ports, claim: str) -> None:
    with pytest.raises((NoShareError, UnsettledMonthError), match=r"seal DIR --shares|whole month"):
        prove(claim, ports=park)


def test_commit_shares__after_late_readings_is_a_list_of_its_own(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park", money_park.PARK)
    with small_park.opened(root) as ports:
        money_park.fill(ports)
        settle(AUGUST, ports=ports)
        first = commit_shares(MONTH, ports=ports)
        old = prove(f"share.E02.{MONTH}", ports=ports)
        block = money_park.registers("M-E02", AUGUST)
        last = small_park.but(block, [-1], count=int(block.counts[-1]) + 7)
        late = small_park.cut(last, len(block.counts) - 1, len(block.counts))
        small_park.revise(ports, late, sent_at_s=AUGUST.end_s + 9_999)
        settle(AUGUST, ports=ports)
        with pytest.raises(NoShareError):
            prove(f"share.E02.{MONTH}", ports=ports)
        second = commit_shares(MONTH, ports=ports)
        new = prove(f"share.E02.{MONTH}", ports=ports)

    assert (first.body["version"], second.body["version"], second.is_new) == (1, 2, True)
    assert int(verify(new)["value"]) - int(verify(old)["value"]) == 7 * small_park.SCALE_WH
    points = [_points(shared.body) for shared in (first, second)]
    assert not points[0] & points[1]


def _points(body: Doc) -> set[str]:
    return {str(member["load_wh"]) for member in body["members"]}


def test_commit_shares__of_two_enterprises_is_refused(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park")
    with small_park.opened(root) as ports:
        small_park.fill(ports, small_park.JUNE)
        settle(small_park.JUNE, ports=ports)
        with pytest.raises(ShareListError):
            commit_shares("2026-06", ports=ports)
