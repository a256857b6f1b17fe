"""
The schema of article files, field by field. The models are used in this package only, which returns domain values.
Fields have the names they have in the file, and so have complaints about them.

Every validator raises for what it cannot take, with the sentence the author reads; `article_file` decides
what that costs: the whole file for what a story cannot be without, else the one value.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, NoReturn

from pydantic import BaseModel, BeforeValidator, Field, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

from bot.content.articles.cleaning import TITLE_LIMIT, title_of
from bot.content.articles.links import has_scheme, judged
from bot.content.articles.local_picture import local_picture
from bot.content.articles.surroundings import FileContext
from bot.content.articles.timestamps import moment
from bot.content.plain_text import NAME_LIMIT, quoted, shown
from bot.domain.article import MAX_RELATED, SENT_IN_CHAT, Picture
from bot.domain.topic import bare_name, is_name, listed_names

MAX_TOPICS = 50
MAX_IMAGES = 50
MAX_TOPIC_LENGTH = 100  # characters
_ALT_LIMIT = 1000
_MAX_PIXELS = 100_000
_LARGEST_NUMBER = 10**12
_WHOLE = re.compile(r"([+-]?)0*([0-9]*)(?<=[0-9])")
_DIGITS_READ = 18  # more are beyond the largest number, and reading a million of them would take long
_BETWEEN_PICTURES = re.compile(r"\s*,\s+|\s*\n\s*")  # a link may hold commas, but no blank behind them
_PICTURE_NAME = re.compile(r"\.(?:jpe?g|png|webp|gif|avif|svg|tiff?|bmp|heic)$", re.IGNORECASE)
_NO_TOPIC = "is empty; put a name that begins with # in quotes"  # to YAML it is a comment
_FLAGS = {
    **dict.fromkeys(("true", "yes", "on", "1"), True),
    **dict.fromkeys(("false", "no", "off", "0", ""), False),
}


def refuse(reason: str) -> NoReturn:
    # The reason may hold braces, which the template would take as fields.
    raise PydanticCustomError("refused", "{reason}", {"reason": reason})


def _surroundings(info: ValidationInfo) -> FileContext:
    assert isinstance(info.context, FileContext)
    return info.context


def text_of(value: object, limit: int = NAME_LIMIT) -> str | None:
    """Return a value as text for showing; None when it is empty. Numbers are text where text is asked for."""
    match value:
        case None:
            return None
        case str():
            return shown(value, limit).strip("\u200c\u200d") or None
        case bool() | list() | dict():
            refuse("must be text; put it in quotes" if isinstance(value, bool) else "must be text")
        case _:
            return str(value)


def list_of(value: object, most: int, what: str) -> list[object]:
    """Return a list of at most `most` values; one value alone is a list of one."""
    values = value if isinstance(value, list) else [] if value is None else [value]
    if len(values) > most:
        reason = f"has {len(values):,} {what}; the first {most} are read"
        raise PydanticCustomError("too_many", "{reason}", {"reason": reason, "most": most})
    return values


def _listed(most: int, what: str) -> BeforeValidator:
    return BeforeValidator(lambda value: list_of(value, most, what))


def _title(value: object) -> str | None:
    return text_of(title_of(value) if isinstance(value, str) else value, TITLE_LIMIT)


def listed(value: object) -> list[object]:
    """Return what stands in the place of a list as one; a text lists images between commas if each piece looks so."""
    if isinstance(value, str):
        pieces = [piece for piece in _BETWEEN_PICTURES.split(value) if piece]
        if all(has_scheme(piece) or _PICTURE_NAME.search(piece) for piece in pieces):
            return list(pieces)
    return value if isinstance(value, list) else [] if value is None else [value]


def _pictures_listed(value: object) -> list[object]:
    return list_of(listed(value), MAX_IMAGES, "images")


def _required_title(value: object) -> str:
    title = _title(value)
    if title is None:
        refuse("is empty")
    return title


def _topics(value: object, info: ValidationInfo) -> list[str]:
    """Return the names of an article's topics, each once whatever its case. What is no name is left out.

    A text lists them; which of its commas belong to a name is decided where the known topics are known.
    """
    around = _surroundings(info)
    if isinstance(value, str):
        around.topics_in_text = True
        items: list[object] = list(listed_names(value))
    elif isinstance(value, list):
        items = value
    elif value is None:
        around.left_out.append((("topics",), _NO_TOPIC))
        return []
    else:
        around.left_out.append((("topics",), "must be a list of names"))
        return []
    if around.topics_in_text and not items and str(value).strip():
        around.left_out.append((("topics",), f"{quoted(value)} is no name"))
    if len(items) > MAX_TOPICS:
        around.left_out.append((("topics",), f"has {len(items):,} topics; the first {MAX_TOPICS} are read"))
    names: dict[str, str] = {}
    for place, item in enumerate(items[:MAX_TOPICS]):
        where = ("topics",) if around.topics_in_text else ("topics", place)
        if item is None:
            around.left_out.append((where, _NO_TOPIC))
            continue
        try:
            name = _topic_name(item)
        except PydanticCustomError as error:
            around.left_out.append((where, error.message()))
            continue
        if name is not None and name.casefold() not in names:
            names[name.casefold()] = name
            around.topic_places.append(where)
    return list(names.values())


def _topic_name(value: object) -> str | None:
    """Return a topic's name without the `#` before it; None for an entry that says nothing."""
    text = text_of(value, MAX_TOPIC_LENGTH + 1)
    if text is None:
        return None
    name = bare_name(text) if text[0] == "#" else text
    if not is_name(name):
        refuse(f"{quoted(value)} is no name")
    if len(name) > MAX_TOPIC_LENGTH:
        refuse(f"is longer than {MAX_TOPIC_LENGTH} characters")
    return name


def _raw(value: object) -> str | None:
    """Return a text as it is given; a list of texts is their sequence."""
    if value is None:
        return None
    if isinstance(value, list) and all(isinstance(piece, str) for piece in value):
        return " ".join(value)
    if isinstance(value, list | dict):
        refuse("must be text")
    return value if isinstance(value, str) else str(value)


def _text_if_any(value: object) -> None:
    """Look at what is kept as it is given, and say nothing of what it says."""
    if value is not None and not isinstance(value, str):
        refuse("must be text")


def _whole(value: object) -> int | None:
    match value:
        case None | "":
            return None
        case int() if not isinstance(value, bool):
            number = value
        case float() if value.is_integer():
            number = int(value)
        case str() if (found := _WHOLE.fullmatch(value.strip())) is not None:
            number = int(found[1] + (found[2][:_DIGITS_READ] or "0"))
        case _:
            refuse(f"{quoted(value)} is not a whole number")
    if abs(number) > _LARGEST_NUMBER:
        way, bound = (
            ("large", f"at most {_LARGEST_NUMBER:,}") if number > 0 else ("small", f"at least {-_LARGEST_NUMBER:,}")
        )
        refuse(f"{quoted(value)} is too {way} a number; {bound} is taken")
    return number


def _pixels(value: object) -> int | None:
    """Return a size as it is claimed; zero is what programs write that do not know it."""
    number = _whole(value)
    if number is not None and number < 0:
        refuse(f"{quoted(value)} is no number of pixels")
    if number is not None and number > _MAX_PIXELS:
        refuse(f"{quoted(value)} is more than {_MAX_PIXELS:,} pixels")
    return number or None


def _flag(value: object) -> bool | None:
    match value:
        case None:
            return None
        case bool():
            return value
        case int() | str() if (flag := _FLAGS.get(str(value).strip().lower())) is not None:
            return flag
    refuse(f"{quoted(value)} is neither true nor false")


def _is_draft(value: object) -> bool:
    """Return whether a `draft` field hides the story. Whatever is no plain word for no does: hidden is what mends."""
    return _FLAGS.get(str(value).strip().lower(), True) if isinstance(value, bool | int | str) else bool(value)


def moment_of(value: object, info: ValidationInfo) -> datetime:
    if value is None or value == "":
        refuse("is empty")
    try:
        return moment(value, _surroundings(info).rules.zone)
    except ValueError as error:
        refuse(str(error))


def _moment_if_any(value: object, info: ValidationInfo) -> datetime | None:
    return None if value is None or value == "" else moment_of(value, info)


def _link(value: object, info: ValidationInfo) -> str | None:
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        refuse(f"{quoted(value)} is not a link")
    judgement = judged(value, _surroundings(info).rules.allow)
    if judgement.url is None:
        refuse(judgement.fault)
    return judgement.url


def _read_link(value: object, info: ValidationInfo) -> str | None:
    """`webUrl` of a whole article. An `originalUrl` that was refused has its own complaint."""
    link = _link(value, info)
    if link is None and info.data.get("originalUrl", "") is None:
        refuse("is missing; give webUrl or originalUrl")
    return link


def _picture_source(value: object, info: ValidationInfo) -> tuple[str, bool] | None:
    """Return a picture's link or path, and whether it is a path."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if not isinstance(value, str):
        refuse(f"{quoted(value)} is neither a link nor a file beside this one")
    around = _surroundings(info)
    if value in around.own_pictures:
        return value, not value.startswith(SENT_IN_CHAT)
    if has_scheme(value):
        url = _link(value, info)
        return None if url is None else (url, False)
    if around.is_alone:
        refuse(f"{quoted(value)} is not a link; there is no file beside an article that is sent like this")
    try:
        picture = local_picture(value.strip(), around.path, around.root)
        if around.is_whole(picture):
            return picture, True
        raise FileNotFoundError(2, "not whole", picture)
    except FileNotFoundError as error:
        if str(error.filename) not in around.missing_pictures:
            around.missing_pictures.append(str(error.filename))
        if around.waits:
            return None
        refuse(f"{quoted(value)} is neither a link nor a file beside this one")
    except ValueError as error:
        refuse(f"{quoted(value)} {error}")


def _fields_or_text(name: str) -> Callable[[object], object]:
    """Let a bare text stand for an entry's one important field, and nothing for an empty entry."""

    def fields(value: object) -> object:
        if value is not None and not isinstance(value, dict | str):
            refuse(f"must hold fields, or be a text that is its {name}")
        return value if isinstance(value, dict) else {name: value} if isinstance(value, str) else {}

    return fields


Words = Annotated[str | None, BeforeValidator(text_of)]
Link = Annotated[str | None, BeforeValidator(_link)]
Topics = Annotated[list[str], BeforeValidator(_topics)]


class ImageSchema(BaseModel):
    """One image. `url` is a link or path and whether it is a path; None when of no use."""

    url: Annotated[tuple[str, bool] | None, BeforeValidator(_picture_source, json_schema_input_type=str | None)] = None
    width: Annotated[int | None, BeforeValidator(_pixels)] = None
    height: Annotated[int | None, BeforeValidator(_pixels)] = None
    credit: Words = None
    alt: Annotated[str | None, BeforeValidator(lambda value: text_of(value, _ALT_LIMIT))] = None

    _bare = model_validator(mode="before")(_fields_or_text("url"))


# Lists are made by a factory: a default that is a list is copied deeply for every model, which takes longer.
Images = Annotated[list[ImageSchema], BeforeValidator(_pictures_listed)]


class ProviderSchema(BaseModel):
    name: Words = None
    domain: Words = None
    images: Images = Field(default_factory=list)

    _bare = model_validator(mode="before")(_fields_or_text("name"))


class RelatedSchema(BaseModel):
    """An article that another points to. Without title or link it is left out."""

    title: Annotated[str | None, BeforeValidator(_title)] = None
    webUrl: Link = None
    originalUrl: Link = None
    ampWebUrl: Link = None
    cdnAmpWebUrl: Link = None
    publishedDateTime: Annotated[
        datetime | None, BeforeValidator(_moment_if_any, json_schema_input_type=str | None)
    ] = None
    provider: ProviderSchema = ProviderSchema()
    images: Images = Field(default_factory=list)

    _bare = model_validator(mode="before")(_fields_or_text("title"))


class ArticleSchema(BaseModel):
    """A whole article file."""

    title: Annotated[str, BeforeValidator(_required_title)]
    publishedDateTime: Annotated[datetime, BeforeValidator(moment_of, json_schema_input_type=str)]
    originalUrl: Link = None
    webUrl: Annotated[str | None, BeforeValidator(_read_link)] = Field(None, validate_default=True)
    ampWebUrl: Link = None
    cdnAmpWebUrl: Link = None
    excerpt: Annotated[str | None, BeforeValidator(_raw)] = None
    category: Words = None
    type: Words = None
    quality: Annotated[int | None, BeforeValidator(_whole)] = None
    heat: Annotated[int | None, BeforeValidator(_whole)] = None
    published: Annotated[bool | None, BeforeValidator(_flag)] = None
    draft: Annotated[bool, BeforeValidator(_is_draft)] = False
    provider: ProviderSchema = ProviderSchema()
    topics: Topics = Field(default_factory=list)
    images: Images = Field(default_factory=list)
    related: Annotated[list[RelatedSchema], _listed(MAX_RELATED, "related articles")] = Field(default_factory=list)
    featuredContent: Annotated[str | None, BeforeValidator(_raw)] = None
    secured: Annotated[None, BeforeValidator(_text_if_any, json_schema_input_type=str | None)] = None


def pictures_of(images: list[ImageSchema]) -> tuple[Picture, ...]:
    """Return the usable ones as domain values, in the file's order."""
    return tuple(
        Picture(image.url[0], image.width, image.height, image.credit, image.alt, is_local=image.url[1])
        for image in images
        if image.url is not None
    )
