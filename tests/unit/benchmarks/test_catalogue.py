"""Every case can be found and called."""

from importlib import import_module

from benchmarks.case import Case, State
from benchmarks.cases.catalogue import CASES, FRESH_INSTALL, YARDSTICK

_RUNNERS = [*(case.runner for case in (*CASES, YARDSTICK)), FRESH_INSTALL]
_BUILDERS = [f"benchmarks.state:{state}" for state in State]


def test_cases__have_names_of_their_own() -> None:
    names = [case.name for case in CASES]

    assert len(names) >= 27
    assert len(set(names)) == len(names)


def test_cases__name_functions_that_exist() -> None:
    runners = [*_RUNNERS, *_BUILDERS]

    missing = [runner for runner in runners if not _function(runner)]

    assert len(runners) >= 27 + 2 + 3
    assert missing == []


def test_cases__are_repeated_unless_they_take_long_to_build() -> None:
    once = [case.name for case in CASES if case.repeats < 3]

    assert once == [
        "pages",
        "page-ready",
        "siege",
        "lake-backfill",
        "lake-ask",
        "lake-busy",
        "match-many",
        "bill-many",
        "seal-day",
        "verify-bill",
        "plan-year-quarters",
        "size-year",
        "rolling-year",
        "slope-year",
        "journal-start",
        "install",
    ]


def test_case__says_what_it_measures() -> None:
    silent = [case for case in CASES if not _says(case)]

    assert silent == []


def _function(runner: str) -> bool:
    module, _, name = runner.partition(":")
    return callable(getattr(import_module(module), name, None))


def _says(case: Case) -> bool:
    return bool(case.about and case.unit)
