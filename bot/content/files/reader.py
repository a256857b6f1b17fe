"""
Reading files: opens each safely, reads it once, and returns its article or topic.

A content folder may hold anything that people or programs put there. Only regular files inside it are read, at most
one byte more than is allowed, and a pipe never makes the bot wait.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from bot.content.articles.surroundings import FileContext, ReadingRules, name_in
from bot.content.formats.front_matter import (
    LARGEST,
    SUFFIXES,
    TOO_LARGE,
    WHOLE_FILE,
    read_document,
    shown_path,
)
from bot.content.plain_text import quoted
from bot.content.sites.site import Site
from bot.domain.article import Story
from bot.domain.source import SourceFile
from bot.domain.topic import TopicFile
from bot.errors import Complaint, ContentError, NoArticle

# A pipe would block without NONBLOCK, a terminal could become ours without NOCTTY; Windows has neither.
_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_BINARY", 0)
)


def read_file(
    path: Path, *, root: Path, rules: ReadingRules, site: Site | None = None
) -> Story | TopicFile | SourceFile:
    """Return what a file says. Complaints name it relative to `root` where it is inside.

    With `site` the folder is that of a static site, and pages are read as its generator reads them.

    Raises: ContentError, also when there is no such file, it is no regular file, or a link leads out of `root`.
    """
    name = name_in(path, root)
    refuse_other_kinds(path, name, site)
    return understood(str(name), read_bytes(real_place(path, root), name), FileContext(path, root, rules), site)


def suffixes_in(site: Site | None) -> frozenset[str]:
    """Return the suffixes of files that may be articles or topics."""
    return SUFFIXES if site is None else SUFFIXES | site.rules.suffixes


def refuse_other_kinds(path: Path, name: Path | str, site: Site | None) -> None:
    """Raises: ContentError, when a file's name says that it is neither article nor topic, or nothing is there."""
    if path.suffix.lower() in (suffixes := suffixes_in(site)):
        return
    # The name of a folder, with a slip in it, has no suffix either.
    raise refused(name, f"is none of {' '.join(sorted(suffixes))}" if os.path.lexists(path) else "is not there")


def understood(name: str, data: bytes, around: FileContext, site: Site | None = None) -> Story | TopicFile | SourceFile:
    """Return what a file's bytes say: a topic or a source if its `taxonomy` says so, else an article.

    `name` is for complaints. Raises: ContentError; NoArticle, when it was not meant to be either.
    """
    if site is not None:
        from bot.content.sites.reading import Ours, story_of_page

        try:
            return story_of_page(name, data, around, site)
        except Ours:
            pass
    from bot.content.articles.article_file import story_of
    from bot.content.articles.source_file import source_of
    from bot.content.articles.topic_file import topic_of

    document = read_document(name, data)
    if not document.is_meant:
        raise NoArticle(Complaint(document.path, 1, WHOLE_FILE, "has no title, publishedDateTime or link"))
    match document.fields.get("taxonomy"):
        case "topic":
            return topic_of(document)
        case "source":
            return source_of(document, around)
        case None | "article":
            return story_of(document, around)
        case other:
            reason = f"{quoted(other)} is unknown; write topic or source, or leave it out for an article"
            raise ContentError(*document.complaints, document.complaint(("taxonomy",), reason))


def real_place(path: Path, root: Path) -> Path:
    """Return `path` with all links followed. Raises: ContentError, when that is outside of `root` or nowhere."""
    name = name_in(path, root)
    try:
        place = path.resolve(strict=True)
        home = root.resolve()
    except (OSError, RuntimeError, ValueError) as error:
        if path.is_symlink():
            raise refused(name, "is a link that leads nowhere") from error
        raise refused(name, "is not there") from error
    if not place.is_relative_to(home):
        raise refused(name, "is a link that leads out of the content folder")
    return place


def read_bytes(place: Path | str, name: Path | str) -> bytes:
    """Return the bytes of a regular file that is no link; one too many when it has just grown too large.

    Raises: ContentError.
    """
    try:
        handle = os.open(place, _FLAGS)
    except (OSError, ValueError) as error:
        raise refused(name, _why_closed(error)) from error
    try:
        state = os.fstat(handle)
        if not stat.S_ISREG(state.st_mode):
            raise refused(name, "is a folder" if stat.S_ISDIR(state.st_mode) else "is not a regular file")
        if state.st_size > LARGEST:
            raise refused(name, TOO_LARGE)
        pieces = []
        left = LARGEST + 1
        # Asking for a megabyte would allocate one for each small file; a file that grew is read on.
        while left > 0 and (piece := os.read(handle, min(left, state.st_size + 1))):
            pieces.append(piece)
            left -= len(piece)
        return b"".join(pieces)
    except OSError as error:
        raise refused(name, _why_closed(error)) from error
    finally:
        os.close(handle)


def refused(name: Path | str, reason: str) -> ContentError:
    """Return the refusal of a file as a whole."""
    return ContentError(Complaint(shown_path(name), 0, WHOLE_FILE, reason))


def _why_closed(error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError):
        return "is not there"
    if isinstance(error, PermissionError):
        return "may not be read by this user"
    strerror = error.strerror if isinstance(error, OSError) else None
    return f"cannot be read ({(strerror or 'no such name').lower()})"
