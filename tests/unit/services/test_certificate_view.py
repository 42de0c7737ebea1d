"""What anybody may see of a certificate: one state, or several of one that was cut."""

from paper_case import VIEW, cut_view


def test_state__is_that_of_all_parts_or_none() -> None:
    assert VIEW.state == "claimed"
    assert cut_view().state == ""


def test_document__says_totals_by_state() -> None:
    document = cut_view().document()

    assert document["wh"] == VIEW.wh
    assert document["parts"] == [
        {"state": "held", "wh": 345_678},
        {"state": "claimed", "wh": 12_000_000},
    ]
