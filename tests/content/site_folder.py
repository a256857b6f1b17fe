"""A folder of a static site, written from texts and read as the bot reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from bot.content.articles.surroundings import ReadingRules
from bot.content.files.folder import Found, scan
from bot.content.sites.recognition import load
from bot.content.sites.site import Site
from bot.domain.article import Story
from bot.errors import Complaint, ContentError, NoArticle

NOW = datetime(2026, 11, 30, 13, 0, tzinfo=UTC)
ADDRESS = "https://example.org"


@dataclass(frozen=True)
class Read:
    """What a folder says: stories by path, refusals by path, what is no story, and what is said once."""

    stories: dict[str, Story]
    refused: dict[str, ContentError]
    others: set[str]
    notes: list[Complaint]

    def story(self) -> Story:
        """Return the one story of the folder."""
        assert not self.refused, {path: str(error) for path, error in self.refused.items()}
        (story,) = self.stories.values()
        return story

    def addresses(self) -> dict[str, str]:
        """Return the address of each public page below the site's, by path, as people read it."""
        return {
            path: unquote(story.link.removeprefix(ADDRESS)) for path, story in self.stories.items() if story.published
        }


def write(root: Path, files: Mapping[str, str | bytes]) -> None:
    for name, text in files.items():
        place = root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text.encode() if isinstance(text, str) else text)


def read(
    root: Path,
    files: Mapping[str, str | bytes],
    content: str = "content",
    *,
    address: str | None = ADDRESS,
    zone: str = "UTC",
    now: datetime = NOW,
) -> Read:
    """Write a site's files and read its content folder."""
    write(root, files)
    site = load(root / content, address=address, zone=ZoneInfo(zone), now=now)
    assert site is not None, "no generator was recognised"
    return read_site(root / content, site, zone)


def read_site(folder: Path, site: Site, zone: str = "UTC") -> Read:
    found = Read({}, {}, set(), [])
    for one in scan(folder, {}, rules=ReadingRules(ZoneInfo(zone)), site=site):
        assert isinstance(one, Found)
        match one.result:
            case Story() as story:
                found.stories[one.path] = story
            case NoArticle():
                found.others.add(one.path)
            case ContentError() as error:
                found.refused[one.path] = error
    found.notes.extend(site.notes.values())
    return found


def page(body: str = "Some *text*.", /, **fields: str) -> str:
    """Return a page with YAML front matter; each value is written as given."""
    front = "".join(f"{name}: {value}\n" for name, value in fields.items())
    return f"---\n{front}---\n{body}\n"
