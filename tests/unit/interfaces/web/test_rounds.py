"""Rounds are made again and again, until they are stopped."""

from threading import Event

from taihang.interfaces.web.rounds import Rounds


def test_start__looks_again_and_again_until_it_is_stopped() -> None:
    looks: list[int] = []
    twice = Event()

    def look() -> None:
        looks.append(len(looks))
        if len(looks) > 1:
            twice.set()

    rounds = Rounds(look, name="test", every_s=0.001)
    rounds.start()

    assert twice.wait(10)
    rounds.stop()
    n_looks = len(looks)
    assert looks == [*range(n_looks)]


def test_stop__ends_what_would_have_waited_for_long() -> None:
    looks: list[int] = []
    rounds = Rounds(lambda: looks.append(1), name="test", every_s=3_600)
    rounds.start()

    rounds.stop()

    assert looks == []
