from taihang.interfaces.ratio_words import asked, whole_percent


def test_asked__has_the_sign_of_the_requirement() -> None:
    assert asked({"at_least": True, "threshold": "0.30"}) == "≥ 30 %"
    assert asked({"at_least": False, "threshold": "0.20"}) == "≤ 20 %"


def test_whole_percent__keeps_what_was_written() -> None:
    assert [whole_percent(each) for each in ("0.1", "1", "0.125")] == ["10 %", "100 %", "12.5 %"]
