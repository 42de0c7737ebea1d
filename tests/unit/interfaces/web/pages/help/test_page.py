"""What the help says: how far a park is, who may do a step, and words that are looked for."""

from dataclasses import replace
from typing import Final

from taihang.core.access.role import Right, Role
from taihang.interfaces.accounts.viewer import Viewer
from taihang.interfaces.catalogue import LANGS
from taihang.interfaces.glossary import plain, terms
from taihang.interfaces.web.pages.help.guides import CERTIFICATE, GUIDES, IMPORT, METER
from taihang.interfaces.web.pages.help.page import (
    Reader,
    count_terms,
    glossary_parts,
    guide_shown,
    is_about,
    who_may,
)
from unit.interfaces.web.pages.help.test_guides import FAR

REGULATOR: Final = Viewer(name="li", roles=frozenset((Role.REGULATOR,)), enterprise="")
READER: Final = Reader(REGULATOR, "en", FAR)


def test_guide_shown__tells_done_open_and_what_the_park_cannot_know() -> None:
    fresh = replace(FAR, has_sent=False, newest_s=None)

    found = guide_shown(METER, Reader(REGULATOR, "en", fresh))

    assert {step.code: step.state for step in found.steps} == {
        "park": "done",
        "token": "done",
        "door": "untold",
        "send": "open",
        "look": "open",
    }
    assert found.said == "Done in this park: 2 of 4"
    assert not found.is_whole


def test_guide_shown__of_a_park_that_did_everything_is_whole() -> None:
    assert all(guide_shown(guide, READER).is_whole for guide in GUIDES)


def test_guide_shown__that_may_not_tell_says_nothing_of_the_park() -> None:
    found = guide_shown(CERTIFICATE, Reader(REGULATOR, "en", None))

    assert (found.said, found.is_whole) == ("", False)
    assert {step.state for step in found.steps} == {"untold"}
    assert not [link for step in found.steps for link in step.links if "/c/" in link.address]


def test_guide_shown__leads_to_a_certificate_that_is_there() -> None:
    found = guide_shown(CERTIFICATE, READER)

    (step,) = (each for each in found.steps if each.code == "open")
    assert [link.address for link in step.links] == [
        "/green/certificates/",
        f"/c/{FAR.certificate}",
    ]


def test_guide_shown__names_who_may_do_what_the_viewer_may_not() -> None:
    found = guide_shown(IMPORT, READER)

    (step,) = (each for each in found.steps if each.code == "upload")
    assert [(link.address, link.who) for link in step.links] == [("", who_may(Right.HAND_IN, "en"))]
    assert "Accountant" in who_may(Right.HAND_IN, "en")


def test_guide_shown__says_when_the_newest_reading_was() -> None:
    steps = {step.code: step for step in guide_shown(METER, READER).steps}

    assert steps["look"].newest == "2026-09-21 22:13"
    assert steps["send"].newest == ""


def test_glossary_parts__finds_words_in_both_languages() -> None:
    everything, some = glossary_parts("", "zh"), glossary_parts("coverage", "zh")

    n = sum(len(part.rows) for part in everything)
    assert n == count_terms() == len(terms())
    assert "coverage" in {row.id for part in some for row in part.rows}
    assert sum(len(part.rows) for part in some) < n / 10
    assert glossary_parts("no such word", "en") == ()


def test_glossary_parts__are_named_in_the_language_of_the_reader() -> None:
    assert glossary_parts("", "zh")[0].name == "时间与读数"
    assert glossary_parts("", "en")[0].name == "Time and readings"


def test_glossary_parts__hold_no_marks_of_a_document() -> None:
    said = [row.meaning for lang in LANGS for part in glossary_parts("", lang) for row in part.rows]

    assert len(said) == 2 * count_terms()
    assert not [each for each in said if "`" in each or "](" in each]
    assert plain("`a`, see [VEE](vee.md#b)") == "a, see VEE"


def test_is_about__wants_every_word() -> None:
    each = terms()["coverage"]

    assert is_about(each, "COVERAGE usable")
    assert not is_about(each, "coverage tariff")
