"""The progress message of a publish, from the undo delay to the last chat, and answers to what editors press on it."""

from __future__ import annotations

from datetime import datetime

from bot.domain.article import Article, ArticleState
from bot.domain.delivery import NEWS
from bot.domain.message import Button, Keyboard, Message
from bot.domain.press import press
from bot.domain.progress import Phase, Standing
from bot.domain.text import Text
from bot.render.editor import corrections, takedown
from bot.render.editor.article_note import paused
from bot.render.editor.desk import called, open_button, savers_told
from bot.render.editor.verbs import TAKEN_BACK, Verb
from bot.render.locale import Words
from bot.render.text import clip, join, tame

_WORDS = 200  # UTF-16 code units


def going(words: Words, article: Article, campaign: int, standing: Standing, now: datetime) -> Message:
    """Return how a publish, or a change of delivered copies, stands, with what can be done about it."""
    if standing.kind != NEWS:
        return corrections.going(words, article, campaign, standing)
    if article.state is ArticleState.TAKEN_DOWN:
        return takedown.was(words, article.number)
    match standing.phase:
        case Phase.UNDO:
            return _message(_announced(words, article, standing, now), undo_keyboard(words, campaign))
        case Phase.SENDING:
            text = sending(words, called(article), standing, now)
            return _message(text, ((Button(words("Stop"), data=press(Verb.STOP, campaign)),),))
        case Phase.WAITING:
            return _message(_finished(words, article, standing), _waiting_keyboard(words, article, campaign, standing))
        case Phase.STOPPED:
            return _message(stopped(words, standing), _stopped_keyboard(words, article, campaign))
        case Phase.WITHDRAWN:
            return taken_back(words, article, standing.sent)
        case Phase.REFUSED:
            return _message(refused(words, called(article), standing), _refused_keyboard(words, article, campaign))
        case Phase.UNREACHED | Phase.RESTORED:
            return _message(question(words, called(article), standing), _question_keyboard(words, article, campaign))
        case Phase.DONE:
            return _message(_finished(words, article, standing), _finish_keyboard(words, article, standing))


def asked_below(words: Words, name: Text) -> Message:
    """Return what becomes of a progress message when editors are asked in a newer one."""
    return Message(words.text("{article}: paused, see the question below.", article=name))


def held_instead(words: Words, article: Article) -> Message:
    """Return what becomes of an announcement when more became news than people expect, and all of it is held."""
    return Message(words.text("{article} is held with others: nothing of it has left.", article=called(article)))


def out_already(words: Words, article: Article, standing: Standing | None) -> Message:
    """Return the answer to publishing what is out: nothing was pushed again."""
    if standing is None or article.state is not ArticleState.PUBLISHED:
        text = words.text("{article} is listed already. Nothing was pushed.", article=called(article))
    else:
        text = words.count_text(
            "#{number} is out already: {n} chat has it. Nothing was pushed again.",
            "#{number} is out already: {n} chats have it. Nothing was pushed again.",
            standing.sent,
            number=article.number,
        )
    return Message(text, keyboard=_out_keyboard(words, article))


def taken_back(words: Words, article: Article, sent: int, savers: int = 0) -> Message:
    """Return what a retraction did, and what it did not. So many `savers` are told."""
    lines: list[Text | str] = [
        words.text("{article} is in no list any more, and nothing more of it leaves.", article=called(article)),
        savers_told(words, savers),
    ]
    if sent:
        lines.append(
            words.count_text(
                "{n} chat has it. Its copy stays as it is until you decide.",
                "{n} chats have it. Their copies stay as they are until you decide.",
                sent,
            )
        )
    # Behind another button: where this one is pressed, the next screen has `Stop` in its first place.
    again = Button(words("Publish again"), data=press(Verb.PUBLISH, article.number, TAKEN_BACK))
    copies = ((*corrections.copies_row(words, article),),) if sent else ()
    return Message(join(lines, " "), keyboard=((open_button(words, article.number), again), *copies))


def how_to_retract(words: Words, article: Article) -> Message:
    """Return the answer to `/retract ARTICLE` with words behind it that say nothing about delivered copies."""
    said = words.text(
        "Nothing was changed. Write /retract {number}, or with what becomes of delivered copies and why: "
        "/retract {number} notice the quote was wrong, or /retract {number} delete.",
        number=article.number,
    )
    quietly = words("With /retract {number} quietly, whoever saved it is not told.", number=article.number)
    return Message(join([said, quietly], " "))


def not_listed(words: Words, article: Article) -> Message:
    return Message(words.text("{article} is in no list. Nothing was changed.", article=called(article)))


def archived(words: Words, article: Article) -> Message:
    """Return what listing without pushing did."""
    return Message(
        words.text("{article} is listed; nobody was sent anything.", article=called(article)),
        keyboard=_out_keyboard(words, article),
    )


def stop_toast(words: Words) -> str:
    return words("Stopped. Nothing more leaves.")


def now_toast(words: Words) -> str:
    return words("On its way")


def rest_refused(words: Words, number: int) -> str:
    """Return why the rest of a retracted article is not sent."""
    return words("#{number} is not published. Publish it to send the rest.", number=number)


def held_toast(words: Words) -> str:
    return words("Held. Nothing leaves until an editor decides.")


def done_toast(words: Words) -> str:
    return words("Nothing is left to send.")


def rest_toast(words: Words) -> str:
    return words("Sending the rest")


def _message(text: Text, keyboard: Keyboard) -> Message:
    return Message(text, keyboard=keyboard)


def _announced(words: Words, article: Article, standing: Standing, now: datetime) -> Text:
    wait = words.span(standing.starts_in(now))
    text = words.count_text(
        "#{number} goes to {n} chat in {wait}, taking about {time}.",
        "#{number} goes to {n} chats in {wait}, taking about {time}.",
        standing.audience,
        number=article.number,
        wait=wait,
        time=words.span(standing.remaining(now)),
    )
    return with_pause(words, text, standing)


def sending(words: Words, name: Text, standing: Standing, now: datetime) -> Text:
    """Return how far something has come that is on its way."""
    text = words.text(
        "{article}: {sent} of {audience} sent ({percent})",
        article=name,
        sent=words.number(standing.sent),
        audience=words.number(standing.audience),
        percent=words.percent(standing.percent / 100),
    )
    if standing.waiting and not standing.is_paused:
        text = words.text("{progress}, about {time} left.", progress=text, time=words.span(standing.remaining(now)))
    else:
        text = text + "."
    return with_pause(words, join([text, later(words, standing), *_lost(words, standing)], " "), standing)


def stopped(words: Words, standing: Standing) -> Text:
    """Return who has what was stopped, and who will not get it."""
    text = words.count_text(
        "Stopped. {n} chat has it, {others} will not get it.",
        "Stopped. {n} chats have it, {others} will not get it.",
        standing.sent,
        others=words.number(standing.waiting),
    )
    return join([text, *_lost(words, standing)], " ")


def question(words: Words, name: Text, standing: Standing) -> Text:
    """Return why something is held that too many could not be reached with, or that an older copy would send."""
    if standing.phase is Phase.UNREACHED:
        why = words.text(
            "{article} is paused: more than a fifth of the last 200 chats could not be reached. That is more often "
            "a mistake on this side than on theirs.",
            article=name,
        )
    else:
        why = words.text(
            "{article} is held: this database is an older copy, and what it would send may have been sent before.",
            article=name,
        )
    return join([why, _so_far(words, standing), *_lost(words, standing)], " ")


def _so_far(words: Words, standing: Standing) -> str:
    return words.count(
        "{n} chat has it, {others} wait.",
        "{n} chats have it, {others} wait.",
        standing.sent,
        others=words.number(standing.waiting),
    )


def refused(words: Words, name: Text, standing: Standing) -> Text:
    """Return that Telegram refuses a message in every form, in its own words."""
    why = words.text(
        "{article} is held: Telegram refuses it with its buttons, without them, and as plain text. It says: “{words}”. "
        "Nobody counts as failed.",
        article=name,
        words=tame(clip(standing.words or "", _WORDS)),
    )
    return join([why, _so_far(words, standing), *_lost(words, standing)], " ")


def _finished(words: Words, article: Article, standing: Standing) -> Text:
    if not standing.settled and not standing.for_their_time:
        return words.text(
            "#{number} is out. Nobody follows its topics yet, so it was sent to no one.", number=article.number
        )
    text = words(
        "#{number} is out. {sent} sent, {blocked} had blocked the bot, {failed} failed, {twice} perhaps twice.",
        number=article.number,
        sent=words.number(standing.sent),
        blocked=words.number(standing.unreachable),
        failed=words.number(standing.failed),
        twice=words.number(standing.unsure),
    )
    unwanted = (
        words.count("{n} no longer wanted it.", "{n} no longer wanted it.", standing.unwanted)
        if standing.unwanted
        else ""
    )
    took = f"{words.span(standing.took)}." if standing.sent or not standing.for_their_time else ""
    return join([text, unwanted, _kept(words, standing), took, later(words, standing)], " ")


def later(words: Words, standing: Standing) -> str:
    """Return how many chats get it at a time of their own, if any do."""
    if not standing.for_their_time:
        return ""
    return words.count(
        "{n} chat gets it at its own time: in a digest, or after quiet hours.",
        "{n} chats get it at their own times: in a digest, or after quiet hours.",
        standing.for_their_time,
    )


def _kept(words: Words, standing: Standing) -> str:
    """Return how many chats forbid writing, if any do: they are tried again, and what they miss is kept for them."""
    if not standing.restricted:
        return ""
    return words.count(
        "{n} chat forbids writing and is tried again.",
        "{n} chats forbid writing and are tried again.",
        standing.restricted,
    )


def _lost(words: Words, standing: Standing) -> list[str]:
    lost = []
    if standing.unreachable:
        lost.append(
            words.count("{n} chat has blocked the bot.", "{n} chats have blocked the bot.", standing.unreachable)
        )
    if standing.failed:
        lost.append(words.count("{n} failed.", "{n} failed.", standing.failed))
    if standing.restricted:
        lost.append(_kept(words, standing))
    return lost


def with_pause(words: Words, text: Text, standing: Standing) -> Text:
    """Add that all pushes are paused, where they are."""
    if not standing.is_paused:
        return text
    return join([text, paused(words)], " ")


def undo_keyboard(words: Words, campaign: int) -> Keyboard:
    """Return the buttons of what has not left yet."""
    return (
        (
            Button(words("Stop"), data=press(Verb.STOP, campaign)),
            Button(words("Send now"), data=press(Verb.NOW, campaign)),
        ),
    )


def _stopped_keyboard(words: Words, article: Article, campaign: int) -> Keyboard:
    # Telegram keeps the foot of a message in its place, and `Stop` was in the last row.
    return (
        (Button(words("Send the rest"), data=press(Verb.REST, campaign)),),
        (
            Button(words("Fix first"), data=press(Verb.OPEN, article.number)),
            Button(words("Take back"), data=press(Verb.TAKE_BACK, article.number)),
        ),
    )


def _question_keyboard(words: Words, article: Article, campaign: int) -> Keyboard:
    return (
        (
            Button(words("Send the rest"), data=press(Verb.REST, campaign)),
            Button(words("Take back"), data=press(Verb.TAKE_BACK, article.number)),
        ),
    )


def _refused_keyboard(words: Words, article: Article, campaign: int) -> Keyboard:
    return (
        (
            Button(words("Try again"), data=press(Verb.REST, campaign)),
            Button(words("Fix first"), data=press(Verb.OPEN, article.number)),
            Button(words("Archive"), data=press(Verb.STOP, campaign)),
        ),
    )


def _finish_keyboard(words: Words, article: Article, standing: Standing) -> Keyboard:
    row = [Button(words("Take back"), data=press(Verb.TAKE_BACK, article.number))]
    if standing.sent:
        row.insert(0, Button(words("Correct"), data=press(Verb.ASK_CORRECT, article.number)))
    if not standing.settled and not standing.for_their_time:
        row.insert(0, Button(words("Add a topic"), data=press(Verb.TOPICS, article.number)))
    if standing.failed:
        row.insert(0, Button(words("Who failed"), data=press(Verb.FAILED, article.number)))
    return (tuple(row),)


def _waiting_keyboard(words: Words, article: Article, campaign: int, standing: Standing) -> Keyboard:
    # `Stop` stays alone in the last row, where it was while messages left.
    stop = (Button(words("Stop"), data=press(Verb.STOP, campaign)),)
    return (*_finish_keyboard(words, article, standing), stop)


def _out_keyboard(words: Words, article: Article) -> Keyboard:
    if article.pushed_at is None:
        return ((Button(words("Take back"), data=press(Verb.TAKE_BACK, article.number)),),)
    return (
        (
            Button(words("Delivery"), data=press(Verb.DELIVERY, article.number)),
            Button(words("Take back"), data=press(Verb.TAKE_BACK, article.number)),
        ),
    )
