from pathlib import Path

import small_park
from restated_park import corrected
from small_park import AUGUST
from taihang.services.close_period import close_period


def test_close_period__runs_every_job_and_again_changes_nothing(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        small_park.fill(ports, AUGUST)
        first = close_period(AUGUST, ports=ports)
        again = close_period(AUGUST, ports=ports)

        assert first.settled.n_intervals == AUGUST.n_steps
        assert first.certified.n_lots > 0
        assert (first.accounted.n_new, first.accounted.n_restated) == (
            again.accounted.n_unchanged,
            0,
        )
        assert (again.accounted.n_new, again.accounted.n_restated) == (0, 0)
        assert first.billed == again.billed
        assert first.billed.n_bills > 0


def test_close_period__settling_by_hand_says_the_cause_as_well(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        small_park.fill(ports, AUGUST)
        close_period(AUGUST, ports=ports)
        corrected(ports, 3)
        close_period(AUGUST, ports=ports)

        document = ports.registry.statement("energy.E02.2026-08").document
        assert '"reason":"readings M-E02 2026-08-11T0945 ' in document
