"""
Topic files (`taxonomy: topic`): a topic that can be followed, with its names, parent and keywords.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from bot.content.articles.article_file import warnings_of
from bot.content.articles.field_typos import TOPIC, typos_in
from bot.content.articles.schema import MAX_TOPIC_LENGTH, list_of, refuse, text_of
from bot.content.formats.document import Document, Place
from bot.content.plain_text import NAME_LIMIT, quoted
from bot.domain.topic import TopicFile, is_name
from bot.errors import ContentError

_DESCRIPTION_LIMIT = 1000
_MAX_KEYWORDS = 200
_MAX_HASHTAGS = 20
_MAX_LANGUAGES = 200
_CODE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,3}")
_NO_HASHTAG = re.compile(r"\W+")
_BETWEEN_WORDS = re.compile(r"[,;\n]")
_BETWEEN_HASHTAGS = re.compile(r"[\s,;]+")


def topic_of(document: Document) -> TopicFile:
    """Return the topic in a document. Raises: ContentError."""
    complaints = list(document.complaints)
    taxonomy = document.fields.get("taxonomy")
    if taxonomy != "topic":
        complaints.append(document.complaint(("taxonomy",), "must be “topic”"))
    typos = typos_in(document, TOPIC)
    try:
        model = _TopicSchema.model_validate(document.fields)
    except ValidationError as error:
        for detail in error.errors(include_url=False, include_input=False)[:50]:
            reason = "is missing" if detail["type"] == "missing" else detail["msg"]
            complaints.append(document.complaint(detail["loc"], reason))
        raise ContentError(*complaints, warnings=warnings_of(document, typos)) from error
    if complaints:
        raise ContentError(*complaints)
    names, left_out = _names_of(document.fields.get("names"))
    return TopicFile(
        id=model.id,
        name=model.name,
        short_name=model.short_name,
        parent=model.parent,
        description=model.description,
        keywords=tuple(dict.fromkeys(word for word in model.keywords if word)),
        hashtags=_hashtags(model.hashtags),
        names=names,
        warnings=(*document.lost(), *warnings_of(document, typos, left_out)),
    )


def _names_of(given: object) -> tuple[tuple[tuple[str, str], ...], list[tuple[Place, str]]]:
    """Return the names in other languages, and what of them was left out and why; the topic is taken without it."""
    if given is None:
        return (), []
    if not isinstance(given, dict):
        return (), [(("names",), "is no list of languages with a name each, such as de: Technik; it was left out")]
    names: dict[str, str] = {}
    left_out: list[tuple[Place, str]] = []
    for code, value in list(given.items())[:_MAX_LANGUAGES]:
        where: Place = ("names", str(code))
        try:
            if not _is_language(code):
                refuse("is not the code of a language; write one such as de, pt-BR or zh-Hans")
            if not isinstance(value, str):
                refuse("is no text")
            names[str(code).replace("_", "-")] = _name(value)
        except ValueError as error:
            left_out.append((where, f"{error}; it was left out"))
    if len(given) > _MAX_LANGUAGES:
        left_out.append((("names",), f"holds more than {_MAX_LANGUAGES} languages; the rest was left out"))
    return tuple(names.items()), left_out


def _is_language(code: object) -> bool:
    """Return whether CLDR knows a language by a code, old ones such as iw included."""
    from babel import Locale, UnknownLocaleError

    if not isinstance(code, str) or not _CODE.fullmatch(code):
        return False
    try:
        Locale.parse(code.replace("-", "_"), resolve_likely_subtags=True)
    except (UnknownLocaleError, ValueError):
        return False
    return True


def _name(value: object) -> str:
    name = text_of(value, MAX_TOPIC_LENGTH + 1)
    if name is None:
        refuse("is empty")
    if not is_name(name):
        refuse(f"{quoted(name)} is no name")
    if len(name) > MAX_TOPIC_LENGTH:
        refuse(f"is longer than {MAX_TOPIC_LENGTH} characters")
    return name


def _name_if_any(value: object) -> str | None:
    return None if value is None or value == "" else _name(value)


def _listed(most: int, what: str) -> BeforeValidator:
    """Take a list; a text lists words between commas or lines."""

    def listed(value: object) -> list[object]:
        return list_of(_BETWEEN_WORDS.split(value) if isinstance(value, str) else value, most, what)

    return BeforeValidator(listed)


def _limited(limit: int) -> Callable[[object], str | None]:
    return lambda value: text_of(value, limit)


_Name = Annotated[str | None, BeforeValidator(_name_if_any)]
_Words = Annotated[list[Annotated[str | None, BeforeValidator(_limited(NAME_LIMIT))]], _listed(_MAX_KEYWORDS, "words")]


class _TopicSchema(BaseModel):
    id: Annotated[str, BeforeValidator(_name)] = Field(alias="_id")
    name: Annotated[str, BeforeValidator(_name)]
    short_name: _Name = Field(None, alias="shortname")
    parent: _Name = None
    description: Annotated[str | None, BeforeValidator(_limited(_DESCRIPTION_LIMIT))] = None
    keywords: _Words = []
    hashtags: _Words = []


def _hashtags(items: list[str | None]) -> tuple[str, ...]:
    """Split on blanks and commas; keep what Telegram links: `#`, then letters, digits and `_`, not digits alone."""
    words = (_NO_HASHTAG.sub("", word) for item in items if item for word in _BETWEEN_HASHTAGS.split(item))
    tags = {word.casefold(): f"#{word}" for word in words if word.strip("_") and not word.isdigit()}
    return tuple(tags.values())[:_MAX_HASHTAGS]
