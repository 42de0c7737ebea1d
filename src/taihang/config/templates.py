"""The park files that ``taihang new`` starts from; each is a text a person may have written."""

from importlib.resources import files
from typing import Final

from taihang.core.errors import InputError
from taihang.core.park.problem import remedy_for_name

_NAMES: Final = ("changzhi", "xingxian", "blank")


class UnknownTemplateError(InputError):
    """No template bears the name."""

    code = "input.unknown-template"


def template_names() -> tuple[str, ...]:
    """Return the names of all templates, the fullest first."""
    return _NAMES


def template_text(name: str) -> str:
    """Return the text of a template, to be written to ``park.toml``.

    Args:
        name: One of ``template_names()``.

    Returns:
        The text, comments and all.

    Raises:
        UnknownTemplateError: If there is no such template.

    Example:
        >>> template_text("blank").count("[park]")
        1
    """
    if name not in _NAMES:
        raise UnknownTemplateError(
            given=repr(name),
            expected=f"one of {', '.join(_NAMES)}",
            remedy=remedy_for_name(name, known=_NAMES, otherwise="start from blank"),
        )
    return files("taihang.config").joinpath("templates", f"{name}.toml").read_text("utf-8")
