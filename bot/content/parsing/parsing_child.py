"""
The process that reads feeds and pages for the bot: it gets documents on standard input and answers on standard output.

What it reads is hostile, so it may do little: no more memory than a document of 10 MiB can need, no file to write, no
process to start, and nothing of the bot's settings in its environment.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import BinaryIO

from bot.content.feeds.reading import NotAFeed, read_feed
from bot.content.parsing.as_json import feed_lines, line_of, page_line, value_of

_NICENESS = 5  # people who wait for answers come first
_MIB = 2**20
_SECONDS = 20
"""Of the processor, for one document; 10 MiB of the worst take 10."""


def limit_itself(memory: int) -> None:
    """Take from this process what it does not need; `memory` is bytes of address space. Windows has no such limits."""
    with suppress(AttributeError, OSError):
        os.nice(_NICENESS)
    try:
        import resource
    except ImportError:
        return
    limits = {
        resource.RLIMIT_AS: memory,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 0,  # its answers go into a pipe
    }
    for kind, most in limits.items():
        with suppress(ValueError, OSError):  # macOS refuses the first
            resource.setrlimit(kind, (most, most))


def limit_time() -> None:
    """Let this process be killed when it works for longer than a document can need from now on."""
    try:
        import resource
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = int(used.ru_utime + used.ru_stime) + 1 + _SECONDS
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (most, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer one request after another until there are no more.

    A request is a line, `[what, content type, address, length]`, and as many bytes of the document. An answer is a
    line, `["feed"]` or `["page"]` with the lines of `as_json` after it, or `["refused", reason]`.
    """
    while line := requests.readline():
        what, content_type, url, length = value_of(line)
        body = requests.read(length)
        limit_time()
        if what == "page":
            from bot.content.web_pages.page_metadata import read_page

            answers.write(line_of(["page"]) + page_line(read_page(body, content_type, url)))
        else:
            try:
                feed = read_feed(body, content_type, url)
            except NotAFeed as refusal:
                answers.write(line_of(["refused", str(refusal)]))
            else:
                answers.write(line_of(["feed"]))
                answers.writelines(feed_lines(feed))
                del feed
        answers.flush()


def main() -> None:
    limit_itself(int(sys.argv[1]) * _MIB)
    with suppress(BrokenPipeError, KeyboardInterrupt):
        serve(sys.stdin.buffer, sys.stdout.buffer)


if __name__ == "__main__":
    main()
