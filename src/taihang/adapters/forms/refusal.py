"""Why a file is no form, whatever stands in it: said by every reader in the same way."""

from taihang.core.errors import InputError


class FormFileError(InputError):
    """A file is not one that a form can be read from without guessing."""

    code = "input.form-file"

    def __init__(self, *, name: str, what: str, expected: str, remedy: str) -> None:
        super().__init__(
            given=f"{name}: {what}",
            expected=expected,
            remedy=f"{remedy}; nothing was stored",
        )
