"""What a project makes, in electricity."""

from decimal import Decimal

from taihang.core.park.candidate import CandidateProduct


def test_mwh_per_year__is_output_times_use() -> None:
    # Fact of S16: 100 kt of LFP; 4 450 kWh/t is assumed.
    product = CandidateProduct(
        id="LFP",
        name_zh="磷酸铁锂",
        name_en="LFP",
        t_per_year=Decimal(100_000),
        kwh_per_t=Decimal(4_450),
        cbam_good=None,
    )

    assert product.mwh_per_year == 445_000
