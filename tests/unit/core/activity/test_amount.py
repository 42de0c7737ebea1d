from decimal import Decimal

from taihang.core.activity.amount import Known, Unknown, first_unknown


def test_first_unknown__names_the_first_reason() -> None:
    known, one, other = Known(Decimal(0), "t"), Unknown("no-data"), Unknown("no-choice")

    assert first_unknown(known, one, other) == one
    assert first_unknown(known) is None
