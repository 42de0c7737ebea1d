"""One family: every verdict and every problem is a rule, and every rule says what follows."""

import numpy as np

from taihang.core.metering.plausibility import ProblemKind
from taihang.core.metering.register_fault import RowVerdict
from taihang.core.metering.vee.rule import (
    FACTS,
    RULE_OF_PROBLEM,
    RULE_OF_VERDICT,
    Rule,
    hits_where,
    some,
)


def test_facts__say_what_follows_from_every_rule() -> None:
    assert set(FACTS) == set(Rule)
    assert len(Rule) == 20
    assert all(rule.value.startswith("vee.") for rule in Rule)
    assert all(facts.unit and facts.version >= 1 and facts.penalty >= 0 for facts in FACTS.values())


def test_rules__are_the_same_family_under_every_name() -> None:
    assert set(RULE_OF_VERDICT) == set(RowVerdict)
    assert set(RULE_OF_PROBLEM) == set(ProblemKind)
    kept = {verdict for verdict, rule in RULE_OF_VERDICT.items() if rule is None}
    assert kept == {RowVerdict.GOOD, RowVerdict.REPEATED}


def test_hits_where__keeps_the_evidence_of_each_interval() -> None:
    value = np.array([3, 9, 4, 8])

    hits = hits_where(Rule.SPIKE, value > 5, value=value, limit=np.array([1, 2, 3, 4]))

    assert hits.at.tolist() == [1, 3]
    assert hits.value.tolist() == [9, 8]
    assert hits.limit.tolist() == [2, 4]
    assert hits.facts is FACTS[Rule.SPIKE]


def test_some__of_nothing_is_no_hit() -> None:
    none = hits_where(Rule.SPIKE, np.zeros(2, np.bool_), value=np.zeros(2, np.int64), limit=0)

    assert some(none) == []
