"""The newest zone rules count, whoever brings them, and the same ones for everything."""

import os
import subprocess
import sys
import zoneinfo
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import tzdata

from bot.time_zone_rules import Rules, use_newest


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Leave the rules of this process as they were."""
    folders = zoneinfo.TZPATH
    yield
    zoneinfo.reset_tzpath(folders)
    ZoneInfo.clear_cache()


def _folder(place: Path, release: str, name: str = "tzdata.zi") -> Path:
    place.mkdir()
    line = f"# version {release}\n# This zic input file is in the public domain.\n" if "zi" in name else f"{release}\n"
    (place / name).write_text(line)
    return place


@pytest.mark.parametrize("release", ["2020a", "2025b", tzdata.IANA_VERSION, "", "no release"])
def test_the_packaged_rules_count_where_the_system_s_are_not_newer(tmp_path, release):
    assert use_newest([str(_folder(tmp_path / "old", release)), "/nonexistent"]) == Rules(tzdata.IANA_VERSION, None)
    assert zoneinfo.TZPATH == ()


@pytest.mark.parametrize(("release", "name"), [("2099a", "tzdata.zi"), ("2099a", "+VERSION"), ("2099za", "tzdata.zi")])
def test_the_system_s_rules_count_where_they_are_newer(tmp_path, release, name):
    newer = _folder(tmp_path / "newer", release, name)
    old = _folder(tmp_path / "old", "2099a" if release == "2099za" else "2025b")
    rules = use_newest([str(old), str(newer)])
    assert rules == Rules(release, newer)
    assert str(rules) == f"{release} ({newer})"
    assert (str(newer),) == zoneinfo.TZPATH
    assert use_newest() == rules  # asking again changes nothing


def test_a_zone_that_the_newer_folder_lacks_comes_from_the_packaged_rules(tmp_path):
    use_newest([str(_folder(tmp_path / "newer", "2099a"))])
    assert ZoneInfo.no_cache("US/Eastern").utcoffset(datetime(2026, 7, 1)) == timedelta(hours=-4)


# What Debian 12's and last year's python images (2025b) say of these is an hour off.
# Source: the NEWS file of tz 2026f, https://data.iana.org/time-zones/tzdb/NEWS
@pytest.mark.parametrize(
    ("name", "at", "hours"),
    [
        ("America/Vancouver", datetime(2026, 12, 15, 12, tzinfo=UTC), -7),
        ("Canada/Pacific", datetime(2027, 1, 15, 12, tzinfo=UTC), -7),
        ("America/Edmonton", datetime(2026, 12, 15, 12, tzinfo=UTC), -6),
        ("America/Inuvik", datetime(2026, 12, 15, 12, tzinfo=UTC), -6),
        ("America/Yellowknife", datetime(2026, 12, 15, 12, tzinfo=UTC), -6),
        ("Canada/Mountain", datetime(2026, 12, 15, 12, tzinfo=UTC), -6),
        ("America/Winnipeg", datetime(2026, 12, 15, 12, tzinfo=UTC), -5),
        ("Canada/Central", datetime(2026, 12, 15, 12, tzinfo=UTC), -5),
        ("America/Rainy_River", datetime(2026, 12, 15, 12, tzinfo=UTC), -5),
        ("Africa/Casablanca", datetime(2026, 12, 15, 12, tzinfo=UTC), 0),
        ("Africa/El_Aaiun", datetime(2026, 12, 15, 12, tzinfo=UTC), 0),
        ("America/Havana", datetime(2026, 12, 15, 12, tzinfo=UTC), -4),
        ("Cuba", datetime(2026, 12, 15, 12, tzinfo=UTC), -4),
        ("America/Havana", datetime(2027, 12, 15, 12, tzinfo=UTC), -5),
        ("Europe/Tiraspol", datetime(2027, 3, 28, 0, 30, tzinfo=UTC), 2),
        ("Europe/Tiraspol", datetime(2027, 3, 28, 1, 30, tzinfo=UTC), 3),
        ("Europe/Chisinau", datetime(2027, 3, 28, 0, 30, tzinfo=UTC), 2),
        ("Europe/Chisinau", datetime(2027, 3, 28, 1, 30, tzinfo=UTC), 3),
    ],
)
def test_the_clocks_that_changed_in_2026_are_right(name, at, hours):
    use_newest()
    assert at.astimezone(ZoneInfo.no_cache(name)).utcoffset() == timedelta(hours=hours)


def test_the_command_reads_files_by_the_newest_rules_and_says_which_those_are(tmp_path):
    """A file dated now, in a zone whose clock last year's rules have an hour off, is no embargo."""
    folder = tmp_path / "news"
    folder.mkdir()
    use_newest()
    here = datetime.now(ZoneInfo.no_cache("America/Vancouver")) - timedelta(seconds=5)
    (folder / "ferry.md").write_text(
        f"---\ntitle: The ferry runs again\npublishedDateTime: {here:%Y-%m-%d %H:%M:%S}\n"
        "webUrl: https://example.com/ferry\npublished: true\ntopics: [Ferries]\n---\n"
    )
    old = _folder(tmp_path / "old", "2020a")
    (old / "America").mkdir()
    # As if the clock there were eleven hours behind: by these rules the file's time is still to come.
    (old / "America" / "Vancouver").write_bytes(_packaged("Pacific/Pago_Pago"))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NEWSBOT_")}
    environment |= {"PYTHONTZPATH": str(old), "NEWSBOT_TIMEZONE": "America/Vancouver"}

    def newsbot(*arguments: str) -> str:
        command = [sys.executable, "-m", "bot", *arguments]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
        return done.stdout

    assert newsbot("--version").endswith(f", time zone rules {tzdata.IANA_VERSION} (packaged)\n")
    newsbot("import", "news")
    assert "scheduled" not in newsbot("drafts")


def _packaged(name: str) -> bytes:
    return (Path(tzdata.__file__).parent / "zoneinfo" / name).read_bytes()
