"""Views are built once, shown while a newer one is made, and never after a change of our own."""

from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest

import certified_park
import small_park
from taihang import wiring
from taihang.core.access.scope import NOTHING, WHOLE_PARK, Scope
from taihang.core.errors import StateError
from taihang.interfaces.web import asking as asking_module
from taihang.interfaces.web.asking import REST_TIMES, STALE_MOST_S, Asking, SlowAnswerError
from taihang.services.ports import Ports


class Hand:
    """A clock moved by hand."""

    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def park(tmp_path: Path) -> Path:
    root = small_park.make(tmp_path / "park", certified_park.text())
    # The first opening for writing makes what a park has from then on.
    with wiring.open_park(root, writing=True):
        pass
    return root


def put_marks(marks: dict[str, tuple[int, int]], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the test say what the park's mark is."""

    def mark(_root: Path) -> tuple[int, int]:
        return marks["now"]

    monkeypatch.setattr(asking_module.wiring, "change_mark", mark)


def counter(built: list[int]) -> Callable[[Ports], int]:
    def build(ports: Ports) -> int:
        built.append(len(ports.park.enterprises))
        return len(built)

    return build


def test_ask__builds_once_for_each_question_and_scope(park: Path) -> None:
    asking, built = Asking(park), list[int]()
    build = counter(built)

    assert [asking.ask(build, scope=WHOLE_PARK) for _ in range(3)] == [1, 1, 1]
    assert len(built) == 1
    asking.close()


@pytest.mark.parametrize(("mark", "shown"), [((2, 1), 1), ((1, 2), 2)])
def test_ask__the_view_before_is_shown_while_only_readings_came(
    mark: tuple[int, int], shown: int, park: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    marks: dict[str, tuple[int, int]] = {"now": (1, 1)}
    put_marks(marks, monkeypatch)
    asking, built = Asking(park, now_s=Hand()), list[int]()
    build = counter(built)
    asking.ask(build, scope=WHOLE_PARK)
    marks["now"] = mark

    assert asking.ask(build, scope=WHOLE_PARK) == shown
    asking.close()


def test_ask__a_view_made_long_ago_is_not_shown_again(
    park: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    marks, hand = {"now": (1, 1)}, Hand()
    put_marks(marks, monkeypatch)
    asking, built = Asking(park, now_s=hand), list[int]()
    build = counter(built)
    asking.ask(build, scope=WHOLE_PARK)
    marks["now"], hand.now_s = (2, 1), STALE_MOST_S + 1

    assert asking.ask(build, scope=WHOLE_PARK) == 2
    asking.close()


def test_ask__a_dear_view_rests_ten_times_as_long_as_it_took_while_only_readings_came(
    park: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    marks: dict[str, tuple[int, int]] = {"now": (1, 1)}
    put_marks(marks, monkeypatch)
    clock = Hand()
    asking, built = Asking(park, now_s=clock), list[int]()

    def build(_ports: Ports) -> int:
        clock.now_s += 2.0
        built.append(1)
        return len(built)

    assert asking.ask(build, scope=WHOLE_PARK) == 1
    marks["now"] = (2, 1)
    clock.now_s += REST_TIMES * 2.0 - 1.0
    assert asking.ask(build, scope=WHOLE_PARK) == 1
    assert len(built) == 1, "readings alone do not begin it anew so soon"

    marks["now"] = (2, 2)
    assert asking.ask(build, scope=WHOLE_PARK) == 2, "a settlement does"
    asking.close()


def test_ask__after_our_own_change_nobody_sees_what_was_before(park: Path) -> None:
    asking, built = Asking(park, now_s=Hand()), list[int]()
    build = counter(built)
    asking.ask(build, scope=WHOLE_PARK)

    with asking.writing() as ports:
        assert ports.park.enterprises
    assert asking.ask(build, scope=WHOLE_PARK) == 2
    asking.close()


def test_ask__a_failure_is_told_and_not_kept(park: Path) -> None:
    asking = Asking(park)

    def build(_ports: Ports) -> int:
        raise StateError(given="a", expected="b", remedy="c")

    for _ in range(2):
        with pytest.raises(StateError):
            asking.ask(build, scope=WHOLE_PARK)
    asking.close()


def test_ask__what_takes_too_long_is_refused_and_there_when_it_is_done(
    park: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking_module, "ANSWER_WITHIN_S", 0.01)
    asking, go = Asking(park), Event()

    def build(_ports: Ports) -> bool:
        return go.wait(20)

    with pytest.raises(SlowAnswerError, match="shorter period"):
        asking.ask(build, scope=WHOLE_PARK)
    monkeypatch.setattr(asking_module, "ANSWER_WITHIN_S", 20.0)
    go.set()
    assert asking.ask(build, scope=WHOLE_PARK)
    asking.close()


def test_ask__a_part_of_the_park_is_never_answered_with_the_whole(park: Path) -> None:
    asking = Asking(park)

    assert asking.ask(_enterprises, scope=WHOLE_PARK) == ["E01", "E02"]
    assert asking.ask(_enterprises, scope=NOTHING) == []
    assert asking.ask(_enterprises, scope=Scope(frozenset({"E02"}))) == ["E02"]
    asking.close()


def _enterprises(ports: Ports) -> list[str]:
    return [*ports.park.enterprises]


def test_writing__a_park_that_another_writes_is_refused(park: Path) -> None:
    asking = Asking(park)

    with wiring.open_park(park, writing=True), pytest.raises(StateError), asking.writing():
        pass
    asking.close()
