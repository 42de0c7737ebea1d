"""The fast rule between two plans."""

from hypothesis import given
from hypothesis import strategies as st

from taihang.core.dispatch.site.guard import Bounds, Car, Doing, Moment, kept

WH = st.integers(0, 5000)


@st.composite
def moments(draw: st.DrawFn) -> Moment:
    cars = tuple(
        Car(
            id=f"c{number}",
            wish_wh=draw(st.integers(0, 2000)),
            spare_min=draw(st.integers(-20, 90)),
            may_wait=draw(st.booleans()),
        )
        for number in range(draw(st.integers(0, 5)))
    )
    charges = draw(st.booleans())
    wish = draw(st.integers(0, 2000))
    return Moment(
        sun_wh=draw(WH),
        base_wh=draw(WH),
        charge_wh=wish if charges else 0,
        discharge_wh=0 if charges else wish,
        charge_most_wh=draw(st.integers(0, 2000)),
        discharge_most_wh=draw(st.integers(0, 2000)),
        cars=cars,
    )


@given(moments(), WH, WH, WH)
def test_kept__balances_and_stays_within_every_bound(
    moment: Moment, most: int, export: int, expected: int
) -> None:
    bounds = Bounds(import_wh=most, export_wh=export, expected_wh=min(expected, most))

    doing = kept(moment, bounds)

    into = moment.sun_wh - doing.curtailed_wh + doing.import_wh + doing.discharge_wh
    assert into == moment.base_wh + sum(doing.cars_wh) + doing.export_wh + doing.charge_wh
    assert doing.import_wh <= most + doing.short_wh
    assert doing.export_wh <= export
    assert 0 <= doing.curtailed_wh <= moment.sun_wh
    assert 0 <= doing.charge_wh <= moment.charge_most_wh
    assert 0 <= doing.discharge_wh <= moment.discharge_most_wh
    assert min(doing.charge_wh, doing.discharge_wh) == 0
    assert min(doing.import_wh, doing.export_wh) == 0
    for car, given_wh in zip(moment.cars, doing.cars_wh, strict=True):
        assert 0 <= given_wh <= car.wish_wh


@given(moments(), WH)
def test_kept__the_station_exceeds_the_transformer_only_by_its_own_load(
    moment: Moment, most: int
) -> None:
    doing = kept(moment, Bounds(import_wh=most, export_wh=10_000, expected_wh=most))

    if doing.short_wh:
        assert sum(doing.cars_wh) == 0
        assert doing.charge_wh == 0
        assert doing.discharge_wh == moment.discharge_most_wh


def minute(*cars: Car, sun: int = 0, base: int = 0, charge: int = 0) -> Moment:
    return Moment(
        sun_wh=sun,
        base_wh=base,
        charge_wh=charge,
        discharge_wh=0,
        charge_most_wh=500,
        discharge_most_wh=200,
        cars=cars,
    )


def car(name: str, wish: int, spare: float, *, may_wait: bool = False) -> Car:
    return Car(id=name, wish_wh=wish, spare_min=spare, may_wait=may_wait)


def done(moment: Moment, most: int, *, export: int = 0, expected: int = 10_000) -> Doing:
    return kept(moment, Bounds(import_wh=most, export_wh=export, expected_wh=min(expected, most)))


def test_kept__first_the_battery_gives_way_then_who_has_the_most_time() -> None:
    moment = minute(car("hurried", 600, 2.0), car("idle", 600, 60.0), base=100, charge=300)

    doing = done(moment, 900)

    assert (doing.charge_wh, doing.discharge_wh) == (0, 200)
    assert doing.cars_wh == (600, 400)


def test_kept__who_came_unannounced_waits_rather_than_makes_a_new_peak() -> None:
    moment = minute(car("new", 600, 60.0, may_wait=True), car("planned", 300, 60.0))

    assert done(moment, 2000, expected=400).cars_wh == (100, 300)


def test_kept__who_has_no_time_to_wait_does_not() -> None:
    moment = minute(car("new", 600, 3.0), car("planned", 300, 60.0))

    assert done(moment, 2000, expected=400).cars_wh == (600, 300)


def test_kept__the_battery_holds_the_peak_of_the_month_before_and_after_who_can_wait() -> None:
    moment = minute(
        car("new", 300, 60.0, may_wait=True), car("planned", 700, 5.0), base=100, charge=200
    )

    doing = done(moment, 5000, expected=600)

    assert (doing.charge_wh, doing.discharge_wh) == (0, 200)
    assert doing.cars_wh == (0, 700)
    assert doing.import_wh == 600


def test_kept__what_the_grid_does_not_take_goes_to_the_battery_then_is_curtailed() -> None:
    doing = done(minute(sun=1000, base=100), 2000, export=250)

    assert (doing.charge_wh, doing.curtailed_wh, doing.export_wh) == (500, 150, 250)
