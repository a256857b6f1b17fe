"""
Reading feeds and pages in a process of its own, which may take too long, take too much, or die.

The process is started when there is something to read, ended when there has been nothing for some minutes, and
replaced when it fails. It is one, so documents are read one after another. What it answers is judged like anything
else that comes from outside.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress

from bot.content.feeds.items import MAX_ITEMS
from bot.content.feeds.not_a_feed import NotAFeed
from bot.content.feeds.reading import MAX_BYTES
from bot.content.parsing.as_json import LONGEST_LINE, feed_head, items_in, line_of, page_in, value_of
from bot.domain.feed import Feed, FeedItem
from bot.domain.page import Page

WITHIN = 90.0
"""Seconds for one document. The process has fewer of the processor's, but on a busy machine it waits for them."""
IDLE = 180.0
"""Seconds after which the process is ended when there is nothing to read."""
MEMORY = 1024
"""MiB of address space that the process may have; a document of 10 MiB takes up to 500."""

_CHUNK = 2**16
_LONGEST_REASON = 1000

_TOOK_TOO_LONG = -24  # SIGXCPU, which Windows does not have

log = logging.getLogger(__name__)


class _Died(Exception):
    """The process ended before it had answered, or answered nonsense."""


class ParsingProcess:
    """Reads feeds and pages elsewhere. Belongs to the running event loop, and is closed when no longer needed.

    `within` are the seconds a document may take, `idle` those after which the process ends, `memory` its MiB.
    """

    def __init__(self, *, within: float = WITHIN, idle: float = IDLE, memory: int = MEMORY) -> None:
        self._within = within
        self._idle = idle
        self._memory = memory
        self._process: Process | None = None
        self._in_turn = asyncio.Lock()
        self._end_when_idle: asyncio.TimerHandle | None = None
        self._ending: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """The process's number; None while there is none."""
        return self._process.pid if self._process is not None and self._process.returncode is None else None

    async def feed(self, body: bytes, content_type: str | None, url: str) -> Feed:
        """Return the feed in a document, as `read_feed` does. Raises: NotAFeed, also when it could not be read."""
        if len(body) > MAX_BYTES:
            raise NotAFeed(f"larger than {MAX_BYTES >> 20} MiB")
        answer = await self._ask("feed", body, content_type, url)
        if not isinstance(answer, Feed):
            raise NotAFeed("something that cannot be read")
        return answer

    async def page(self, body: bytes, content_type: str | None, url: str) -> Page:
        """Return what a page says of itself, as `read_page` does; nothing when it could not be read."""
        try:
            answer = await self._ask("page", body[:MAX_BYTES], content_type, url)
        except NotAFeed:
            return Page(url=url, is_html=False)
        return answer if isinstance(answer, Page) else Page(url=url, is_html=False)

    async def close(self) -> None:
        """End the process, once what is being read has been."""
        async with self._in_turn:
            self._stay_awake()
            await self._end()
        if self._ending is not None:
            await self._ending

    async def _ask(self, what: str, body: bytes, content_type: str | None, url: str) -> Feed | Page:
        async with self._in_turn:
            self._stay_awake()
            try:
                async with asyncio.timeout(self._within):
                    try:
                        return await self._answered(what, body, content_type, url)
                    except _Died:
                        if await self._end() == _TOOK_TOO_LONG:
                            raise
                        # Perhaps it was not this document's fault, or the process had ended while nobody asked.
                        return await self._answered(what, body, content_type, url)
            except TimeoutError:
                await self._end()
                log.warning("reading a document of %d bytes took longer than %g s", len(body), self._within)
                raise NotAFeed(f"something that cannot be read within {self._within:g} s") from None
            except _Died as fault:
                await self._end()
                log.warning("the process that reads feeds failed at a document of %d bytes: %s", len(body), fault)
                raise NotAFeed("something that cannot be read") from None
            except NotAFeed:
                raise
            except BaseException:
                await self._end()  # in the middle of an answer, which nobody else may take for theirs
                raise
            finally:
                if self._process is not None:
                    self._end_when_idle = asyncio.get_running_loop().call_later(self._idle, self._end_soon)

    async def _answered(self, what: str, body: bytes, content_type: str | None, url: str) -> Feed | Page:
        """Ask the process once. Raises: NotAFeed, _Died."""
        process = await self._running()
        reader, writer = process.stdout, process.stdin
        assert reader is not None
        assert writer is not None
        try:
            writer.write(line_of([what, content_type, url, len(body)]))
            for start in range(0, len(body), _CHUNK):
                writer.write(body[start : start + _CHUNK])
                await writer.drain()
            await writer.drain()
            match value_of(await self._line(reader)):
                case ["refused", str(reason)] if what == "feed":
                    raise NotAFeed(reason[:_LONGEST_REASON])
                case ["feed"] if what == "feed":
                    return await self._feed(reader)
                case ["page"] if what == "page":
                    return page_in(value_of(await self._line(reader)))
            raise _Died("it answered something else")
        except (OSError, ValueError, RecursionError) as fault:
            raise _Died(type(fault).__name__) from fault

    async def _feed(self, reader: asyncio.StreamReader) -> Feed:
        made, count = feed_head(value_of(await self._line(reader)), MAX_ITEMS)
        items: list[FeedItem] = []
        while len(items) < count:
            items += items_in(value_of(await self._line(reader)))
            await asyncio.sleep(0)  # others may run
        return made(tuple(items))

    async def _line(self, reader: asyncio.StreamReader) -> bytes:
        line = await reader.readline()
        if not line.endswith(b"\n"):
            raise _Died("it ended")
        return line

    async def _running(self) -> Process:
        """Return the process, started if there is none.

        It gets no environment, where a token may stand, and the import path of this process, whatever made that.
        """
        if self._process is None or self._process.returncode is not None:
            await self._end()
            code = f"import sys; sys.path[:] = {sys.path!r}; from bot.content.parsing.parsing_child import main; main()"
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-X", "utf8", "-c", code, str(self._memory)),
                stdin=PIPE,
                stdout=PIPE,
                stderr=DEVNULL,
                env={} if os.name == "posix" else None,
                limit=LONGEST_LINE,
            )
        return self._process

    async def _end(self) -> int | None:
        """End the process, and return how it ended; None when there is none."""
        process, self._process = self._process, None
        if process is None:
            return None
        with suppress(ProcessLookupError):
            process.kill()  # it keeps nothing
        if process.stdin is not None:
            process.stdin.close()
        return await process.wait()

    def _stay_awake(self) -> None:
        if self._end_when_idle is not None:
            self._end_when_idle.cancel()
            self._end_when_idle = None

    def _end_soon(self) -> None:
        self._end_when_idle = None
        self._ending = asyncio.get_running_loop().create_task(self._end_if_idle())

    async def _end_if_idle(self) -> None:
        async with self._in_turn:
            if self._end_when_idle is None:  # nobody has asked meanwhile
                await self._end()
