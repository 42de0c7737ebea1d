"""Every reader refuses in the same words, and says that nothing was stored."""

from taihang.adapters.forms.refusal import FormFileError


def test_form_file_error__names_the_file_and_says_that_nothing_was_stored() -> None:
    error = FormFileError(name="f.csv", what="nothing", expected="rows", remedy="fill it in")

    assert (error.code, error.given) == ("input.form-file", "f.csv: nothing")
    assert error.remedy.endswith("nothing was stored")
