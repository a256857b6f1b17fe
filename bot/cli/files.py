"""Article and topic files at the shell: checked, or imported once."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from bot.cli.shell import now, number, opened, refuse, say
from bot.content.articles.surroundings import ReadingRules
from bot.domain.article import Story
from bot.domain.publishing import PushWindow
from bot.domain.source import SourceFile
from bot.domain.topic import TopicFile
from bot.errors import Complaint, ContentError, NoArticle
from bot.services.content.folder_check import check_path, is_refusal, warnings_of
from bot.services.content.folder_import import ImportedPaths, take_paths
from bot.services.content.imports import Policy, Report
from bot.settings import Settings, read_settings

CONTENT = Path("content")
_NO_PAGE = "no link: the site's generator makes no page of it"


def check(paths: Sequence[Path], *, online: bool = False) -> int:
    """Validate files and folders and return 1 when any file is refused. No database is needed or touched.

    `online` compares the links of a site's pages with those that the built site lists.
    """
    settings = read_settings()
    rules = ReadingRules(settings.timezone, settings.fetch_allow, settings.site)
    started = time.perf_counter()
    at = now()
    content = settings.content or CONTENT
    files: dict[str, Story | TopicFile | SourceFile | ContentError] = {}
    notes: list[Complaint] = []
    sites: dict[str, dict[str, Story]] = {}
    for path in paths:
        checked = check_path(path, content, rules, now=at)
        files.update(checked.files)
        if checked.address is not None:
            sites.setdefault(checked.address, {}).update(_pages(checked.files))
        notes.extend(note for note in checked.notes if note not in notes)
    others = [shown for shown, result in files.items() if isinstance(result, NoArticle)]
    for shown in others:
        del files[shown]
    warnings = warnings_of(files, content, settings.database, rules, at)
    took = number(round((time.perf_counter() - started) * 1000))
    bad = {shown: result for shown, result in files.items() if isinstance(result, ContentError)}
    for shown, story in _pages(files).items():
        say(f"{shown}: {story.link} ({_state(story, at)})" if story.as_read.has_page else f"{shown}: {_NO_PAGE}")
    for shown, error in bad.items():
        for complaint in error.complaints:
            refuse(f"{shown}:{complaint.line}: {complaint.field}: {complaint.reason}")
    for warning in warnings:
        refuse(_warning(warning, warning.path))
    for note in notes:
        refuse(_note(note))
    verdict = f"{number(len(bad))} refused" if bad else "all accepted"
    odd = f", {_many(len(warnings), 'warning', 'warnings')}" if warnings else ""
    rest = f", {_many(len(others), 'other is no article', 'others are no articles')}" if others else ""
    say(f"{_files(len(files))}, {verdict}{odd}{rest}, in {took} ms")
    is_bad = bool(bad) or any(is_refusal(note) for note in notes)
    if online:
        from bot.cli.online import compare

        is_bad = not compare(sites, settings, at) or is_bad
    return 1 if is_bad else 0


def import_files(paths: Sequence[Path]) -> int:
    """Import files and folders once and return 1 when any file is refused."""
    settings = read_settings()
    # An import makes values without cycles by the hundred thousand; looking for cycles took a twentieth of its time.
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()
    taken = asyncio.run(_import(paths, settings))
    for complaint in taken.report.refused:
        shown = taken.shown.get(complaint.path, complaint.path)
        refuse(f"{shown}:{complaint.line}: {complaint.field}: {complaint.reason}")
    for warning in taken.report.warned:
        refuse(_warning(warning, taken.shown.get(warning.path, warning.path)))
    for note in taken.report.noted:
        refuse(_note(note))
    for path, complaints in taken.still_refused.items():
        for line in complaints.split("\n"):
            refuse(taken.shown.get(path, path) + line.removeprefix(path))
    for path, article in taken.report.doubled:
        refuse(f"{taken.shown.get(path, path)}:0: file: tells the story of #{article}, which another file owns")
    refused = {complaint.path for complaint in taken.report.refused} | taken.still_refused.keys()
    say(_summary(taken.report, len(refused)))
    is_refused = refused or taken.report.doubled or any(is_refusal(note) for note in taken.report.noted)
    return 1 if is_refused else 0


async def _import(paths: Sequence[Path], settings: Settings) -> ImportedPaths:
    rules = ReadingRules(settings.timezone, settings.fetch_allow, settings.site)
    policy = Policy(PushWindow(settings.push_window), settings.burst, settings.undo)
    async with opened(settings, create=True) as db:
        return await take_paths(db, paths, settings.content or CONTENT, rules=rules, now=now(), policy=policy)


def _pages(files: Mapping[str, object]) -> dict[str, Story]:
    """Return the stories that are pages of a static site."""
    return {shown: one for shown, one in files.items() if isinstance(one, Story) and one.as_read.generator is not None}


def _state(story: Story, at: datetime) -> str:
    """Return what becomes of a page of a site, as far as its file says it."""
    if not story.published:
        return "draft"
    return f"from {story.published_at:%Y-%m-%d %H:%M} UTC" if story.published_at > at else "public"


def _note(note: Complaint) -> str:
    """Return what is said once of a site; without its address no page is taken, which is no mere warning."""
    return str(note) if is_refusal(note) else _warning(note, note.path)


def _warning(warning: Complaint, path: str) -> str:
    return f"{path}:{warning.line}: {warning.field}: warning: {warning.reason}"


def _summary(report: Report, refused: int) -> str:
    """Return what an import did, in one line: 3 new drafts, 1 published, 2 archived."""
    parts = [
        _many(len(report.drafts), "draft", "drafts"),
        _many(len(report.published), "published"),
        _many(len(report.scheduled), "scheduled"),
        _many(len(report.held), "held until somebody decides (newsbot held)"),
        _many(len(report.archived), "archived"),
        _many(len(report.updated), "updated"),
        _many(len(report.retracted), "retracted"),
        _many(report.topics, "topic", "topics"),
        _many(report.sources, "source", "sources"),
        _many(len(report.doubled), "doubled"),
        _many(refused, "refused"),
    ]
    return ", ".join(part for part in parts if part) or "nothing new"


def _many(n: int, one: str, more: str | None = None) -> str:
    return f"{number(n)} {one if n == 1 else more or one}" if n else ""


def _files(n: int) -> str:
    return f"{number(n)} {'file' if n == 1 else 'files'}"
