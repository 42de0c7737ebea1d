"""The blank template with every example switched on: one object of each kind."""

import re

import pytest

from taihang.config.templates import template_text


@pytest.fixture(scope="session")
def full_text() -> str:
    return re.sub(r"(?m)^#(?=[\[A-Za-z0-9])", "", template_text("blank"))
