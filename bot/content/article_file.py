"""
Article files: one document becomes one Story, or everything that is wrong with it at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from bot.content.cleaning import excerpt_of, quoted
from bot.content.document import Document
from bot.content.doors import ArticleDoor, ProviderDoor, RelatedDoor, Surroundings, pictures_of
from bot.content.front_matter import read_document
from bot.content.slips import ARTICLE, slips_in
from bot.content.video import embedded_video, watch_link
from bot.domain.article import AsRead, Provider, Related, Story
from bot.errors import Complaint, ContentError

_MOST_COMPLAINTS = 50
Slips = Mapping[tuple[str | int, ...], str]
_OUR_WORDS = {
    "missing": "is missing",
    "model_type": "must hold fields and their values",
    "list_type": "must be a list",
}


def parse_article(path: Path, data: bytes, *, root: Path, zone: ZoneInfo) -> Story:
    """Return the story in an article file's bytes.

    `path` is where the file lies, for pictures beside it; complaints name it relative to `root` if it is inside.
    Times without a zone are in `zone`.

    Raises: ContentError, with all complaints about the file.
    """
    return story_of(read_document(name_in(path, root), data), Surroundings(path, root, zone))


def story_of(document: Document, around: Surroundings) -> Story:
    """Return the story in a document. Raises: ContentError, with all complaints about it."""
    slips = slips_in(document, ARTICLE)
    try:
        door = ArticleDoor.model_validate(document.fields, context=around)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)[:_MOST_COMPLAINTS]
        complaints = (*document.complaints, *(_complaint(document, detail, slips) for detail in found))
        raise ContentError(*complaints, warnings=warnings_of(document, slips)) from error
    if document.complaints:
        raise ContentError(*document.complaints)

    link = door.webUrl or door.originalUrl
    assert link is not None  # the door refuses an article without one
    related = [_related(entry) for entry in door.related]
    around.left_out += [
        (("related", place), "is left out; it needs a title and a link") for place, one in enumerate(related) if not one
    ]
    return Story(
        title=door.title,
        link=link,
        published_at=door.publishedDateTime,
        excerpt=excerpt_of(door.excerpt, door.title) if door.excerpt else None,
        category=door.category,
        type=door.type,
        quality=door.quality,
        heat=door.heat,
        published=False if door.draft else door.published,
        provider=_provider(door.provider),
        topics=tuple(door.topics),
        pictures=pictures_of(door.images),
        related=tuple(one for one in related if one is not None),
        video=_video(door),
        payload=document.fields,
        as_read=AsRead(
            path=document.path,
            warnings=warnings_of(document, slips, around.left_out) if slips or around.left_out else (),
            topic_lines=tuple(document.line_of(where) for where in around.topic_places),
            topics_in_text=around.topics_in_text,
        ),
    )


def name_in(path: Path, root: Path) -> Path:
    """Return `path` relative to `root` where it is inside, else as it is."""
    try:
        return path.relative_to(root)
    except ValueError:
        return path


def warnings_of(
    document: Document, slips: Slips, left_out: Sequence[tuple[tuple[str | int, ...], str]] = ()
) -> tuple[Complaint, ...]:
    """Return what an author is told of fields that look like a slip, and of values that were not taken."""
    found = [(where, f"is not read; perhaps {meant} is meant") for where, meant in slips.items()]
    return tuple(document.complaint(where, reason) for where, reason in (*found, *left_out))


def _complaint(document: Document, detail: ErrorDetails, slips: Slips) -> Complaint:
    reason = _OUR_WORDS.get(detail["type"], detail["msg"])
    if reason.startswith("is missing"):
        # What stands under another name is not missing for its author.
        given = next((where for where, meant in slips.items() if (*where[:-1], meant) == detail["loc"]), None)
        reason += f"; {quoted(given[-1])} is not read" if given is not None else ""
    return document.complaint(detail["loc"], reason)


def _provider(door: ProviderDoor) -> Provider:
    return Provider(door.name, door.domain, pictures_of(door.images))


def _related(door: RelatedDoor) -> Related | None:
    link = door.webUrl or door.originalUrl
    if door.title is None or link is None:
        return None
    return Related(door.title, link, _provider(door.provider), door.publishedDateTime)


def _video(door: ArticleDoor) -> str | None:
    if door.featuredContent is not None and (embedded := embedded_video(door.featuredContent)) is not None:
        return embedded
    if (door.type or "").lower() != "video":
        return None
    return next((found for url in (door.originalUrl, door.webUrl) if url and (found := watch_link(url))), None)
