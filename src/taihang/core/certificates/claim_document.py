"""What a proof file claims of a certificate: where it stands, how it came there, what it holds.

Source: docs/formats/proof.md, 8.7. The stand-alone verifier is written from that page.
"""

from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from taihang.core.certificates.certificate import Certificate, Piece
from taihang.core.certificates.issue import LOT, IssueLots, day_leaves, day_tree
from taihang.core.certificates.range_tree import path_of
from taihang.core.certificates.state_tree import (
    IssueState,
    certificate_document,
    certificate_leaves,
    state_tree,
)
from taihang.core.seal.canonical import JsonValue, load_canonical
from taihang.core.tlog.merkle import Tree, leaf_hash

_WH_BYTES: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerShown:
    """The ledger as two events of the log commit to it."""

    acts: Sequence[str]
    """The text of every act, in order."""
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


def acts_part(places: Sequence[int], *, ledger: LedgerShown) -> list[JsonValue]:
    """Return acts, each with its way to the root.

    Args:
        places: Which acts, from 0, in order.
        ledger: All acts.
    """
    tree = Tree(
        leaf_hash(salt + act.encode())
        for act, salt in zip(ledger.acts, ledger.act_salts, strict=True)
    )
    return [
        {
            "act": load_canonical(ledger.acts[place].encode()),
            **_placed(tree, place, ledger.act_salts),
        }
        for place in places
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


def moves(piece: Piece, one: Certificate) -> bool:
    """Say whether an act that moved a piece moved positions of a certificate.

    Example:
        >>> from taihang.core.certificates.certificate import State
        >>> from taihang.core.certificates.issue import Kind
        >>> one = Certificate("i", 5, 9, State.HELD, "E01", "", "a", 0, Kind.TRADABLE)
        >>> moves(Piece("i", 0, 5), one), moves(Piece("i", 0, 6), one), moves(Piece("j", 0, 6), one)
        (False, True, False)
    """
    same = piece.issue == one.issue
    return same and piece.first_wh < one.stop_wh and one.first_wh < piece.stop_wh


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
