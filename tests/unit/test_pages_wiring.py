"""What the pages need of a park folder."""

from pathlib import Path

from taihang.pages_wiring import accounts_database, disk_bytes, park_bytes, session_secret


def test_session_secret__is_the_same_after_a_restart_and_another_park_has_another(
    tmp_path: Path,
) -> None:
    one, other = tmp_path / "one", tmp_path / "other"

    assert session_secret(one) == session_secret(one)
    assert session_secret(one) != session_secret(other)
    assert len(session_secret(one)) == 64
    assert (one / "keys/salt.key").stat().st_mode & 0o077 == 0


def test_disk_bytes__are_free_of_all(tmp_path: Path) -> None:
    free, total = disk_bytes(tmp_path)

    assert 0 <= free <= total


def test_accounts_database__is_a_durable_file_of_its_own(tmp_path: Path) -> None:
    found = accounts_database(tmp_path)

    assert found["NAME"] == str(tmp_path / "accounts.db")
    assert "synchronous=FULL" in str(found["OPTIONS"])


def test_park_bytes__counts_what_each_part_takes(tmp_path: Path) -> None:
    (tmp_path / "journal" / "inner").mkdir(parents=True)
    (tmp_path / "journal" / "a.log").write_bytes(bytes(100))
    (tmp_path / "journal" / "inner" / "b").write_bytes(bytes(20))
    (tmp_path / "registry.db").write_bytes(bytes(7))
    (tmp_path / "registry.db-wal").write_bytes(bytes(3))

    found = park_bytes(tmp_path)

    assert found == {"journal": 120, "register": 10}
