"""What the log commits to of the ledger: any other act, state or order is another root."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from taihang.core.certificates.act import Accept, Decline
from taihang.core.certificates.certificate import Certificate, State
from taihang.core.certificates.issue import Kind
from taihang.core.certificates.range_tree import first_of, path_of, root_sum
from taihang.core.certificates.state_tree import (
    act_tree,
    acts_body,
    certificate_document,
    certificate_leaves,
    issue_state,
    state_body,
    state_tree,
)

WHOLE = Certificate("i", 0, 100, State.HELD, "E01", "", "a1", 9, Kind.TRADABLE)
PARTS = (WHOLE.cut(0, 30), replace(WHOLE.cut(30, 100), state=State.CLAIMED, act="a2"))
SALTS = [bytes([n]) * 16 for n in range(9)]


def test_issue_state__is_another_for_any_other_field() -> None:
    base = issue_state(PARTS, salts=SALTS[:2])
    others = [
        issue_state((PARTS[0], replace(PARTS[1], **{name: value})), salts=SALTS[:2])
        for name, value in (("state", State.EXPIRED), ("holder", "E02"), ("to", "x"), ("act", "b"))
    ]
    salted = issue_state(PARTS, salts=SALTS[1:3])

    assert (base.issue, base.n, base.total_wh) == ("i", 2, 100)
    assert len({each.root for each in (base, salted, *others)}) == 6


@given(st.integers(1, 99))
def test_certificate_leaves__lie_where_the_certificates_say(cut_wh: int) -> None:
    parts = (WHOLE.cut(0, cut_wh), WHOLE.cut(cut_wh, 100))
    leaves = certificate_leaves(parts, salts=SALTS[:2])
    root = root_sum(leaves)

    firsts = [
        first_of(leaf, index=n, size=2, path=path_of(leaves, n), root=root)
        for n, leaf in enumerate(leaves)
    ]
    assert firsts == [part.first_wh for part in parts]
    assert certificate_document(parts[1])["first_wh"] == cut_wh


def test_state_tree__and_bodies_of_events() -> None:
    states = [issue_state(PARTS, salts=SALTS[:2]), issue_state((WHOLE,), salts=SALTS[:1])]
    tree = state_tree(states, salts=SALTS[:2])

    assert state_body(tree, n_acts=7) == {"acts": 7, "n": 2, "root": tree.root().hex()}
    assert tree.root() != state_tree(states[::-1], salts=SALTS[:2]).root()


def test_act_tree__grows_at_its_end() -> None:
    acts = [
        Accept(id="a", actor="E01", at_s=1, offer="o"),
        Decline(id="b", actor="E01", at_s=2, offer="p"),
    ]
    one, two = act_tree(acts[:1], salts=SALTS[:1]), act_tree(acts, salts=SALTS[:2])

    assert acts_body(two) == {"n": 2, "root": two.root().hex()}
    assert one.root() == act_tree(iter(acts[:1]), salts=iter(SALTS[:1])).root() != two.root()
