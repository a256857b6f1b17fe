"""Edits in chat: the fields that can be typed, what is wrong with what was typed, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from zlib import crc32

from bot.domain.article import Article
from bot.domain.audit import Entry
from bot.domain.editing import EditField, Fault, Refusal, Value, as_words
from bot.domain.message import Button, Message
from bot.domain.press import press
from bot.domain.text import Text
from bot.render.editor.corrections import NAMED
from bot.render.editor.desk import Verb, asked_while_away, called, open_button
from bot.render.editor.editors import called as called_person
from bot.render.editor.source_faults import fault_text
from bot.render.locale import Words
from bot.render.text import clip, foreign, join, tame

_SAID = 100  # UTF-16 code units of what was typed, where an answer names it
_FAULT = 300


def field_name(words: Words, field: EditField) -> str:
    """Return what a field is called."""
    return {
        EditField.TITLE: words("title"),
        EditField.EXCERPT: words("excerpt"),
        EditField.LINK: words("link"),
        EditField.TOPICS: words("topics"),
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
    return Message(
        words.text("What of {article} is to change?", article=called(article)),
        keyboard=(tuple(buttons[:2]), tuple(buttons[2:]), (_cancel(words, article),)),
    )


def ask(words: Words, article: Article, field: EditField, shown: Value) -> Message:
    """Return what asks for a field's new words."""
    text = words.text(
        "Write the new {field} of {article}. It says now: {shown}",
        field=field_name(words, field),
        article=called(article),
        shown=_value(words, shown),
    )
    return Message(text, keyboard=((_cancel(words, article),),))


def changed_meanwhile(
    words: Words,
    article: Article,
    field: EditField,
    shown: Value,
    typed: str,
    edits: Sequence[Entry],
    names: Mapping[int, str],
) -> Message:
    """Return the question whether what was typed counts although the article was changed since it was asked for."""
    told: list[Text | str] = [words.text("{article} was changed while you wrote.", article=called(article))]
    told.extend(_told(words, entry, names) for entry in edits)
    told.append(words.text("The {field} says now: {shown}", field=field_name(words, field), shown=_value(words, shown)))
    told.append(words.text("Yours: {typed}", typed=_value(words, typed)))
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
        before=_value(words, entry.before),
        after=_value(words, entry.after),
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


def refused(words: Words, article: Article, field: EditField, refusal: Refusal) -> Message:
    """Return why an edit was not made."""
    name = field_name(words, field)
    match refusal.fault:
        case Fault.EMPTY:
            text = words.text("The {field} would be empty; nothing was changed.", field=name)
        case Fault.TOO_LONG:
            text = words.text(
                "The {field} has at most {n} characters; nothing was changed.",
                field=name,
                n=words.number(refusal.number),
            )
        case Fault.REPEATS_TITLE:
            text = words.text("That says no more than the title; nothing was changed.")
        case Fault.NO_LINK if refusal.words:
            fault = tame(clip(fault_text(words, refusal.words[0]), _FAULT))
            text = words.text("I cannot take this link: {fault}. Nothing was changed.", fault=fault)
        case Fault.NO_LINK:
            text = words.text("One link is wanted, with nothing behind it; nothing was changed.")
        case Fault.OTHER_ARTICLE:
            text = words.text(
                "That is the link of #{number}, another article; nothing was changed.", number=refusal.number
            )
        case Fault.TAKEN_DOWN:
            text = words.text(
                "That link leads to #{number}, which was taken down. Nothing was changed.", number=refusal.number
            )
        case Fault.UNKNOWN_TOPICS:
            text = _unknown_topics(words, refusal)
        case Fault.CHANGED_MEANWHILE:
            text = words.text("{article} was changed while you wrote.", article=called(article))
        case Fault.UNCHANGED:
            text = words.text("{article} says that already; nothing was changed.", article=called(article))
    return Message(text, keyboard=((open_button(words, article.number),),))


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
        "{article}: its file or feed has another {field} now: “{theirs}”. Edited in chat, and still shown: “{ours}”.",
        article=called(article),
        field=field_name(words, field),
        theirs=_value(words, source),
        ours=_value(words, shown),
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
            "{article}: the {field} stays as it was edited.", article=called(article), field=field_name(words, field)
        ),
        keyboard=((open_button(words, article.number),),),
    )


def taken(words: Words, article: Article, field: EditField) -> Message:
    return Message(
        words.text(
            "{article}: the {field} is what its file or feed says.",
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


def _value(words: Words, value: Value) -> str:
    return foreign(clip(as_words(value), _SAID)) if value else words("nothing")


def _fields(words: Words) -> str:
    return words.list([field_name(words, field) for field in EditField])


def _unknown_topics(words: Words, refusal: Refusal) -> Text:
    unknown = foreign(clip(", ".join(refusal.words), _SAID))
    if not refusal.near:
        return words.text("No topic is called {topics}; nothing was changed.", topics=unknown)
    return words.text(
        "No topic is called {topics}. Perhaps {near} is meant; nothing was changed.",
        topics=unknown,
        near=foreign(words.list(refusal.near)),
    )
