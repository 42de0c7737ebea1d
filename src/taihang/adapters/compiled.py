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
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any, Final, TypeVar, cast

_COMPILER: Final = "numba"
_DIGEST_DIGITS: Final = 16
_PLAIN: Final = {"_nrt": False, "no_cfunc_wrapper": True}
"""The loops allocate nothing, so references to arrays need no counting: that took nine tenths of
the time."""
_INSIDE: Final = {**_PLAIN, "forceinline": True, "no_cpython_wrapper": True}
"""A loop that a loop calls is drawn into it."""
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


def own_folder() -> Path | None:
    """Return where compiled loops of this user are kept; None where the user has no home."""
    with suppress(RuntimeError):
        return Path.home() / ".cache" / "taihang" / "compiled"
    return None


def compiled(modules: Sequence[ModuleType], *, folder: Path | None) -> Compiled:
    """Compile all functions of some modules; each is compiled when it is first called.

    Args:
        modules: Each defines plain functions over numbers, arrays and named tuples of them, which
            allocate nothing and may call those of the modules before it.
        folder: Where compiled code is kept for the next process. With None, or where nothing can
            be written there, it is compiled anew in each.

    Returns:
        The compiled functions, or the plain ones where there is no compiler.
    """
    engine = _compiler()
    if engine is None:
        return Compiled(is_compiled=False, _of_plain={})
    sources = "".join(
        [repr(_PLAIN), repr(_INSIDE), *(inspect.getsource(module) for module in modules)]
    )
    digest = hashlib.sha256(sources.encode()).hexdigest()[:_DIGEST_DIGITS]
    kept = engine.config.CACHE_DIR
    inside, found = dict[Callable[..., Any], Callable[..., Any]](), dict[Any, Any]()
    # The compiler takes the folder from its settings when a function is handed over, not later.
    engine.config.CACHE_DIR = "" if folder is None else str(folder / digest)
    try:
        for module in modules:
            # One name space of its own: compiled loops call compiled ones, the module stays plain.
            names = dict(vars(module))
            for name, plain in _functions(module).items():
                if plain.__module__ == module.__name__:
                    own = _copy(plain, names)
                    inside[plain] = engine.njit(**_INSIDE)(own)
                    found[plain] = _Kept(engine, own) if folder else engine.njit(**_PLAIN)(own)
                names[name] = inside.get(plain, plain)
    finally:
        engine.config.CACHE_DIR = kept
    return Compiled(is_compiled=True, _of_plain=found)


def _compiler() -> ModuleType | None:
    """Return numba, if it is installed (``pip install 'taihang[fast]'``) and starts.

    It refuses to start beside a numpy that is newer than it knows.
    """
    try:
        return import_module(_COMPILER)
    except ImportError:
        return None


def _functions(module: ModuleType) -> dict[str, FunctionType]:
    return {name: one for name, one in vars(module).items() if isinstance(one, FunctionType)}


def _copy(plain: FunctionType, names: dict[str, Any]) -> FunctionType:
    """Return a function that looks up other names than the one it copies."""
    own = FunctionType(plain.__code__, names, plain.__name__, plain.__defaults__)
    own.__module__, own.__qualname__ = plain.__module__, plain.__qualname__
    return own


class _Kept:
    """A function whose compiled form is kept for the next process, where files allow it."""

    def __init__(self, engine: ModuleType, own: FunctionType) -> None:
        self._engine, self._own = engine, own
        self._kept: Callable[..., Any] | None = None
        self._run: Callable[..., Any] | None = None
        with suppress(RuntimeError, OSError):  # Nothing can be written there.
            self._kept = engine.njit(cache=True, **_PLAIN)(own)

    def __call__(self, *given: Any) -> Any:  # noqa: ANN401  # whatever the function takes and gives
        if self._run is None:
            self._run = self._loaded(given)
        return self._run(*given)

    def _loaded(self, given: tuple[Any, ...]) -> Callable[..., Any]:
        """Return what was kept, once it is seen to load; else the same, compiled anew."""
        if self._kept is not None:
            try:
                types = [cast("object", self._engine.typeof(each)) for each in given]
                cast("Any", self._kept).compile(tuple(types))
            except Exception:  # noqa: BLE001  # a file cut short raises anything when it is read
                self._kept = None
        return self._kept or cast("Callable[..., Any]", self._engine.njit(**_PLAIN)(self._own))
