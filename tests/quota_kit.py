"""When a park wants to be warned, for tests of quotas."""

from typing import Final

RULES: Final = """
[quota_rules]
watch_chance_ratio = "0.2"
warning_chance_ratio = "0.5"
interval_ratio = "0.9"
source = "test"
"""
