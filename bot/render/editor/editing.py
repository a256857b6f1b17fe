"""Edits in chat: the fields that can be typed, what is wrong with what was typed, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from zlib import crc32

from bot.domain.article import Article
from bot.domain.audit import Entry
from bot.domain.editing import EditField, Value
from bot.domain.message import Button, Message
from bot.domain.press import press
from bot.domain.text import Text
from bot.render.editor.corrections import NAMED
from bot.render.editor.desk import asked_while_away, called, open_button
from bot.render.editor.edited_values import value_text
from bot.render.editor.editors import called as called_person
from bot.render.editor.verbs import Verb
from bot.render.locale import Words
from bot.render.text import clip, foreign, join

_SAID = 100  # UTF-16 code units of what was typed, where an answer names it


def field_name(words: Words, field: EditField) -> str:
    """Return what a field is called."""
    return {
        EditField.TITLE: words("title"),
        EditField.EXCERPT: words("excerpt"),
        EditField.LINK: words("link"),
        EditField.TOPICS: words("topics"),
        EditField.PICTURE: words("picture"),
        EditField.CREDIT: words("credit"),
        EditField.RELATED: words("related articles"),
    }[field]


def field_called(words: Words, said: str) -> EditField | None:
    """Return the field that somebody calls so, in their language or in English; None when there is none."""
    key = said.strip(":").casefold()
    names = {words("text").casefold(): EditField.EXCERPT, "text": EditField.EXCERPT}
    names |= {field_name(words, field).casefold(): field for field in EditField}
    names |= {field.value: field for field in EditField}
    return names.get(key)


def choice(words: Words, article: Article) -> Message:
    """Return the choice of a field."""
    buttons = [
        Button(_label(words, field), data=press(Verb.EDIT_FIELD, article.number, place))
        for place, field in enumerate(EditField)
    ]
    rows = [tuple(buttons[start : start + 2]) for start in range(0, len(buttons), 2)]
    return Message(
        words.text("What of {article} is to change?", article=called(article)),
        keyboard=(*rows, (_cancel(words, article),)),
    )


def ask(words: Words, article: Article, field: EditField, shown: Value) -> Message:
    """Return what asks for a field's new words, or for a picture."""
    about: dict[str, Text | str] = {"article": called(article), "shown": value_text(words, shown)}
    match field:
        case EditField.PICTURE:
            text = words.text(
                "Send the new picture of {article}: a photo, a picture as a file, or its link. It shows now: {shown}",
                **about,
            )
        case EditField.CREDIT:
            text = words.text("Write whose picture {article} shows. It says now: {shown}", **about)
        case _:
            text = words.text(
                "Write the new {field} of {article}. It says now: {shown}", field=field_name(words, field), **about
            )
    remove = Button(words("Remove"), data=press(Verb.EDIT_NOTHING, article.number, list(EditField).index(field)))
    may_be_nothing = bool(shown) and field.kept_as is EditField.PICTURE
    return Message(text, keyboard=((*((remove,) if may_be_nothing else ()), _cancel(words, article)),))


def means_nothing(words: Words, typed: str) -> bool:
    """Return whether somebody wants a field to hold nothing that may hold nothing."""
    return typed.strip().casefold() in ("none", "nothing", words("nothing").casefold())


def changed_meanwhile(
    words: Words,
    article: Article,
    field: EditField,
    shown: Value,
    typed: Value,
    edits: Sequence[Entry],
    names: Mapping[int, str],
) -> Message:
    """Return the question whether what was typed counts although the article was changed since it was asked for."""
    told: list[Text | str] = [words.text("{article} was changed while you wrote.", article=called(article))]
    told.extend(_told(words, entry, names) for entry in edits)
    told.append(
        words.text("It says now ({field}): {shown}", field=field_name(words, field), shown=value_text(words, shown))
    )
    told.append(words.text("Yours: {typed}", typed=value_text(words, typed)))
    anyway = Button(words("Use mine"), data=press(Verb.EDIT_ANYWAY, article.number))
    leave = Button(words("Leave it"), data=press(Verb.EDIT_NOT, article.number))
    return Message(join(told, "\n"), keyboard=((anyway, leave), (open_button(words, article.number),)))


def cancelled(words: Words, article: Article) -> Message:
    return Message(
        words.text("{article} stays as it is.", article=called(article)),
        keyboard=((open_button(words, article.number),),),
    )


def _told(words: Words, entry: Entry, names: Mapping[int, str]) -> Text:
    """Return one edit of somebody else."""
    who = words("A program") if entry.person is None else called_person(entry.person, names)
    field = field_called(words, entry.detail or "")
    return words.text(
        "{who} changed the {field}: {before} → {after}",
        who=who,
        field=words("text") if field is None else field_name(words, field),
        before=value_text(words, entry.before),
        after=value_text(words, entry.after),
    )


def _label(words: Words, field: EditField) -> str:
    name = field_name(words, field)
    return name[:1].upper() + name[1:]


def _cancel(words: Words, article: Article) -> Button:
    return Button(words("Cancel"), data=press(Verb.EDIT_NOT, article.number))


def no_such_field(words: Words, said: str) -> Message:
    return Message(
        words.text(
            "“{field}” cannot be edited here: {fields} can. Nothing was changed.",
            field=foreign(clip(said, _SAID)),
            fields=_fields(words),
        )
    )


def not_theirs(words: Words) -> Message:
    """Return the answer to somebody who may change only drafts that they made."""
    return Message(Text(words("You can change drafts that you made, as long as they are drafts. Nothing was changed.")))


def typed_while_away(words: Words, article: Article, asked_at: str) -> Message:
    """Return the answer to an edit that arrived long after it was typed."""
    asked = asked_while_away(words, asked_at)
    return Message(
        words.text(
            "{asked} {article} was not changed; send it again if it is still meant.",
            asked=asked,
            article=called(article),
        ),
        keyboard=((open_button(words, article.number),),),
    )


def source_question(words: Words, article: Article, field: EditField, source: Value, shown: Value) -> Message:
    """Return the question whether a field stays as it was typed now that its source says something else there."""
    text = words.text(
        "{article}: its file or feed says something else now ({field}): “{theirs}”. "
        "Edited in chat, and still shown: “{ours}”.",
        article=called(article),
        field=field_name(words, field),
        theirs=value_text(words, source),
        ours=value_text(words, shown),
    )
    place = list(EditField).index(field)
    numbers = (article.number, place, checksum(source))
    return Message(
        text,
        keyboard=(
            (
                Button(words("Keep ours"), data=press(Verb.KEEP_EDIT, *numbers)),
                Button(words("Take the other"), data=press(Verb.TAKE_SOURCE, *numbers)),
            ),
            (open_button(words, article.number),),
        ),
    )


def sources_folded(words: Words, articles: Sequence[Article]) -> Message:
    """Return what is said in place of a question for each when the sources of many edited articles changed at once."""
    text = words.count(
        "{n} article was edited in chat, and its file or feed says something else there now: {numbers}. "
        "What was edited stays.",
        "{n} articles were edited in chat, and their files or feeds say something else there now: {numbers}. "
        "What was edited stays.",
        len(articles),
        numbers=", ".join(f"#{article.number}" for article in articles[:NAMED])
        + (" …" if len(articles) > NAMED else ""),
    )
    return Message(Text(text))


def kept(words: Words, article: Article, field: EditField) -> Message:
    return Message(
        words.text(
            "{article}: what was edited stays ({field}).", article=called(article), field=field_name(words, field)
        ),
        keyboard=((open_button(words, article.number),),),
    )


def taken(words: Words, article: Article, field: EditField) -> Message:
    return Message(
        words.text(
            "{article}: now as its file or feed says ({field}).",
            article=called(article),
            field=field_name(words, field),
        ),
        keyboard=((open_button(words, article.number),),),
    )


def decided(words: Words, article: Article) -> Message:
    """Return what stands in the place of a question that another has answered, or its file."""
    return Message(
        words.text("{article}: nothing is to be decided there any more.", article=called(article)),
        keyboard=((open_button(words, article.number),),),
    )


def checksum(value: Value) -> int:
    """Return a number by which a button knows whether a value is still the one it was drawn for."""
    return crc32(repr(value).encode())


def _fields(words: Words) -> str:
    return words.list([field_name(words, field) for field in EditField])
