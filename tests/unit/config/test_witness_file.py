"""witness.toml: strict, and everything wrong is told with its line."""

import pytest

from taihang.config.witness_file import (
    LOGS_MAX,
    WitnessFileError,
    new_witness_file,
    read_witness_file,
)
from taihang.core.tlog.note import VerifierKey

KEY, OTHER = "1" * 64, "2" * 64
GOOD = f"""format = 1
name = "e01-witness"
[logs.mypark]
origin = "taihang/mypark"
keys = ["{KEY}", "{OTHER}"]
"""


def test_read_witness_file__gives_name_and_logs() -> None:
    found = read_witness_file(GOOD, source="witness.toml")

    assert found.name == "e01-witness"
    assert found.logs == {
        "taihang/mypark": (
            VerifierKey("taihang/mypark", bytes.fromhex(KEY)),
            VerifierKey("taihang/mypark", bytes.fromhex(OTHER)),
        )
    }


def test_new_witness_file__follows_nothing_until_its_example_is_taken() -> None:
    text = new_witness_file("grid-witness")

    assert read_witness_file(text, source="x").logs == {}
    example = text.replace("\n#[logs", "\n[logs").replace("\n#origin", "\norigin")
    taken = read_witness_file(example.replace("\n#keys", "\nkeys"), source="x")
    assert list(taken.logs) == ["taihang/mypark"]
    assert taken.name == "grid-witness"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("format = 1", "format = 2", "witness.toml:1: format: given 2"),
        ("format = 1\n", "", "format: given nothing"),
        ('name = "e01-witness"', 'name = "two words"', "witness.toml:2: name"),
        ("origin", "orgin", "witness.toml:4: logs.mypark.orgin: given an unknown key"),
        (f'"{KEY}", ', '"11", ', "witness.toml:5: logs.mypark.keys"),
        (f'["{KEY}", "{OTHER}"]', "[]", "witness.toml:5: logs.mypark.keys"),
        ("[logs.mypark]", "[log.mypark]", "given an unknown key"),
        ("[logs.mypark]", "[logs.mypark", "no TOML"),
        ("format = 1", "format = 1\nextra = true", "witness.toml:2: extra: given an unknown key"),
    ],
)
def test_read_witness_file__tells_what_is_wrong_and_where(old: str, new: str, told: str) -> None:
    with pytest.raises(WitnessFileError) as refused:
        read_witness_file(GOOD.replace(old, new), source="witness.toml")

    assert told in str(refused.value)


def test_read_witness_file__refuses_one_log_in_two_tables() -> None:
    text = GOOD + f'[logs.again]\norigin = "taihang/mypark"\nkeys = ["{KEY}"]\n'

    with pytest.raises(WitnessFileError, match="an origin of its own"):
        read_witness_file(text, source="witness.toml")


def test_read_witness_file__has_limits() -> None:
    logs = "".join(
        f'[logs.l{number}]\norigin = "o{number}"\nkeys = ["{KEY}"]\n'
        for number in range(LOGS_MAX + 1)
    )

    with pytest.raises(WitnessFileError, match=f"at most {LOGS_MAX} logs"):
        read_witness_file(f'format = 1\nname = "w"\n{logs}', source="witness.toml")
    with pytest.raises(WitnessFileError, match="more than 100000 signs"):
        read_witness_file("#" * 100_001, source="witness.toml")
