"""
Importing files from disk: the watched folder, and paths that an operator names at the shell.

What may still be written waits, and nothing is stored of it: see `domain.quiet_period`.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from bot.content.articles.surroundings import ReadingRules
from bot.content.files.folder import NO_FINGERPRINT
from bot.content.files.reader import refused
from bot.content.files.write_detection import Settling
from bot.services.content.folder_look import Look, Reading, as_given, look_at, look_at_folder
from bot.services.content.imports import Policy, Report, Seen, take
from bot.store.content import imports
from bot.store.desk import notices
from bot.store.desk.notices import Notice
from bot.store.engine.database import Database

MAX_IMPORT_WAIT = 10.0  # seconds that somebody at a shell waits for a file that goes on being written
_STILL_WRITTEN = "is still being written, or a picture of it is; import it again when it is whole"


@dataclass(slots=True)
class ImportedPaths:
    """The result of importing named paths. `shown` are the files' paths as the operator wrote them, by stored path.

    `still_refused` are files that were refused before and have not changed since, each with all complaints.
    """

    report: Report = field(default_factory=Report)
    shown: dict[str, str] = field(default_factory=dict)
    still_refused: dict[str, str] = field(default_factory=dict)


async def take_folder(
    db: Database,
    root: Path,
    *,
    rules: ReadingRules,
    now: datetime,
    policy: Policy,
    settling: Settling,
    at: float,
) -> tuple[Report, frozenset[str]]:
    """Import what is new, changed or gone in the content folder; return what became of it, and which files wait.

    `settling` remembers what is being written from one look to the next and says when to look again; `at` are the
    seconds of its clock.
    """
    root = root.resolve()
    known = await _known(db)
    settling.begin(at, now.timestamp())
    look = await asyncio.to_thread(look_at_folder, root, root, known, Reading(rules, now), str(root), settling)
    settling.vanished = (settling.vanished | set(look.gone)) - look.shown.keys()
    look.gone = sorted(settling.vanished)
    if not look.waiting:
        settling.vanished = set()
    # What was imported from elsewhere and has been moved or deleted since may turn up here under its new name.
    elsewhere = [path for path in known if Path(path).is_absolute() and not Path(path).is_relative_to(root)]
    look.gone.extend(await asyncio.to_thread(_missing, elsewhere))
    return await _take(db, look, known, now, policy), frozenset(look.waiting)


async def take_paths(
    db: Database,
    paths: Sequence[Path],
    content: Path,
    *,
    rules: ReadingRules,
    now: datetime,
    policy: Policy,
    monotonic: Callable[[], float] = time.monotonic,
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> ImportedPaths:
    """Import files and folders once. `content` is the content folder, which may be missing.

    What was written a moment ago is looked at again before it is taken, all of it together; what is old is not waited
    for. `pause` waits for so many seconds of `monotonic`.
    Raises: nothing for what the paths hold; a path that is not there is refused like a bad file.
    """
    content = content.resolve()
    reading = Reading(rules, now)
    known = await _known(db)
    whole = Look()
    began = monotonic()
    left = {given: Settling(one_off=True) for given in paths}
    while left:
        for given, settling in list(left.items()):
            at = monotonic()
            settling.begin(at, now.timestamp() + at - began)
            found = {one.path: one.fingerprint for one in whole.seen}
            look = await asyncio.to_thread(look_at, given, content, {**known, **found}, reading, settling)
            whole.seen.extend(look.seen)
            whole.same.update(look.same)
            whole.gone.extend(look.gone)
            whole.shown.update(look.shown)
            notes = [as_given(note, given) for note in look.notes]
            whole.notes.extend(note for note in notes if note not in whole.notes)
            if not look.waiting:
                del left[given]
            elif at - began >= MAX_IMPORT_WAIT:
                whole.seen.extend(_too_fresh(path) for path in look.waiting)
                del left[given]
        again = min((one.look_again_at for one in left.values() if one.look_again_at is not None), default=None)
        if left and again is not None:
            await pause(max(0.05, min(again, began + MAX_IMPORT_WAIT) - monotonic()))
    # A file may be named twice, by itself and by its folder.
    whole.seen = list({one.path: one for one in whole.seen}.values())
    for one in whole.seen:
        whole.same.pop(one.path, None)
    report = await _take(db, whole, known, now, policy)
    async with db.reading() as conn:
        files = await imports.files(conn, whole.same)
    still = {path: file.complaint for path, file in files.items() if file.complaint is not None}
    return ImportedPaths(report, whole.shown, still)


async def _known(db: Database) -> dict[str, str]:
    async with db.reading() as conn:
        return await imports.fingerprints(conn)


async def _take(db: Database, look: Look, known: Mapping[str, str], now: datetime, policy: Policy) -> Report:
    report = await take(db, look.seen, gone=look.gone, now=now, policy=policy)
    if look.notes:
        report.noted.extend(look.notes)
        async with db.transaction() as conn:
            await notices.add(conn, [Notice("warned", note.path, str(note)) for note in look.notes], now)
    touched = {path: fingerprint for path, fingerprint in look.same.items() if known.get(path) != fingerprint}
    if touched:
        async with db.transaction() as conn:
            files = await imports.files(conn, touched)
            await imports.remember(
                conn, [replace(file, fingerprint=touched[path]) for path, file in files.items() if not file.is_gone]
            )
    return report


def _too_fresh(path: str) -> Seen:
    return Seen(path, NO_FINGERPRINT, refused(path, _STILL_WRITTEN))


def _missing(paths: Iterable[str]) -> list[str]:
    return [path for path in paths if not os.path.lexists(path)]
