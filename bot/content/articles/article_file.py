"""
Article files: one document becomes one Story, or everything that is wrong with it at once.

Only what a story cannot be without (its title, date, a link, and whether it is published) refuses a file. Anything
else that is wrong costs that one value, and whoever mends the file is told.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from bot.content.articles.cleaning import excerpt_of
from bot.content.articles.field_typos import ARTICLE, typos_in
from bot.content.articles.links import judged
from bot.content.articles.schema import ArticleSchema, ProviderSchema, RelatedSchema, listed, pictures_of
from bot.content.articles.surroundings import FileContext
from bot.content.articles.video import embedded_video, watch_link
from bot.content.formats.document import DECIDING_FIELDS, Document, Place
from bot.content.plain_text import quoted
from bot.domain.article import AsRead, Provider, Related, Story
from bot.domain.fetch_rules import FetchRules
from bot.errors import Complaint, ContentError

_MAX_COMPLAINTS = 50
_MAX_READINGS = 8
MAX_FILE_WARNINGS = 30  # of a file
_MAX_LOST = 200  # values whose line is looked for: each look counts lines from the top
Typos = Mapping[Place, str]
_OUR_WORDS = {
    "missing": "is missing",
    "model_type": "must hold fields and their values",
    "list_type": "must be a list",
}


def story_of(document: Document, around: FileContext) -> Story:
    """Return the story in a document. Raises: ContentError, with all complaints about it."""
    typos = typos_in(document, ARTICLE)
    model, lost, fatal = _read(document.fields, around)
    doubled = [one for one in document.complaints if one.field in DECIDING_FIELDS]
    known = [one for one in document.complaints if one not in doubled] + list(document.lost())
    if model is None or doubled:
        complaints = (*doubled, *(_complaint(document, detail, typos) for detail in fatal[:_MAX_COMPLAINTS]))
        raise ContentError(*complaints, warnings=_bounded((*known, *warnings_of(document, typos, lost)), document))
    is_draft = model.draft or document.is_doubled("draft")  # of two words the one that can be mended counts
    if is_draft and model.published:
        lost.append((("draft",), "wins over published: true; the story stays a draft"))

    link = model.webUrl or model.originalUrl
    assert link is not None  # the schema refuses an article without one
    related = [_related(entry) for entry in model.related]
    lost += around.left_out
    lost += [
        (("related", place), "is left out; it needs a title and a link") for place, one in enumerate(related) if not one
    ]
    return Story(
        title=model.title,
        link=link,
        published_at=model.publishedDateTime,
        excerpt=excerpt_of(model.excerpt, model.title) if model.excerpt else None,
        category=model.category,
        type=model.type,
        quality=model.quality,
        heat=model.heat,
        published=False if is_draft else model.published,
        provider=_provider(model.provider),
        topics=tuple(model.topics),
        pictures=pictures_of(model.images),
        related=tuple(one for one in related if one is not None),
        video=_video(model),
        payload=document.fields,
        as_read=AsRead(
            path=document.path,
            warnings=_bounded((*known, *warnings_of(document, typos, lost)), document),
            topic_lines=tuple(document.line_of(where) for where in around.topic_places),
            topics_in_text=around.topics_in_text,
        ),
    )


def _read(
    fields: dict[str, object], around: FileContext
) -> tuple[ArticleSchema | None, list[tuple[Place, str]], list[ErrorDetails]]:
    """Return what fields say, the values that were lost and why, and what refuses the file; then there is no model.

    What is wrong with a value shows at its validator, where nobody knows its place. So the fields are read again
    without it: once for nearly all files, and never more often than lists are nested in each other.
    """
    lost: list[tuple[Place, str]] = []
    for _ in range(_MAX_READINGS):
        around.begin()
        try:
            return ArticleSchema.model_validate(fields, context=around), lost, []
        except ValidationError as error:
            details = error.errors(include_url=False, include_input=False)
        fatal = [one for one in details if _is_fatal(one["loc"], fields, around.rules.allow)]
        costly = [one for one in details if one not in fatal]
        lost += [(one["loc"], one["msg"]) for one in costly]
        if fatal:
            return None, lost, fatal
        fields = copy.deepcopy(fields)
        for detail in costly:
            _take_out(fields, detail)
    raise AssertionError("nothing is left that could be wrong")


def _is_fatal(where: Place, fields: Mapping[str, object], allow: FetchRules) -> bool:
    """Return whether an error refuses the file. A bad link does not, as long as the story has another."""
    other = {"webUrl": "originalUrl", "originalUrl": "webUrl"}.get(str(where[0]))
    if other is not None:
        link = fields.get(other)
        return not (isinstance(link, str) and judged(link, allow).url)
    return where[0] in DECIDING_FIELDS


def _take_out(fields: dict[str, object], detail: ErrorDetails) -> None:
    """Take a value out of the fields, or from a list what is beyond the entries that are read."""
    holder: Any = fields
    key, *steps = detail["loc"]
    for step in steps:
        value = holder[key]
        if isinstance(step, int) and not isinstance(value, list):
            value = holder[key] = listed(value)
        if not (isinstance(value, list) if isinstance(step, int) else isinstance(value, dict) and step in value):
            break
        holder, key = value, step
    most = detail.get("ctx", {}).get("most")
    holder[key] = None if most is None else listed(holder[key])[:most]


def _bounded(warnings: Sequence[Complaint], document: Document) -> tuple[Complaint, ...]:
    """Return warnings in the order of their lines, the last of too many saying how many more there are."""
    ordered = sorted(warnings, key=lambda one: one.line)
    if len(ordered) <= MAX_FILE_WARNINGS:
        return tuple(ordered)
    rest = len(ordered) - MAX_FILE_WARNINGS + 1
    return (*ordered[: MAX_FILE_WARNINGS - 1], Complaint(document.path, 0, "file", f"has {rest:,} more warnings"))


def warnings_of(document: Document, typos: Typos, left_out: Sequence[tuple[Place, str]] = ()) -> tuple[Complaint, ...]:
    """Return what an author is told of fields that look like typos, and of values that were not taken."""
    found = [(where, f"is not read; perhaps {meant} is meant") for where, meant in typos.items()]
    return tuple(document.complaint(where, reason) for where, reason in (*found, *left_out)[:_MAX_LOST])


def _complaint(document: Document, detail: ErrorDetails, typos: Typos) -> Complaint:
    reason = _OUR_WORDS.get(detail["type"], detail["msg"])
    if reason.startswith("is missing"):
        # What stands under another name is not missing for its author.
        given = next((where for where, meant in typos.items() if (*where[:-1], meant) == detail["loc"]), None)
        reason += f"; {quoted(given[-1])} is not read" if given is not None else ""
    return document.complaint(detail["loc"], reason)


def _provider(model: ProviderSchema) -> Provider:
    return Provider(model.name, model.domain, pictures_of(model.images))


def _related(model: RelatedSchema) -> Related | None:
    link = model.webUrl or model.originalUrl
    if model.title is None or link is None:
        return None
    return Related(model.title, link, _provider(model.provider), model.publishedDateTime)


def _video(model: ArticleSchema) -> str | None:
    if model.featuredContent is not None and (embedded := embedded_video(model.featuredContent)) is not None:
        return embedded
    if (model.type or "").lower() != "video":
        return None
    return next((found for url in (model.originalUrl, model.webUrl) if url and (found := watch_link(url))), None)
