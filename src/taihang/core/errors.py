"""Every failure the platform itself defines, with a stable code.

The four branches say what the caller should do::

    TaihangError
    ├── InputError        the caller gave something wrong: do not repeat it   exit 1, HTTP 422
    ├── StateError        right input, wrong moment                           exit 1, HTTP 409
    ├── IntegrityError    stored data does not verify: stop, call a person    exit 1, HTTP 500
    └── LinkError         a device, disk or peer did not answer: retry        exit 1, HTTP 503

Leaf classes live next to the function that raises them. A message says what was given, what was
expected and what to do; the data behind it stays on the exception as attributes.
"""

from typing import ClassVar

from typing_extensions import override


class TaihangError(Exception):
    """Base of every failure this package defines.

    Example:
        >>> str(InputError(given="-5 kWh", expected="a register of 0 or more", remedy="check it"))
        'input: given -5 kWh; expected a register of 0 or more; check it'
    """

    code: ClassVar[str] = "taihang"
    """Stable, documented in docs/errors.md, never reused."""

    def __init__(self, *, given: str, expected: str, remedy: str) -> None:
        super().__init__(given, expected, remedy)
        self.given = given
        """What was given, in the caller's own words."""
        self.expected = expected
        """What would have been right."""
        self.remedy = remedy
        """What to do now."""

    @override
    def __str__(self) -> str:
        return f"{self.code}: given {self.given}; expected {self.expected}; {self.remedy}"


class InputError(TaihangError):
    """The caller gave something wrong; giving it again will not help."""

    code = "input"


class StateError(TaihangError):
    """The input is right but the moment is wrong."""

    code = "state"


class IntegrityError(TaihangError):
    """Stored data does not verify: stop and call a person."""

    code = "integrity"


class LinkError(TaihangError):
    """A device, a disk or a peer did not answer: retry later."""

    code = "link"
