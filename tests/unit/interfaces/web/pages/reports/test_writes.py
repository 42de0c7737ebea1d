"""Acts that come from forms: an id of their own each."""

import re

from taihang.interfaces.web.pages.reports.writes import new_act_id


def test_new_act_id__is_another_one_each_time() -> None:
    ids = {new_act_id() for _ in range(50)}

    assert len(ids) == 50
    assert all(re.fullmatch(r"form-[0-9a-f]{24}", each) for each in ids)
