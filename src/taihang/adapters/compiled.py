"""Compiles plain loops of the core with numba, where it is installed; else hands them back as is.

The core keeps its loops as plain functions over arrays and knows no compiler. Here they are
compiled as they stand, without any licence to reorder sums, so that the numbers are the same bytes
(docs/decisions/0017). What was compiled is kept in the user's own folder, apart from the sources
and under their digest: another version of a loop never meets what an earlier one left there.
"""

import hashlib
import inspect
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any, Final, TypeVar, cast

_COMPILER: Final = "numba"
_DIGEST_DIGITS: Final = 16
_OPTIONS: Final[Mapping[str, bool]] = {"_nrt": False}
"""Loops make no arrays, so none are counted: counting the arrays of a named tuple at each call of
a small function took eight ninths of the time of the storage programme."""
_Loop = TypeVar("_Loop", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True, eq=False)
class Compiled:
    """The compiled form of plain functions."""

    is_compiled: bool
    """Whether there is a compiler; without one every function stands for itself."""
    _of_plain: Mapping[Callable[..., Any], Callable[..., Any]] = field(repr=False)

    def of(self, plain: _Loop) -> _Loop:
        """Return the compiled form of a function, which is the function itself without a compiler.

        Args:
            plain: A function of one of the modules that were compiled.

        Returns:
            What is called in its place: positional arguments only.
        """
        return cast("_Loop", self._of_plain[plain]) if self.is_compiled else plain


def is_compiler_here() -> bool:
    """Say whether numba is installed: ``pip install 'taihang[fast]'``."""
    return find_spec(_COMPILER) is not None


def own_folder() -> Path | None:
    """Return where compiled loops of this user are kept; None where the user has no home."""
    with suppress(RuntimeError):
        return Path.home() / ".cache" / "taihang" / "compiled"
    return None


def compiled(modules: Sequence[ModuleType], *, folder: Path | None) -> Compiled:
    """Compile all functions of some modules; each is compiled when it is first called.

    Args:
        modules: Each defines plain functions over numbers, arrays and named tuples of them, which
            make no arrays themselves and may call those of the modules before it.
        folder: Where compiled code is kept for the next process. With None, or where nothing can
            be written there, it is compiled anew in each.

    Returns:
        The compiled functions, or the plain ones where there is no compiler.
    """
    if not is_compiler_here():
        return Compiled(is_compiled=False, _of_plain={})
    sources = "".join([repr(dict(_OPTIONS)), *(inspect.getsource(module) for module in modules)])
    digest = hashlib.sha256(sources.encode()).hexdigest()[:_DIGEST_DIGITS]
    engine = import_module(_COMPILER)
    kept, of_plain = engine.config.CACHE_DIR, dict[Callable[..., Any], Callable[..., Any]]()
    # The compiler takes the folder from its settings when a function is handed over, not later.
    engine.config.CACHE_DIR = "" if folder is None else str(folder / digest)
    try:
        for module in modules:
            of_plain |= _functions(engine, module, of_plain, is_kept=folder is not None)
    finally:
        engine.config.CACHE_DIR = kept
    return Compiled(is_compiled=True, _of_plain=of_plain)


def _functions(
    engine: ModuleType,
    module: ModuleType,
    before: Mapping[Callable[..., Any], Callable[..., Any]],
    *,
    is_kept: bool,
) -> dict[Callable[..., Any], Callable[..., Any]]:
    """Return the compiled form of each function that a module defines."""
    # One name space of its own: a compiled loop calls compiled loops, the module keeps the plain.
    names = dict(vars(module))
    found = dict[Callable[..., Any], Callable[..., Any]]()
    for name, plain in vars(module).items():
        if not isinstance(plain, FunctionType):
            continue
        if plain.__module__ == module.__name__:
            found[plain] = names[name] = _compiled(engine, plain, names, is_kept=is_kept)
        elif plain in before:
            names[name] = before[plain]
    return found


def _compiled(
    engine: ModuleType, plain: FunctionType, names: dict[str, Any], *, is_kept: bool
) -> Callable[..., Any]:
    own = FunctionType(plain.__code__, names, plain.__name__, plain.__defaults__)
    own.__module__, own.__qualname__ = plain.__module__, plain.__qualname__
    if is_kept:
        with suppress(RuntimeError, OSError):  # Nothing can be written there.
            return cast("Callable[..., Any]", engine.njit(cache=True, **_OPTIONS)(own))
    return cast("Callable[..., Any]", engine.njit(**_OPTIONS)(own))
