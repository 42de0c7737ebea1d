"""A day of a station, minute by minute."""

from hypothesis import given, settings
from hypothesis import strategies as st

from site_case import day, station, visit
from taihang.core.dispatch.site.day_check import check_day
from taihang.core.dispatch.site.run import SetPoints, State, at_once, run_day
from taihang.core.dispatch.site.visits import MINUTES, Visit


def rest(state: State) -> SetPoints:
    return SetPoints(
        cars_wh={one.visit_id: 0 for one in state.known},
        charge_wh=0,
        discharge_wh=0,
        expected_wh=0,
        is_planned=True,
    )


def test_run_day__charges_who_is_there_at_once_without_a_plan() -> None:
    record = run_day(station(), day(visit("a", 600, 720, 20_000)), decide=at_once)

    assert record.visit_wh("a")[40:43] == (15_000, 5_000, 0)
    assert sum(record.visit_wh("a")) == 20_000


def test_run_day__the_planner_knows_who_is_booked_and_of_others_only_who_is_there() -> None:
    seen = dict[int, list[str]]()

    def watch(state: State) -> SetPoints:
        seen[state.quarter] = [one.visit_id for one in state.known]
        return at_once(state)

    what = day(
        visit("booked", 600, 720, 60_000), visit("unknown", 610, 720, 60_000, is_booked=False)
    )
    run_day(station(), what, decide=watch)

    assert seen[0] == ["booked"]
    assert seen[40] == ["booked"]
    assert seen[41] == ["booked", "unknown"]
    assert seen[48] == []


def test_run_day__who_leaves_early_keeps_what_it_got() -> None:
    record = run_day(
        station(), day(visit("a", 600, 720, 60_000, departure_min=610)), decide=at_once
    )

    assert sum(record.visit_wh("a")) == 10_000


def test_run_day__many_unannounced_vehicles_never_exceed_the_transformer() -> None:
    crowd = [visit(f"v{n}", 600 + n, 720, 60_000, is_booked=False) for n in range(8)]

    record = run_day(station(transformer_kw=200.0), day(*crowd), decide=rest)

    most = max(one.doing.import_wh for one in record.minutes)
    assert most <= 200.0 * 1000 / 60
    assert check_day(record, station(transformer_kw=200.0), day(*crowd)) == ()


def test_run_day__who_came_unannounced_waits_for_the_next_plan_if_it_can() -> None:
    patient = visit("patient", 601, 780, 10_000, is_booked=False)
    hurried = visit("hurried", 601, 612, 10_000, is_booked=False)

    record = run_day(station(peak_so_far_kw=12.0), day(patient, hurried), decide=rest)

    assert sum(one.cars_wh.get("hurried", 0) for one in record.minutes[600:615]) == 10_000
    # 12 kW were reached in this month: 6 kW beside the station's own 6 are left until the peak
    # itself has grown by who could not wait.
    assert 0 < sum(one.cars_wh.get("patient", 0) for one in record.minutes[601:615]) < 10_000
    assert all(one.cars_wh.get("patient", 0) == 0 for one in record.minutes[601:603])


def test_run_day__the_planner_is_told_the_highest_quarter_so_far() -> None:
    record = run_day(
        station(peak_so_far_kw=20.0), day(visit("a", 600, 720, 20_000)), decide=at_once
    )

    peaks = [one.peak_wh for one in record.states]
    assert peaks[:41] == [5_000] * 41
    assert peaks[41:] == [16_500] * 55


@st.composite
def crowds(draw: st.DrawFn) -> list[Visit]:
    found = list[Visit]()
    for number in range(draw(st.integers(0, 6))):
        arrives = draw(st.integers(0, MINUTES - 2))
        told = draw(st.integers(arrives + 1, MINUTES))
        leaves = draw(st.integers(arrives + 1, told))
        wanted = draw(st.integers(1, 60_000))
        booked = draw(st.booleans())
        found.append(
            visit(f"v{number}", arrives, told, wanted, departure_min=leaves, is_booked=booked)
        )
    return found


@settings(max_examples=15, deadline=None)
@given(
    crowds(),
    st.integers(10, 300),
    st.integers(0, 200),
    st.tuples(st.integers(0, 2000), st.booleans()),
)
def test_run_day__whatever_a_plan_asks_for_the_record_passes_its_referee(
    crowd: list[Visit], transformer: int, sun: int, wish: tuple[int, bool]
) -> None:
    site, what = station(transformer_kw=float(transformer)), day(*crowd, sun_kw=sun)

    def wild(state: State) -> SetPoints:
        return SetPoints(
            cars_wh={one.visit_id: 2 * one.minute_wh for one in state.known},
            charge_wh=wish[0] if wish[1] else 0,
            discharge_wh=0 if wish[1] else wish[0],
            expected_wh=0,
            is_planned=True,
        )

    record = run_day(site, what, decide=wild)

    assert check_day(record, site, what) == ()
    # What came in is what went out, what is stored and what is lost: to the watt-hour.
    flows = [one.doing for one in record.minutes]
    came = sum(one.sun_wh - one.doing.curtailed_wh for one in record.minutes)
    came += sum(one.import_wh for one in flows)
    went = sum(one.base_wh + sum(one.cars_wh.values()) for one in record.minutes)
    went += sum(one.export_wh for one in flows)
    stored = record.minutes[-1].stored_wh - record.start_wh
    lost = sum(one.charge_wh - one.discharge_wh for one in flows) - stored
    assert lost >= 0
    assert came == went + stored + lost
