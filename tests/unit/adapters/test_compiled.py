"""Compiled loops give the same bytes as plain ones, and plain ones do where no compiler is."""

from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from taihang.adapters import compiled as adapter
from taihang.adapters.compiled import compiled, own_folder

SOURCE = '''
def twice(values):
    """Add each value to itself."""
    for at in range(len(values)):
        values[at] = sum_of(values[at], values[at])


def sum_of(one, other):
    return one + other
'''


def a_module(folder: Path, source: str = SOURCE, *, name: str = "loops") -> ModuleType:
    path = folder / f"{name}.py"
    path.write_text(source, "utf-8")
    module = ModuleType(name)
    module.__file__ = str(path)
    exec(compile(source, str(path), "exec"), vars(module))  # noqa: S102  # a module of our own
    return module


def test_compiled__gives_the_same_bytes_and_leaves_the_module_plain(tmp_path: Path) -> None:
    pytest.importorskip("numba")
    module = a_module(tmp_path)
    values, same = np.array([0.1, 0.2, 1e300]), np.array([0.1, 0.2, 1e300])
    plain: Any = module.twice

    found = compiled([module], folder=None)
    found.of(plain)(values)
    plain(same)

    assert found.is_compiled
    assert found.of(plain) is not plain
    assert module.twice is plain
    assert values.tobytes() == same.tobytes()


def test_compiled__calls_compiled_loops_of_the_modules_before_it(tmp_path: Path) -> None:
    pytest.importorskip("numba")
    first = a_module(tmp_path)
    source = "def four_times(values):\n    twice(values)\n    twice(values)\n"
    second = a_module(tmp_path, source, name="more")
    vars(second)["twice"] = first.twice
    values, plain = np.array([1.0, 2.5]), vars(second)["four_times"]

    compiled([first, second], folder=None).of(plain)(values)

    assert values.tolist() == [4.0, 10.0]


def test_compiled__keeps_its_work_in_the_folder_under_the_digest_of_the_source(
    tmp_path: Path,
) -> None:
    pytest.importorskip("numba")
    for number, factor in enumerate(("one + other", "one + other + 1.0")):
        module = a_module(tmp_path, SOURCE.replace("one + other", factor))
        values = np.array([1.0])

        compiled([module], folder=tmp_path / "kept").of(module.twice)(values)

        assert values[0] == 2.0 + number
        assert len(list((tmp_path / "kept").iterdir())) == number + 1
    assert not list(tmp_path.glob("__pycache__"))


def test_compiled__works_where_nothing_can_be_kept(tmp_path: Path) -> None:
    pytest.importorskip("numba")
    module, values = a_module(tmp_path), np.array([1.0])
    (tmp_path / "file").write_text("no folder", "utf-8")

    compiled([module], folder=tmp_path / "file" / "kept").of(module.twice)(values)

    assert values[0] == 2.0


def test_compiled__hands_back_the_plain_loops_without_a_compiler(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = a_module(tmp_path)

    def nowhere(name: str) -> ModuleType:
        raise ImportError(name)

    monkeypatch.setattr(adapter, "import_module", nowhere)

    found = compiled([module], folder=None)

    assert not found.is_compiled
    assert found.of(module.twice) is module.twice


def test_own_folder__is_none_without_a_home(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError

    assert own_folder() is not None
    monkeypatch.setattr(Path, "home", staticmethod(homeless))
    assert own_folder() is None


@pytest.mark.parametrize("left", [b"", b"cut short"])
def test_compiled__compiles_anew_where_what_was_kept_is_broken(tmp_path: Path, left: bytes) -> None:
    pytest.importorskip("numba")
    module, kept = a_module(tmp_path), tmp_path / "kept"
    compiled([module], folder=kept).of(module.twice)(np.array([1.0]))
    for path in kept.rglob("*.nb?"):
        path.write_bytes(left)
    values = np.array([1.0])

    compiled([module], folder=kept).of(module.twice)(values)

    assert values[0] == 2.0
