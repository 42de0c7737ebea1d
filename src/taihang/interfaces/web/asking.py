"""Figures for pages: built from the park in a worker, kept until the park changes.

A park is opened once in each worker thread and again when it has changed; what a builder returns
is kept by builder, words and scope. Where only readings came in, as they do all day, whoever asks
gets the view before while the next is made, if it was made less than ``STALE_MOST_S`` ago; and the
next is not begun before ``REST_TIMES`` as long has passed as the last one took, so that no page,
however dear and however often it is asked for, takes more than a part of the processor.
"""

from collections import OrderedDict
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as LateError
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock, local
from time import monotonic
from typing import Final, Generic, TypeVar, cast

from taihang import wiring
from taihang.core.access.scope import Scope
from taihang.core.errors import LinkError
from taihang.services.ports import Ports
from taihang.services.sight import see

KEPT: Final = 256
"""Views that are kept."""
WORKERS: Final = 2
STALE_MOST_S: Final = 60.0
"""A view made so long ago is not shown while a newer one is made."""
REST_TIMES: Final = 10.0
"""So many times as long as its making took, no view is made again because of readings alone."""
ANSWER_WITHIN_S: Final = 10.0
LOCK_WAIT_S: Final = 5.0
"""How long a write waits for another process to end its own [s]."""
_JOURNAL: Final = 1
"""So many numbers of a mark, the first ones, change with every batch of readings."""
Made = TypeVar("Made")
_Key = tuple[object, ...]


class SlowAnswerError(LinkError):
    """A question takes longer than a page may."""

    code = "link.slow-answer"


@dataclass(slots=True)
class _Kept(Generic[Made]):
    """A view, and what it rests on."""

    mark: tuple[int, ...]
    made_at_s: float
    """When its making began."""
    ready_at_s: float
    view: Made

    @property
    def rests_until_s(self) -> float:
        """Before then no newer one is made because of readings alone."""
        return self.ready_at_s + REST_TIMES * (self.ready_at_s - self.made_at_s)


class Asking:
    """Builds and keeps the views of one park; safe for several threads."""

    def __init__(self, root: Path, *, now_s: Callable[[], float] = monotonic) -> None:
        """Make the workers; nothing is opened yet.

        Args:
            root: The park folder.
            now_s: A clock that never goes back.
        """
        self._root = root
        self._now_s = now_s
        self._lock = Lock()
        self._kept = OrderedDict[_Key, _Kept[object]]()
        self._making: dict[_Key, Future[object]] = {}
        self._own_change_at_s = float("-inf")
        self._workers = ThreadPoolExecutor(WORKERS, thread_name_prefix="asking")
        self._opened = local()

    def ask(self, build: Callable[..., Made], *words: object, scope: Scope) -> Made:
        """Return what a builder makes of the park.

        Args:
            build: Called with the ports that the scope may see, and the words.
            words: Hashable words of the question.
            scope: Whose figures may be seen.

        Raises:
            SlowAnswerError: If it takes longer than a page may.
        """
        key: _Key = (build, words, scope)
        mark = wiring.change_mark(self._root)
        kept = self._find(key)
        if kept is not None and kept.mark == mark:
            return cast("Made", kept.view)
        is_fresh = kept is not None and self._is_fresh(kept, mark)
        if kept is not None and is_fresh and self._now_s() < kept.rests_until_s:
            return cast("Made", kept.view)
        future = self._make(key, build, words, scope)
        if kept is not None and is_fresh:
            return cast("Made", kept.view)
        try:
            return cast("Made", future.result(timeout=ANSWER_WITHIN_S))
        except LateError as error:
            raise SlowAnswerError(
                given=f"a question that takes longer than {ANSWER_WITHIN_S:g} s",
                expected="a quicker one",
                remedy="ask for a shorter period, or again in a moment",
            ) from error

    def changed(self) -> None:
        """Say that this process changed the park: nobody is shown what was before."""
        self._own_change_at_s = self._now_s()

    def close(self) -> None:
        """End the workers."""
        self._workers.shutdown(cancel_futures=True)

    def _find(self, key: _Key) -> _Kept[object] | None:
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None:
                self._kept.move_to_end(key)
            return kept

    def _is_fresh(self, kept: _Kept[object], mark: tuple[int, ...]) -> bool:
        if kept.mark[_JOURNAL:] != mark[_JOURNAL:]:
            return False
        newest_s = max(self._own_change_at_s, self._now_s() - STALE_MOST_S)
        return kept.made_at_s > newest_s

    def _make(
        self, key: _Key, build: Callable[..., object], words: tuple[object, ...], scope: Scope
    ) -> "Future[object]":
        """Return the making of a view; one at a time for each question."""
        with self._lock:
            making = self._making.get(key)
            if making is None:
                making = self._workers.submit(self._build, key, build, words, scope)
                self._making[key] = making
            return making

    def _build(
        self, key: _Key, build: Callable[..., object], words: tuple[object, ...], scope: Scope
    ) -> object:
        try:
            made_at_s = self._now_s()
            mark = wiring.change_mark(self._root)
            view = build(see(self._ports(mark), scope), *words)
            with self._lock:
                self._kept[key] = _Kept(mark, made_at_s, self._now_s(), view)
                if len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
            return view
        finally:
            with self._lock:
                self._making.pop(key, None)

    def _ports(self, mark: tuple[int, ...]) -> Ports:
        """Return this worker's ports, opened anew when the park has changed."""
        if getattr(self._opened, "mark", None) != mark:
            if hasattr(self._opened, "stack"):
                self._opened.stack.close()
            self._opened.stack = ExitStack()
            self._opened.ports = self._opened.stack.enter_context(
                wiring.open_park(self._root, writing=False)
            )
            self._opened.mark = mark
        return cast("Ports", self._opened.ports)

    @contextmanager
    def writing(self) -> Generator[Ports]:
        """Open the park for writing; afterwards nobody is shown what was before.

        Raises:
            ParkInUseError: If another process writes the park.
        """
        # The door of the park holds the lock for moments; nobody is refused because of one.
        lock = wiring.writer_lock(self._root)
        lock.take(wait_s=LOCK_WAIT_S)
        try:
            with wiring.open_park(self._root, writing=True, lock=lock) as ports:
                yield ports
        finally:
            lock.release()
            self.changed()
