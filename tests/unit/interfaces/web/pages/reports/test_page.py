"""Words of the pages of reports: every state, cadence and role has one in both languages."""

import pytest

from taihang.core.access.role import Role
from taihang.core.seal.review import State, Step
from taihang.interfaces.catalogue import LANGS, Lang, text
from taihang.interfaces.reports.report_words import lacks_words
from taihang.interfaces.web.pages.reports.page import state_words, told_subject
from taihang.interfaces.web.pages.reports.view import Named
from taihang.services.report_period import Cadence
from taihang.services.report_ready import Lack, Want
from taihang.services.report_schedule import IfIncomplete


@pytest.mark.parametrize("lang", LANGS)
def test_words__are_there_for_every_member_of_every_set(lang: Lang) -> None:
    said = [
        *(state_words(state, lang) for state in State),
        *(text(f"report_seal.step.{step}", lang) for step in Step),
        *(text(f"reports_page.cadence.{cadence}", lang) for cadence in Cadence),
        *(text(f"reports_page.role.{role.value}", lang) for role in Role),
        *(text(f"reports_page.incomplete.{each}", lang) for each in IfIncomplete),
        *(lacks_words([Lack(want, 1, 2)], lang) for want in Want),
    ]

    assert len(said) == 5 + 5 + 3 + 10 + 2 + 4
    assert all(said)


def test_told_subject__names_an_asset_with_its_id_and_the_park_without() -> None:
    assert told_subject(Named("park", "园区", "Park"), "en") == "Park"
    assert told_subject(Named("E17", "厂", "Plant"), "zh") == "E17 厂"
