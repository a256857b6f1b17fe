"""Checking files on disk: what each says, and what is odd about it, before anything is imported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from bot.content.articles.surroundings import ReadingRules
from bot.domain.article import Story
from bot.domain.database_place import Place
from bot.domain.source import SourceFile
from bot.domain.topic import Topic, TopicFile, topic_key
from bot.errors import Complaint, ContentError
from bot.services.content import topic_typos
from bot.services.content.folder_look import Reading, as_given, look_at, named_as
from bot.services.content.topic_names import KnownNames
from bot.store.content import topics


@dataclass(frozen=True, slots=True)
class Checked:
    """What each file says, by path as the operator gave it, and what is to be said once of the site they belong to.

    `address` is where that site is to be found; None when they belong to none, or nobody says where it is.
    """

    files: dict[str, Story | TopicFile | SourceFile | ContentError]
    notes: list[Complaint]
    address: str | None = None


def check_path(given: Path, content: Path, rules: ReadingRules, *, now: datetime) -> Checked:
    """Return what each file of a folder, or one file, says."""
    look = look_at(given, content.resolve(), {}, Reading(rules, now), None)
    return Checked(
        {look.shown.get(one.path, one.path): one.content for one in look.seen},
        [as_given(note, given) for note in look.notes],
        look.address,
    )


def warnings_of(
    files: Mapping[str, Story | TopicFile | SourceFile | ContentError],
    content: Path,
    database: Place,
    rules: ReadingRules,
    now: datetime,
) -> list[Complaint]:
    """Return what is odd about checked files, accepted or not, each under the path that `check_path` gave it.

    Topics are compared with those of the files themselves, of the content folder, and of the database as far as there
    is one. Nothing is changed.
    """
    found: list[Complaint] = []
    stories: list[Story] = []
    known: list[Topic | TopicFile] = []
    for path, one in files.items():
        match one:
            case Story():
                found.extend(named_as(one.as_read.warnings, path))
                stories.append(replace(one, as_read=one.as_read._replace(path=path)))
            case TopicFile():
                found.extend(named_as(one.warnings, path))
                known.append(one)
            case SourceFile() | ContentError():
                found.extend(named_as(one.warnings, path))
    named = {topic_key(name) for story in stories for name in story.topics}
    names = KnownNames(known)
    if not all(key in names for key in named):
        # Most folders contain their topics; for others, the topics of the content folder and the database count too.
        if isinstance(database, Path) and database.is_file():
            known.extend(topics.established_at(database))
        if content.is_dir():
            checked = check_path(content, content, rules, now=now)
            known.extend(one for one in checked.files.values() if isinstance(one, TopicFile))
        names = KnownNames(known)
    stories = [topic_typos.with_names(story, names.__contains__) for story in stories]
    return found + topic_typos.typos_among(stories, names)


def is_refusal(note: Complaint) -> bool:
    """Return whether what is said once of a site keeps its pages out, and is more than a warning."""
    return note.field == "site"
