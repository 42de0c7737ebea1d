"""What a proof file claims of a certificate: where it stands, how it came there, what it holds.

Source: docs/formats/proof.md, 8.7. The stand-alone verifier is written from that page.
"""

from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from typing_extensions import override

from taihang.core.certificates.act import Act
from taihang.core.certificates.act_document import act_bytes
from taihang.core.certificates.certificate import Certificate
from taihang.core.certificates.holdings import Books, Service
from taihang.core.certificates.issue import LOT, IssueLots, day_leaves, day_tree
from taihang.core.certificates.ledger import apply_act
from taihang.core.certificates.range_tree import path_of
from taihang.core.certificates.state_tree import (
    IssueState,
    act_tree,
    certificate_document,
    certificate_leaves,
    state_tree,
)
from taihang.core.seal.canonical import JsonValue, load_canonical
from taihang.core.tlog.merkle import Tree

_WH_BYTES: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerShown:
    """The ledger as two events of the log commit to it."""

    acts: Sequence[Act]
    """All, in order."""
    act_salts: Sequence[bytes]
    states: Sequence[IssueState]
    """Of every issue, in the order of making."""
    state_salts: Sequence[bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueShown:
    """One issue with everything that is secret of it."""

    certificates: Sequence[Certificate]
    """All of it, in order."""
    salts: Sequence[bytes]
    lots: IssueLots
    """All of it, in order."""
    day_salts: Sequence[bytes]
    zone: ZoneInfo


def standing_part(
    one: Certificate, *, issue: IssueShown, ledger: LedgerShown
) -> dict[str, JsonValue]:
    """Return where a certificate stands: its leaf, and that of its issue.

    Args:
        one: The certificate.
        issue: Its issue.
        ledger: All issues.
    """
    index = list(issue.certificates).index(one)
    leaves = certificate_leaves(issue.certificates, salts=issue.salts)
    path = b"".join(
        each.wh.to_bytes(_WH_BYTES, "big") + each.hash for each in path_of(leaves, index)
    )
    place = [state.issue for state in ledger.states].index(one.issue)
    tree = state_tree(ledger.states, salts=ledger.state_salts)
    return {
        "certificate": {
            "index": index,
            "leaf": certificate_document(one),
            "path": _base64(path),
            "salt": _base64(issue.salts[index]),
        },
        "issue": {
            "leaf": ledger.states[place].document(),
            **_placed(tree, place, ledger.state_salts),
        },
    }


def acts_part(numbers: Sequence[int], *, ledger: LedgerShown) -> list[JsonValue]:
    """Return acts, each with its way to the root.

    Args:
        numbers: Which acts, from 0, in order.
        ledger: All acts.
    """
    tree = act_tree(ledger.acts, salts=ledger.act_salts)
    return [
        {
            "act": load_canonical(act_bytes(ledger.acts[number])),
            **_placed(tree, number, ledger.act_salts),
        }
        for number in numbers
    ]


def days_part(one: Certificate, *, issue: IssueShown) -> dict[str, JsonValue]:
    """Return the lots of the days in which a certificate lies.

    Args:
        one: The certificate.
        issue: Its issue.
    """
    leaves = day_leaves(one.issue, issue.lots, zone=issue.zone)
    tree = day_tree(leaves, salts=issue.day_salts)
    days: list[JsonValue] = []
    for index, (head, rows) in enumerate(_opened(leaves)):
        first_wh, stop_wh = head["first_wh"], head["stop_wh"]
        if not (isinstance(first_wh, int) and isinstance(stop_wh, int)):
            continue
        if first_wh < one.stop_wh and one.first_wh < stop_wh:
            said: dict[str, JsonValue] = {
                "day": head["day"],
                "first_wh": first_wh,
                "stop_wh": stop_wh,
                **rows,
            }
            days.append({**said, **_placed(tree, index, issue.day_salts)})
    return {"days": days, "n_days": tree.size}


def history_of(one: Certificate, acts: Iterable[Act]) -> list[int]:
    """Return the numbers of the acts that moved the positions of a certificate, from 0.

    Args:
        one: The certificate as it stands.
        acts: Every act that was applied, in order.
    """
    books = _Open()
    found: list[int] = []
    for number, act in enumerate(acts):
        change = apply_act(books, act)
        if change is None:
            continue
        books.take(change, act)
        if any(_meets(moved, one) for moved in change.moved):
            found.append(number)
    return found


class _Open(Books):
    """Books that know every party and plant: what was applied once is not judged again."""

    def __init__(self) -> None:
        super().__init__(parties=(), services={})

    @override
    def is_party(self, party: str) -> bool:
        """Say that everybody is known."""
        del party
        return True

    @override
    def service(self, plant: str) -> Service | None:
        """Say that every plant always served."""
        del plant
        return Service(None, None)


def _meets(moved: Certificate, one: Certificate) -> bool:
    same = moved.issue == one.issue
    return same and moved.first_wh < one.stop_wh and one.first_wh < moved.stop_wh


def _opened(
    leaves: Iterable[bytes],
) -> Iterator[tuple[dict[str, JsonValue], dict[str, JsonValue]]]:
    """Yield what leaves of days say: the head, and the columns of the lots."""
    for leaf in leaves:
        line, _, rows = leaf.partition(b"\n")
        head = load_canonical(line)
        lots = _columns(rows)
        if isinstance(head, dict):
            yield head, lots


def _columns(rows: bytes) -> dict[str, JsonValue]:
    """Return packed lots as columns."""
    lots = np.frombuffer(rows, LOT)
    return {
        "plant": [*lots["plant"].tolist()],
        "start_s": [*lots["start_s"].tolist()],
        "wh": [*lots["wh"].tolist()],
    }


def _placed(tree: Tree, index: int, salts: Sequence[bytes]) -> dict[str, JsonValue]:
    path = tree.inclusion_proof(index, size=tree.size)
    return {
        "index": index,
        "path": _base64(b"".join(path)),
        "salt": _base64(salts[index]),
    }


def _base64(data: bytes) -> str:
    return b64encode(data).decode()
