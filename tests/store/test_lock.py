"""One process per database."""

import subprocess
import sys
from pathlib import Path

import pytest

from bot.errors import StoreError
from bot.store.engine.lock import DatabaseLock, is_locked

_HOLDER = """
import sys
from pathlib import Path
from bot.store.engine.lock import DatabaseLock
lock = DatabaseLock(Path(sys.argv[1]))
lock.remember(41)
print("held", flush=True)
sys.stdin.read()
"""


def test_a_second_process_is_refused_and_the_lock_dies_with_the_first(tmp_path: Path) -> None:
    database = tmp_path / "news.db"
    with subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(database)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None and holder.stdout.readline() == "held\n"
        assert is_locked(database)
        with pytest.raises(StoreError, match=f"another newsbot runs on the database {database}") as caught:
            DatabaseLock(database)
        assert "\n" not in str(caught.value)
        holder.kill()
    assert not is_locked(database)
    lock = DatabaseLock(database)
    assert lock.generation() == 41
    lock.release()


def test_a_database_behind_a_symbolic_link_is_the_same_database(tmp_path: Path) -> None:
    (tmp_path / "news.db").touch()
    (tmp_path / "link.db").symlink_to("news.db")
    lock = DatabaseLock(tmp_path / "news.db")
    assert is_locked(tmp_path / "link.db")
    with pytest.raises(StoreError, match="another newsbot runs on the database"):
        DatabaseLock(tmp_path / "link.db")
    lock.release()
    assert not is_locked(tmp_path / "link.db")


def test_a_generation_is_remembered_whether_it_grows_or_shrinks(tmp_path: Path) -> None:
    lock = DatabaseLock(tmp_path / "news.db")
    assert lock.generation() == 0
    for generation in (7, 123_456, 5):
        lock.remember(generation)
        assert lock.generation() == generation
    lock.release()


def test_a_lock_file_full_of_nonsense_means_nothing(tmp_path: Path) -> None:
    (tmp_path / "news.db.lock").write_bytes(b"\xff\x00 nonsense")
    lock = DatabaseLock(tmp_path / "news.db")
    assert lock.generation() == 0
    lock.release()


def test_asking_makes_no_file_and_nobody_runs_where_nothing_is(tmp_path: Path) -> None:
    assert not is_locked(tmp_path / "missing" / "news.db")
    assert not is_locked(tmp_path / "news.db")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=str(tmp_path / "missing")):
        DatabaseLock(tmp_path / "missing" / "news.db")
