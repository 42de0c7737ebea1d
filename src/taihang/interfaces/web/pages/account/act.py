"""The id that a form carries, so that it sent twice is one act."""

import re
import secrets
from typing import Final

from django import forms
from typing_extensions import override

from taihang.interfaces.accounts.wording import words

_ID_BYTES: Final = 16
_ACT: Final = re.compile(r"[0-9a-f]{32}")
REASON_MOST: Final = 300


def new_act_id() -> str:
    """Return an id for a form that is shown."""
    return secrets.token_hex(_ID_BYTES)


class ActField(forms.CharField):
    """The hidden field of a form that holds its id."""

    def __init__(self) -> None:
        super().__init__(max_length=2 * _ID_BYTES)

    @override
    def clean(self, value: object) -> str:
        """Return the id; a form without one did not come from our page."""
        act_id = super().clean(value)
        if not _ACT.fullmatch(act_id):
            raise forms.ValidationError(words("accounts.error.act"))
        return act_id


class ReasonField(forms.CharField):
    """Why something is done."""

    def __init__(self) -> None:
        super().__init__(max_length=REASON_MOST, strip=True)
