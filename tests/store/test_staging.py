"""Taking in a database file: what cannot be read is named, and what is taken belongs to its owner alone."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from databases import empty_database

from bot.errors import StoreError
from bot.store.engine.staging import Staged, UnsoundFile, stage

NOBODY = 65534


@contextmanager
def as_nobody() -> Iterator[None]:
    """Be somebody for whom permissions count: root may read everything."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that everybody may pass through, with a sound `news.db`."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o711)
    empty_database(folder / "news.db")
    yield folder
    shutil.rmtree(folder)


def test_a_file_that_may_not_be_read_is_named(folder: Path, tmp_path: Path) -> None:
    (folder / "news.db").chmod(0)
    with as_nobody(), pytest.raises(StoreError) as refused:
        stage(folder / "news.db", tmp_path / "copy.db")
    assert str(refused.value) == f"cannot read {folder}/news.db: Permission denied"
    assert not isinstance(refused.value, UnsoundFile)


def test_what_is_staged_is_private_and_replaces_a_link_instead_of_following_it(folder: Path, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("theirs")
    (tmp_path / "copy.db").symlink_to(victim)
    assert stage(folder / "news.db", tmp_path / "copy.db") == Staged()
    assert victim.read_text() == "theirs" and not (tmp_path / "copy.db").is_symlink()
    assert stat.S_IMODE((tmp_path / "copy.db").stat().st_mode) == 0o600
    assert (tmp_path / "copy.db").read_bytes() == (folder / "news.db").read_bytes()


def test_a_folder_that_cannot_be_written_is_not_the_files_fault(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(OSError) as failed:
        stage(folder / "news.db", tmp_path / "nowhere" / "copy.db")
    assert failed.value.filename == str(tmp_path / "nowhere" / "copy.db")
