"""
Watching the content folder: reports that something in it has changed, not what.

File system events say that something happened; what it was, only a scan can tell. So events are merely a bell: it
rings for them, when a scan wants to look again, and every half minute anyway, because network file systems send no
events, folders are unmounted and watches run out.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from datetime import timedelta
from pathlib import Path

from watchfiles import Change, awatch

from bot.content.articles.local_picture import PICTURE_SUFFIXES
from bot.content.formats.front_matter import SUFFIXES

DEBOUNCE = timedelta(milliseconds=300)  # without another event
MAX_DEBOUNCE = timedelta(seconds=1)  # of the first event, however many follow
RESCAN = timedelta(seconds=30)
_COLLECT = timedelta(milliseconds=100)
MISSING_FOLDER_POLL_INTERVAL = timedelta(seconds=1)  # how often a missing folder is looked for

_PAGES = frozenset({".html", ".htm", ".mdx", ".mdoc", ".njk", ".liquid", ".org"})  # of static sites

_log = logging.getLogger(__name__)


async def watch(
    root: Path,
    stop: asyncio.Event,
    *,
    look_again: Callable[[], float | None] = lambda: None,
    ignores: Callable[[str], bool] = lambda _: False,
) -> AsyncIterator[None]:
    """Yield whenever `root` should be scanned, until `stop` is set; at first once events are being listened for.

    Scan at each item, the first included, and nothing is missed. The folder may be missing, vanish and come back.
    `look_again` is asked after each scan in how many seconds there should be another one, whatever happens; `ignores`
    whether a changed file below `root` is no reason for one.
    """
    warned = False
    while not stop.is_set():
        if not root.is_dir():
            await _pause(stop, MISSING_FOLDER_POLL_INTERVAL)
            continue
        try:
            async with aclosing(_bells(root, stop, look_again, ignores)) as bells:
                async for _ in bells:
                    yield
        except (OSError, RuntimeError) as error:
            if root.is_dir():
                # No watches left, or a file system without events. `max_user_watches` is in `man 7 inotify`.
                if not warned:
                    _log.warning("cannot watch %s (%s); looking every %d s instead", root, error, RESCAN.seconds)
                warned = True
                yield
                await _pause(stop, timedelta(seconds=_rest(look_again)))


async def _bells(
    root: Path, stop: asyncio.Event, look_again: Callable[[], float | None], ignores: Callable[[str], bool]
) -> AsyncGenerator[None, None]:
    """Yield as `watch` does while `root` remains the same folder."""
    watched = _identity(root)
    halt = _Halt(stop)
    # watchfiles' own debounce only collects what comes together; whether a file is quiet is not for the bell to say.
    changes = awatch(
        root,
        watch_filter=lambda change, path: path == str(root) or _matters(path),
        debounce=int(_COLLECT / timedelta(milliseconds=1)),
        step=int(_COLLECT / timedelta(milliseconds=1)),
        stop_event=halt,
    )
    now = asyncio.get_running_loop().time
    async with aclosing(changes):
        pending = asyncio.ensure_future(anext(changes, None))
        try:
            # One turn of the loop lets watchfiles set its watches up; from then on no change goes unheard.
            await asyncio.sleep(0)
            yield
            ring_at = latest = now() + _rest(look_again)
            is_gone = False
            while True:
                # Not `await pending`: being cancelled there would wait for the watching thread.
                done, _ = await asyncio.wait([pending], timeout=max(0.0, ring_at - now()))
                if done:
                    batch = pending.result()
                    if batch is None:
                        return
                    is_gone = is_gone or (Change.deleted, str(root)) in batch
                    if any(change is Change.deleted or not ignores(path) for change, path in batch):
                        latest = min(latest, now() + MAX_DEBOUNCE.total_seconds())
                        ring_at = min(latest, now() + DEBOUNCE.total_seconds())
                    pending = asyncio.ensure_future(anext(changes, None))
                else:
                    yield
                    if is_gone or _identity(root) != watched:
                        return
                    ring_at = latest = now() + _rest(look_again)
        finally:
            halt.set()
            pending.cancel()
            await asyncio.gather(pending, return_exceptions=True)


class _Halt:
    """Ends one watch without stopping its owner: awatch sets its stop event when it is cancelled."""

    def __init__(self, stop: asyncio.Event) -> None:
        self._stop = stop
        self._is_set = False

    def is_set(self) -> bool:
        return self._is_set or self._stop.is_set()

    def set(self) -> None:
        self._is_set = True


def _rest(look_again: Callable[[], float | None]) -> float:
    """Return in how many seconds the bell rings if nothing happens."""
    wanted = look_again()
    longest = RESCAN.total_seconds()
    return longest if wanted is None else min(max(wanted, _COLLECT.total_seconds()), longest)


def _matters(path: str) -> bool:
    """Return whether a change there can change what a scan finds: content, pictures and folders."""
    place = Path(path)
    name = place.name
    if name.startswith((".", "~", "#")) or name.endswith("~"):
        return False
    suffix = place.suffix.lower()
    return not suffix or suffix in SUFFIXES or suffix in PICTURE_SUFFIXES or suffix in _PAGES or place.is_dir()


def _identity(root: Path) -> tuple[int, int] | None:
    try:
        state = root.stat()
    except OSError:
        return None
    return state.st_dev, state.st_ino


async def _pause(stop: asyncio.Event, pause: timedelta) -> None:
    try:
        await asyncio.wait_for(stop.wait(), pause.total_seconds())
    except TimeoutError:
        pass
