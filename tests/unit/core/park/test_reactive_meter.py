from taihang.core.park.reactive_meter import ReactiveMeter


def test_max_steps_per_s__is_the_largest_power_in_var_hours_a_second() -> None:
    meter = ReactiveMeter(
        id="Q", node="E01", resolution_varh=1, multiplier=100, digits=7, max_kvar=3.6
    )

    assert meter.max_steps_per_s == 1.0
    assert (meter.unit, meter.scale, meter.modulus) == ("varh", 100, 10**7)
