"""The machine is named by what makes it fast, and by nothing else."""

import platform
from pathlib import Path

import pytest
from benchmarks.machine import cpu_model, machine, same_machine


def test_cpu_model__is_the_first_named() -> None:
    text = (
        "processor\t: 0\nmodel name\t: Some  CPU @ 2.0GHz\n\nprocessor\t: 1\nmodel name\t: Other\n"
    )

    assert cpu_model(text) == "Some CPU @ 2.0GHz"


def test_cpu_model__falls_back_to_the_architecture() -> None:
    assert cpu_model("processor : 0\nBogoMIPS : 50.00\n") == platform.machine()


def test_machine__tells_neither_its_name_nor_a_folder() -> None:
    named = machine()

    said = str(named)
    assert set(named) == {
        "cpu",
        "cores",
        "memory_gb",
        "system",
        "python",
        "versions",
        "load_at_start",
    }
    assert str(Path.home()) not in said
    assert str(Path.cwd()) not in said


@pytest.mark.parametrize(
    ("other", "expected"),
    [({"load_at_start": 9.0}, True), ({"cpu": "B"}, False), ({"cores": 8}, False)],
)
def test_same_machine__looks_at_the_hardware_only(
    *, other: dict[str, object], expected: bool
) -> None:
    one: dict[str, object] = {"cpu": "A", "cores": 2, "memory_gb": 8.0, "load_at_start": 0.1}

    assert same_machine(one, {**one, **other}) is expected
