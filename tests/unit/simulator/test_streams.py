import numpy as np

from taihang.simulator.streams import Stream


def test_uniform__never_changes_between_releases() -> None:
    # Frozen on the day the scheme was made: whoever breaks this renames every simulated world.
    expected = [0.29255790763093825, 0.32591014958576203, 0.8938669877621092]

    assert expected == Stream(7, "golden", 2025).uniform(3).tolist()


def test_stream__begins_alike_whatever_is_drawn_later() -> None:
    longer = Stream(7, "cloud", "PV1").bell(1_000)

    assert longer[:10].tobytes() == Stream(7, "cloud", "PV1").bell(10).tobytes()


def test_stream__differs_by_seed_and_name() -> None:
    draws = {
        Stream(7, "a", "b").one(),
        Stream(8, "a", "b").one(),
        Stream(7, "a").one(),
        Stream(7, "b", "a").one(),
    }

    assert len(draws) == 4


def test_bell__has_mean_0_variance_1_and_stays_near() -> None:
    draws = Stream(7, "bell").bell(200_000)

    assert abs(draws.mean()) < 0.01
    assert abs(draws.std() - 1.0) < 0.01
    assert np.abs(draws).max() < 3.47


def test_uniform__fills_the_unit_interval_evenly() -> None:
    draws = Stream(7, "uniform").uniform(200_000)

    counts, _ = np.histogram(draws, bins=10, range=(0.0, 1.0))
    assert counts.sum() == 200_000
    assert np.abs(counts - 20_000).max() < 600


def test_below__stays_below() -> None:
    stream = Stream(7, "below")

    drawn = {stream.below(4) for _ in range(200)}

    assert drawn == {0, 1, 2, 3}
