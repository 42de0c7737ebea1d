"""What the log commits to of the ledger: every act in order, and where every watt-hour stands.

Two events are logged together. ``certificate-acts`` has number and root of the tree over all acts;
``certificate-state`` has number and root of the tree over the issues after these acts, and the
number of acts. The leaf of an issue names the root of its tree of energies (``range_tree.py``),
whose leaves are its certificates. Every leaf begins with 16 secret bytes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from taihang.core.certificates.act import Act
from taihang.core.certificates.act_document import act_bytes
from taihang.core.certificates.certificate import Certificate
from taihang.core.certificates.range_tree import Sum, leaf_sum, root_sum
from taihang.core.seal.canonical import JsonValue, canonical_bytes
from taihang.core.tlog.merkle import Tree, leaf_hash

ACTS: Final = "certificate-acts"
STATE: Final = "certificate-state"
"""Kinds of the log events."""


@dataclass(frozen=True, slots=True)
class IssueState:
    """All certificates of one issue in one hash."""

    issue: str
    n: int
    """Number of certificates."""
    root: bytes
    total_wh: int

    def document(self) -> dict[str, JsonValue]:
        """Return it for canonical JSON."""
        return {
            "issue": self.issue,
            "n": self.n,
            "root": self.root.hex(),
            "total_wh": self.total_wh,
        }


def certificate_document(one: Certificate) -> dict[str, JsonValue]:
    """Return what the leaf of a certificate says.

    Args:
        one: The certificate.

    Returns:
        Its fields, for canonical JSON.
    """
    return {
        "act": one.act,
        "expires_s": one.expires_s,
        "first_wh": one.first_wh,
        "holder": one.holder,
        "issue": one.issue,
        "kind": one.kind.value,
        "state": one.state.value,
        "stop_wh": one.stop_wh,
        "to": one.to,
    }


def certificate_leaves(certificates: Sequence[Certificate], *, salts: Sequence[bytes]) -> list[Sum]:
    """Return the leaves of an issue.

    Args:
        certificates: All of one issue, in order.
        salts: One for each.
    """
    return [
        leaf_sum(salt + canonical_bytes(certificate_document(one)), wh=one.wh)
        for one, salt in zip(certificates, salts, strict=True)
    ]


def issue_state(certificates: Sequence[Certificate], *, salts: Sequence[bytes]) -> IssueState:
    """Return all certificates of one issue in one hash.

    Args:
        certificates: All of one issue, in order, at least one.
        salts: One for each.
    """
    root = root_sum(certificate_leaves(certificates, salts=salts))
    return IssueState(certificates[0].issue, len(certificates), root.hash, root.wh)


def state_tree(states: Sequence[IssueState], *, salts: Sequence[bytes]) -> Tree:
    """Return the tree over the issues, in the order in which they were made.

    Args:
        states: One for each issue.
        salts: One for each.
    """
    return Tree(
        leaf_hash(salt + canonical_bytes(state.document()))
        for state, salt in zip(states, salts, strict=True)
    )


def act_tree(acts: Iterable[Act], *, salts: Iterable[bytes]) -> Tree:
    """Return the tree over acts in their order; a later act adds to its end.

    Args:
        acts: All acts of the ledger.
        salts: One for each, the same at every time.
    """
    return Tree(leaf_hash(salt + act_bytes(act)) for act, salt in zip(acts, salts, strict=True))


def acts_body(tree: Tree) -> dict[str, JsonValue]:
    """Return the body of the event that commits to acts."""
    return {"n": tree.size, "root": tree.root().hex()}


def state_body(tree: Tree, *, n_acts: int) -> dict[str, JsonValue]:
    """Return the body of the event that commits to the state after so many acts."""
    return {"acts": n_acts, "n": tree.size, "root": tree.root().hex()}
