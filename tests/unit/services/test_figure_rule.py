"""Rules that figures name, and the pages that explain them."""

import pytest

from conventions.source_tree import DOCS
from taihang.services.figure_rule import known_rules, rule_named


@pytest.mark.parametrize("family", sorted(known_rules()))
def test_rule_named__points_at_a_page_that_exists(family: str) -> None:
    rule = rule_named(f"{family}/v1")

    assert (DOCS / rule.document).is_file(), rule


def test_rule_named__keeps_a_name_that_nobody_explains() -> None:
    assert rule_named("new-rule/v3 over something") == rule_named("new-rule/v3 over something")
    assert rule_named("new-rule/v3").name == "new-rule/v3"
    assert not rule_named("new-rule/v3").document
