"""What holds for the whole suite: on CI nothing may be skipped."""

import os
from collections.abc import Generator

import pytest
from hypothesis import settings

from taihang.config.django_settings import ensure_django

# Doctests are collected from modules that look at Django's settings when they are imported.
ensure_django()

# How long an example takes says how busy the machine is, and nothing about the code.
settings.register_profile("busy-machine", deadline=None)
# The long run that some laws name: pytest --hypothesis-profile=long.
settings.register_profile("long", deadline=None, max_examples=2_000)
settings.load_profile("busy-machine")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skip into a failure where the machine promises to have everything."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("CI") == "true":
        report.outcome = "failed"
        report.longrepr = f"skipped on CI, where nothing may be: {item.nodeid}: {report.longrepr}"
    return report
