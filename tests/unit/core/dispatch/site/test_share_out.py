"""A fleet's plan, shared out among its vehicles."""

from hypothesis import given
from hypothesis import strategies as st

from taihang.core.dispatch.site.share_out import NONE_GRAINS, Shares, shared_out
from taihang.core.dispatch.site.stays import Stay

N = 8
ENOUGH = [10**9] * N
UNIT = 10 * NONE_GRAINS


@st.composite
def vehicles(draw: st.DrawFn) -> list[Stay]:
    found = list[Stay]()
    for number in range(draw(st.integers(1, 7))):
        first = draw(st.integers(0, N - 1))
        last = draw(st.integers(first + 1, N))
        power = draw(st.integers(1, 9)) * UNIT
        energy = draw(st.integers(0, power * (last - first)))
        found.append(
            Stay(id=f"v{number}", first=first, last=last, energy_grains=energy, step_grains=power)
        )
    return found


@st.composite
def served(draw: st.DrawFn) -> tuple[list[Stay], list[int]]:
    """Vehicles, and the sum of what each of them gets in some way that it can."""
    total, stays = [0] * N, draw(vehicles())
    for one in stays:
        left = one.energy_grains
        order = draw(st.permutations(range(one.first, one.last)))
        for step in order:
            more = min(one.step_grains, left)
            total[step] += more
            left -= more
    return stays, total


def check_limits(stays: list[Stay], shares: Shares) -> None:
    for one, mine in zip(stays, shares.taken, strict=True):
        assert len(mine) == one.last - one.first
        assert all(0 <= grains <= one.step_grains for grains in mine)
        assert sum(mine) == one.reach_grains


@given(served())
def test_shared_out__what_vehicles_can_do_together_is_shared_to_the_grain(
    case: tuple[list[Stay], list[int]],
) -> None:
    stays, planned = case

    shares = shared_out(stays, planned, ENOUGH)

    check_limits(stays, shares)
    assert shares.subsets == ()
    # What is too little for a chain moves by less than that in each interval.
    off = [a - b for a, b in zip(shares.of_steps(stays, N), planned, strict=True)]
    assert all(abs(one) <= N * NONE_GRAINS for one in off)


@given(vehicles(), st.data())
def test_shared_out__names_intervals_that_take_more_than_the_vehicles_can(
    stays: list[Stay], data: st.DataObject
) -> None:
    total, planned = sum(one.energy_grains for one in stays), [0] * N
    for _ in range(data.draw(st.integers(1, 4))):
        planned[data.draw(st.integers(0, N - 1))] += total // 4

    shares = shared_out(stays, planned, ENOUGH)

    check_limits(stays, shares)
    for subset in shares.subsets:
        most = sum(
            min(
                one.energy_grains,
                one.step_grains * sum(one.first <= step < one.last for step in subset.steps),
            )
            for one in stays
        )
        assert subset.most_grains == most
        assert sum(planned[step] for step in subset.steps) > most
    if not shares.subsets:
        given_up = sum(planned) - sum(
            min(a, b) for a, b in zip(shares.of_steps(stays, N), planned, strict=True)
        )
        assert given_up <= N * NONE_GRAINS


@given(vehicles(), st.lists(st.integers(0, 30), min_size=N, max_size=N))
def test_shared_out__shares_the_most_that_the_vehicles_can_take_of_a_plan(
    stays: list[Stay], planned: list[int]
) -> None:
    wanted = [one * UNIT for one in planned]

    # Where the station gives no more than was planned, nobody can get energy elsewhere.
    shares = shared_out(stays, wanted, wanted)

    beyond = 0
    for members in range(1 << N):
        steps = [step for step in range(N) if members >> step & 1]
        can = sum(
            min(
                one.energy_grains,
                one.step_grains * sum(one.first <= step < one.last for step in steps),
            )
            for one in stays
        )
        beyond = max(beyond, sum(wanted[step] for step in steps) - can)
    given_up = sum(wanted) - sum(shares.of_steps(stays, N))
    assert beyond <= given_up <= beyond + N * NONE_GRAINS
    assert bool(shares.subsets) == (beyond > 0)


@given(vehicles(), st.integers(0, 20))
def test_shared_out__never_gives_more_than_the_station_has(stays: list[Stay], most: int) -> None:
    limit = [most * UNIT] * N

    shares = shared_out(stays, [0] * N, limit)

    assert max(shares.of_steps(stays, N)) <= most * UNIT
    assert all(
        sum(mine) <= one.energy_grains for one, mine in zip(stays, shares.taken, strict=True)
    )


def test_shared_out__who_has_less_time_to_spare_comes_first() -> None:
    stays = [
        Stay(id="long", first=0, last=4, energy_grains=UNIT, step_grains=UNIT),
        Stay(id="short", first=0, last=1, energy_grains=UNIT, step_grains=UNIT),
    ]

    shares = shared_out(stays, [UNIT, 0, UNIT, 0, 0, 0, 0, 0], ENOUGH)

    assert shares.taken == ((0, 0, UNIT, 0), (UNIT,))


def test_shared_out__a_chain_finds_what_laxity_alone_does_not() -> None:
    # By laxity the first interval goes to "long" alone, and "short" has left when power is free.
    stays = [
        Stay(id="short", first=0, last=1, energy_grains=UNIT, step_grains=4 * UNIT),
        Stay(id="long", first=0, last=2, energy_grains=3 * UNIT, step_grains=2 * UNIT),
    ]

    shares = shared_out(stays, [2 * UNIT, 2 * UNIT, *[0] * (N - 2)], ENOUGH)

    assert shares.subsets == ()
    assert shares.taken == ((UNIT,), (UNIT, 2 * UNIT))


def test_shared_out__a_chain_never_gives_more_than_a_vehicle_takes() -> None:
    # "long" gives up the first interval to "short" and takes the second, as far as it has room.
    stays = [
        Stay(id="long", first=0, last=2, energy_grains=5 * UNIT, step_grains=3 * UNIT),
        Stay(id="short", first=0, last=1, energy_grains=2 * UNIT, step_grains=3 * UNIT),
    ]
    planned = [3 * UNIT, 4 * UNIT, *[0] * (N - 2)]

    shares = shared_out(stays, planned, planned)

    assert max(shares.taken[0]) <= 3 * UNIT
    assert shares.of_steps(stays, 2) == [3 * UNIT, 3 * UNIT]


def test_without__takes_the_shares_of_some_away() -> None:
    shares = Shares(((1, 2), (3,)), (), ())

    assert shares.without([0]).taken == ((0, 0), (3,))
