import csv
from io import StringIO

from taihang.config.django_settings import ensure_django
from taihang.interfaces.web.csv_answer import csv_answer

ensure_django()


def test_csv_answer__writes_numbers_plainly_and_leaves_the_missing_empty() -> None:
    answer = csv_answer("plants", ["id", "kWh"], [["PV01", 1234.5], ["PV02", None], ["PV03", 0]])

    text = answer.content.decode("utf-8-sig")
    assert list(csv.reader(StringIO(text))) == [
        ["id", "kWh"], ["PV01", "1234.5"], ["PV02", ""], ["PV03", "0"],
    ]  # fmt: skip
    assert answer["Content-Disposition"] == 'attachment; filename="plants.csv"'
    assert answer.content.startswith(b"\xef\xbb\xbf")


def test_csv_answer__a_name_that_begins_like_a_formula_does_nothing() -> None:
    answer = csv_answer("x", ["=head"], [["=1+1"], ['a,"b"'], ["\u202eevil"]])

    rows = list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))
    assert rows == [["'=head"], ["'=1+1"], ['a,"b"'], ["⟨U+202E⟩evil"]]
