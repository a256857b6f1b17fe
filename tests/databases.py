"""
Empty databases of today's shape, for tests that are not about migrations.

Migrating takes a commit for every migration, and is the larger part of most tests' set-up; so each test process does
it once and keeps what came out.
"""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.store.engine.migrations import migrate


def empty_database(path: Path) -> Path:
    """Make a database at `path`, and its folder, unless there is one, as `migrate(path, create=True)` does."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_bytes(_migrated())
    return path


@cache
def _migrated() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        migrate(path, create=True)
        assert [file.name for file in Path(folder).iterdir()] == [path.name]  # nothing is left in a write-ahead log
        return path.read_bytes()
