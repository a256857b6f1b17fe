"""
Drawing charts elsewhere: each in a process that is started for it and ends with it.

matplotlib takes a second to load and some 80 MiB while it is there; the bot has neither, and answers others meanwhile.
A chart is never more than an addition to what is said in words: whatever goes wrong, there is none.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from collections import OrderedDict
from dataclasses import asdict
from subprocess import DEVNULL, PIPE, Popen
from tempfile import TemporaryDirectory

from bot.domain.chart import Chart

WITHIN = 60.0
"""Seconds for one chart. The process has fewer of the processor's, but on a busy machine it waits for them."""
MEMORY = 512 * 2**20
"""Bytes of address space that the process may have; a chart of a year is drawn with half of them."""
LARGEST = 5 * 2**20
"""Bytes of a picture; one takes some 40,000. Source: https://core.telegram.org/bots/api#sendphoto (10 MB)"""
KEPT = 4  # pictures
_PNG = b"\x89PNG\r\n\x1a\n"
_MODULE = "bot.services.charts.chart_child"

log = logging.getLogger(__name__)


class ChartDrawer:
    """Draws charts, one at a time. Belongs to the running event loop.

    `within` are the seconds that a chart may take, `memory` the bytes of address space; `module` is what is run.
    """

    def __init__(self, *, within: float = WITHIN, memory: int = MEMORY, module: str = _MODULE) -> None:
        self._within = within
        self._memory = memory
        self._module = module
        self._in_turn = asyncio.Lock()
        self._drawn_lately: OrderedDict[Chart, bytes] = OrderedDict()

    async def draw(self, chart: Chart) -> bytes | None:
        """Return a chart as a PNG; None when it could not be drawn, which the log says.

        What several people look at in the same moment is drawn once.
        """
        async with self._in_turn:
            if chart in self._drawn_lately:
                return self._drawn_lately[chart]
            try:
                async with asyncio.timeout(self._within):
                    picture = await self._drawn(json.dumps(asdict(chart)).encode())
            except TimeoutError:
                log.warning("a chart was not drawn within %g s", self._within)
                return None
            except OSError as error:
                log.warning("a chart could not be drawn: %s", error.strerror)
                return None
        if not picture.startswith(_PNG) or len(picture) > LARGEST:
            log.warning("the process that draws charts failed")
            return None
        self._drawn_lately[chart] = picture
        if len(self._drawn_lately) > KEPT:
            self._drawn_lately.popitem(last=False)
        return picture

    async def _drawn(self, chart: bytes) -> bytes:
        """Run the process for one chart and return what it answers; it is gone when this returns or raises.

        It gets no environment of the bot's, where a token may stand, and the import path of this process. What it knows
        of the machine's fonts it writes into a folder that is deleted: not everybody who runs the bot has a home.
        """
        with TemporaryDirectory(prefix="newsbot-chart-") as folder:
            # In threads: starting a process, too, lasts until it has begun, and the loop has others to serve meanwhile.
            starting = asyncio.create_task(asyncio.to_thread(self._started, folder))
            try:
                process = await asyncio.shield(starting)
                answer, _ = await asyncio.to_thread(process.communicate, chart)
                return answer if process.returncode == 0 else b""
            finally:  # also when nobody waits for it any more, and while it is being started
                process = await starting
                process.kill()  # harmless when it has ended
                await asyncio.shield(asyncio.to_thread(process.wait))

    def _started(self, folder: str) -> Popen[bytes]:
        code = f"import sys; sys.path[:] = {sys.path!r}; from {self._module} import main; main(sys.argv)"
        threads = {f"{library}_NUM_THREADS": "1" for library in ("OPENBLAS", "OMP", "MKL")}
        surroundings = {"MPLCONFIGDIR": folder, "HOME": folder, "PATH": os.defpath, **threads}
        return Popen(  # noqa: S603  our own interpreter and our own words
            [sys.executable, "-I", "-X", "utf8", "-c", code, str(self._memory)],
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            cwd=folder,
            env=surroundings if os.name == "posix" else None,
        )
