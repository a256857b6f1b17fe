"""
The tour of what readers decide: when news comes, for which words, where, in which language, and what becomes of it all.

Time passes when the tour says so, over a change of the clocks and into December. The stories are files of the tour's
own, which Edith publishes.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.sandbox.bot_api import rich_messages
from bot.sandbox.tour.stage import Stage, plain
from bot.sandbox.world.people import Json
from bot.sandbox.world.state import Cast

START = datetime(2026, 10, 24, 10, tzinfo=UTC)
"""A Saturday. In the night that follows, clocks in Berlin are put back by an hour."""

TRAMS, SHAFT = "Trams that run on the wind", "A shaft that holds the night"
WINTER = "Heat for a winter from one summer"
LATE, DAM = "A grid that heals itself by night", "The dam at Varsund holds"
STREETS, SEQUEL = "Quiet streets for a whole quarter", "What the quiet streets have changed"
THREADED, FALLEN = "Sails return to a freighter", "A ferry without a captain"
_FACTS = {
    TRAMS: "They carry more people when it blows.",
    SHAFT: "Water goes down by day and comes up by night.",
    WINTER: "Sand under a school keeps what July gave.",
    LATE: "A fault is cut out before a lamp flickers.",
    DAM: "Engineers have looked at every joint of it.",
    STREETS: "Nobody drives there faster than people walk.",
    SEQUEL: "Three shops have opened, and a school bus is gone.",
    THREADED: "It saves a tenth of the oil.",
    FALLEN: "It docks by itself, and somebody watches.",
}


@dataclass(frozen=True, slots=True)
class Days:
    """What the tour plays with beside the chats: the content folder, and `move`, which lets it be another moment."""

    content: Path
    move: Callable[[datetime], None]


async def readers(stage: Stage, cast: Cast, days: Days) -> None:
    """Play the tour."""
    stage.starts(cast.edith)
    _write(days, TRAMS, SHAFT, WINTER, LATE, DAM, THREADED, FALLEN)
    _write(days, STREETS, topics="Oceans")
    _write(days, SEQUEL, topics="Oceans", related=STREETS)
    await stage.asks_until(cast.edith, "/drafts", SEQUEL)
    await _a_digest_over_a_change_of_the_clocks(stage, cast, days)
    await _a_digest_in_vancouver_in_december(stage, cast, days)
    await _quiet_hours(stage, cast, days)
    await _a_phrase_and_the_story_that_goes_on(stage, cast)
    await _a_thread_that_closes(stage, cast)
    await _a_channel(stage, cast)
    await _passed_on(stage, cast)
    await _other_languages(stage, cast)
    await _taken_along_and_forgotten(stage, cast)


async def _a_digest_over_a_change_of_the_clocks(stage: Stage, cast: Cast, days: Days) -> None:
    stage.tell("Saturday, 24 October. Anna follows Energy, and wants its news at eight in the morning in Berlin.")
    stage.starts(cast.anna, "t_energy")
    await stage.sees(cast.anna, "Energy")
    stage.types(cast.anna, "/settings zone Berlin")
    await stage.sees(cast.anna, "Time zone: Europe/Berlin")
    stage.types(cast.anna, "/settings daily 08:00")
    await stage.sees(cast.anna, "News: daily at 08:00, Berlin")
    for title in (TRAMS, SHAFT):
        await _publish(stage, cast, title)
    stage.check(not _heard(stage, cast.anna, TRAMS), "nothing comes before its time")

    stage.tell("In the night clocks are put back. By those of yesterday it would be eight: 06:00 in UTC.")
    await _goes_by(stage, cast.anna, days, datetime(2026, 10, 25, 6, 0, 30, tzinfo=UTC))
    stage.check(not _heard(stage, cast.anna, TRAMS), "it is seven in Berlin, and nothing has come")
    stage.tell("An hour later it is eight.")
    days.move(datetime(2026, 10, 25, 7, tzinfo=UTC))
    digest = await stage.sees(cast.anna, "Your 08:00 news: 2 stories")
    lines = plain(digest).splitlines()
    stage.check(lines[-1] == "Next: tomorrow, 08:00 Berlin.", "it says when the next one comes, and in which city")
    await stage.presses(cast.anna, "Open 1")
    card = stage.of_bot(cast.anna)[-1]
    back = card.get("reply_to_message", {}).get("message_id") == digest["message_id"]
    stage.check(back, "the story opens below it, as a reply that leads back")


async def _a_digest_in_vancouver_in_december(stage: Stage, cast: Cast, days: Days) -> None:
    stage.tell("December. Ben reads in Vancouver, where clocks stay seven hours behind UTC since this year.")
    days.move(datetime(2026, 12, 1, 18, tzinfo=UTC))
    stage.starts(cast.ben, "t_energy")
    await stage.sees(cast.ben, "Energy")
    stage.types(cast.ben, "/settings zone Vancouver")
    await stage.sees(cast.ben, "Time zone: America/Vancouver")
    stage.types(cast.ben, "/settings daily 08:00")
    await stage.sees(cast.ben, "News: daily at 08:00, Vancouver")
    stage.tell("Anna wants her lists as rich messages, and gets an example.")
    stage.types(cast.anna, "/settings digest rich")
    await stage.sees(cast.anna, "Lists of news look rich here.")
    await _publish(stage, cast, WINTER)
    days.move(datetime(2026, 12, 2, 7, tzinfo=UTC))
    rich = await stage.sees(cast.anna, "Your 08:00 news: 1 story")
    stage.check("rich_message" in rich, "Anna's has a picture, headings, and details that open")
    opens = [button["text"] for row in rich_messages.buttons(rich) for button in row]
    stage.check(opens == ["Open 1"], "the button that opens the story stands beside it")
    await _goes_by(stage, cast.ben, days, datetime(2026, 12, 2, 14, 59, tzinfo=UTC))
    stage.check(not _heard(stage, cast.ben, WINTER), "it is 07:59 in Vancouver")
    days.move(datetime(2026, 12, 2, 15, tzinfo=UTC))
    digest = await stage.sees(cast.ben, "Your 08:00 news: 1 story")
    stage.check(plain(digest).endswith("Next: tomorrow, 08:00 Vancouver."), "Ben's comes at eight there")


async def _quiet_hours(stage: Stage, cast: Cast, days: Days) -> None:
    stage.tell("Anna wants news at once after all, but not by night. At 23:00 in Berlin a story is published.")
    stage.types(cast.anna, "/settings now")
    await stage.sees(cast.anna, "News: at once")
    stage.types(cast.anna, "/settings quiet 22:00-07:00")
    await stage.sees(cast.anna, "quiet from 22:00 to 07:00")
    days.move(datetime(2026, 12, 2, 22, tzinfo=UTC))
    await _publish(stage, cast, LATE)
    await _goes_by(stage, cast.anna, days, datetime(2026, 12, 3, 5, 59, tzinfo=UTC))
    stage.check(not _heard(stage, cast.anna, LATE), "until a minute to seven nothing has come")
    days.move(datetime(2026, 12, 3, 6, tzinfo=UTC))
    await stage.sees(cast.anna, LATE)
    stage.check(True, "it comes when the night is over, as any other push")


async def _a_phrase_and_the_story_that_goes_on(stage: Stage, cast: Cast) -> None:
    stage.tell("Anna follows two words, whatever the topic. Edith publishes a story about Oceans that has them.")
    stage.types(cast.anna, '/subscribe "quiet streets"')
    await stage.sees(cast.anna, "quiet streets")
    await _publish(stage, cast, STREETS)
    push = await stage.sees(cast.anna, STREETS)
    stage.check(plain(push).endswith("For the phrase “quiet streets”."), "one line says why it came")
    stage.tell("The story goes on: another article names the first among what belongs to it.")
    await _publish(stage, cast, SEQUEL)
    later = await stage.sees(cast.anna, SEQUEL)
    is_reply = later.get("reply_to_message", {}).get("message_id") == push["message_id"]
    stage.check(is_reply, "it comes as a reply to the message with the first")


async def _a_thread_that_closes(stage: Stage, cast: Cast) -> None:
    stage.tell("A forum follows Energy in a thread of its own. Its administrator is Edith.")
    world = stage.world
    forum = world.add_chat("supergroup", "Northgate Forum", members={cast.edith: "creator"}, is_forum=True).id
    stage.look_at(forum, "the forum")
    thread = world.open_thread(forum, "Power and heat", 12)
    world.add_bot(cast.edith, forum)
    await stage.until(lambda: stage.of_bot(forum), "the bot's greeting in the forum")
    world.say(cast.edith, forum, "/subscribe Energy", thread=thread)
    await stage.until(lambda: len(stage.of_bot(forum)) > 1, "an answer in the forum")
    await _publish(stage, cast, THREADED)
    stands = await stage.until(lambda: stage.newest(forum, THREADED), "the story in the forum")
    stage.check(stands.get("message_thread_id") == thread, "the story comes into the thread")
    stage.tell("The thread is closed.")
    world.close_thread(forum, thread)
    await _publish(stage, cast, FALLEN)
    stands = await stage.until(lambda: stage.newest(forum, FALLEN), "the story in the forum")
    stage.check("message_thread_id" not in stands, "the next one comes into the forum itself")
    await stage.until(lambda: stage.newest(forum, "is closed or gone"), "word of the closed thread")
    stage.check(True, "and the forum is told why, once")


async def _a_channel(stage: Stage, cast: Cast) -> None:
    stage.tell("Edith lets the channel @northgate_wire follow Energy, from her own chat with the bot.")
    stage.look_at(cast.channel, "the channel")
    stage.world.add_bot(cast.edith, cast.channel)
    stage.types(cast.edith, "/channel @northgate_wire subscribe Energy")
    await stage.sees(cast.edith, "Following Energy")
    await _publish(stage, cast, DAM)
    post = await stage.until(lambda: _posted(stage, cast.channel, DAM), "the story in the channel")
    keys = [button["text"] for row in post["reply_markup"]["inline_keyboard"] for button in row]
    stage.check(keys == ["Read", "Open in bot"], f"it is posted there, with [{'] ['.join(keys)}]")


async def _passed_on(stage: Stage, cast: Cast) -> None:
    stage.tell("Anna types the bot's name and two words in her chat with Carla, who does not know the bot.")
    bot, carla = stage.world.bot["username"], stage.world.add_person("Carla").id
    query = stage.world.ask_inline(cast.anna, "quiet streets")
    answer = await stage.until(lambda: stage.world.answer_to(query), "cards to choose from")
    card = next(one for one in answer["results"] if STREETS in one["title"])
    links = [key["url"] for row in card["reply_markup"]["inline_keyboard"] for key in row]
    follow = next(link for link in links if link.startswith(f"https://t.me/{bot}?start=t_"))
    stage.check(True, f"a card with “{STREETS}” and a button that follows: {follow}")
    stage.tell("Carla presses it under the card that Anna has sent.")
    stage.look_at(carla, "Carla")
    stage.starts(carla, follow.partition("start=")[2])
    await stage.sees(carla, "Following Oceans now")
    stage.check(True, "she follows Oceans now")


async def _other_languages(stage: Stage, cast: Cast) -> None:
    for code, name, letters in (("ar", "Arabic", "\u0600\u06ff"), ("ja", "Japanese", "\u3040\u30ff")):
        stage.tell(f"Ben's phone speaks {name} now.")
        stage.world.set_language(cast.ben, code)
        for question in ("/latest Energy 2", "/subscriptions"):
            await _asks(stage, cast.ben, question)
        said = plain(stage.of_bot(cast.ben)[-1])
        stage.check(any(letters[0] <= letter <= letters[1] for letter in said), f"the bot answers in {name}")
    stage.world.set_language(cast.ben, "en")


async def _taken_along_and_forgotten(stage: Stage, cast: Cast) -> None:
    stage.tell("Anna takes along all that is stored about her chat, gives it all up, and brings it back.")
    stage.types(cast.anna, "/export")
    sent = await stage.until(lambda: _document(stage, cast.anna), "a document")
    name, file = sent["document"]["file_name"], stage.world.files.get(sent["document"]["file_id"])
    assert file is not None and file.data is not None
    stored = json.loads(file.data)
    stage.check("quiet streets" in json.dumps(stored, ensure_ascii=False), "the file holds what she follows")
    stage.types(cast.anna, "/forget")
    await stage.presses(cast.anna, "Delete all")
    await stage.sees(cast.anna, "All of it is deleted.")
    await _asks(stage, cast.anna, "/subscriptions")
    stage.check("Nothing is followed" in plain(stage.of_bot(cast.anna)[-1]), "nothing is followed any more")
    stage.tell(f"She sends {name} back.")
    stage.world.upload(cast.anna, cast.anna, name, file.data, "application/json")
    await stage.presses(cast.anna, "Restore")
    await stage.sees(cast.anna, "Restored:")
    await _asks(stage, cast.anna, "/subscriptions")
    stage.check("quiet streets" in plain(stage.of_bot(cast.anna)[-1]), "she follows again what she followed")


async def _publish(stage: Stage, cast: Cast, title: str) -> None:
    """Let Edith publish a story, and wait until nothing of it is left that may leave now."""
    stage.types(cast.edith, f"/publish {_slug(title)}")
    number = await stage.until(lambda: _number(stage, cast.edith, title), f"an answer about “{title}”")
    await stage.sees(cast.edith, f"#{number} is out")


def _number(stage: Stage, editor: int, title: str) -> str | None:
    """Return a story's number as the editor's screens show it; None while none does."""
    for message in reversed(stage.of_bot(editor)):
        for line in plain(message).splitlines():
            before, found, _ = line.partition(f" {title}")
            if found and before.rpartition("#")[2].isdigit():
                return before.rpartition("#")[2]
    return None


async def _goes_by(stage: Stage, person: int, days: Days, at: datetime) -> None:
    """Let it be another moment, and the bot look at it: whoever asks something then is answered."""
    days.move(at)
    await _asks(stage, person, "/subscriptions")


async def _asks(stage: Stage, person: int, question: str) -> None:
    answers = len(stage.of_bot(person))
    stage.types(person, question)
    await stage.until(lambda: len(stage.of_bot(person)) > answers, f"an answer to {question}")


def _heard(stage: Stage, person: int, title: str) -> bool:
    return any(title in plain(message) for message in stage.of_bot(person))


def _posted(stage: Stage, channel: int, title: str) -> Json | None:
    return next((one for one in stage.world.messages(channel) if title in plain(one)), None)


def _document(stage: Stage, person: int) -> Json | None:
    return next((one for one in reversed(stage.of_bot(person)) if "document" in one), None)


def _slug(title: str) -> str:
    return title.lower().replace(" ", "-")


def _write(days: Days, *titles: str, topics: str = "Energy", related: str | None = None) -> None:
    """Put drafts into the content folder; `related` is a story to which they belong."""
    for number, title in enumerate(titles):
        fields = [
            f'title: "{title}"',
            f'excerpt: "{_FACTS[title]}"',
            f"publishedDateTime: {START.replace(minute=number).isoformat()}",
            f"webUrl: {_link(title)}",
            f"topics: [{topics}]",
            "provider: {name: Northgate Wire, domain: wire.example}",
            f"images: [{{url: https://pictures.example/{_slug(title)}.jpg, width: 1200, height: 675}}]",
        ]
        if related is not None:
            fields.append(f'related: [{{title: "{related}", webUrl: {_link(related)}}}]')
        text = "\n".join(fields)
        (days.content / f"{_slug(title)}.md").write_text(f"---\n{text}\n---\n", encoding="utf-8")


def _link(title: str) -> str:
    return f"https://wire.example/{_slug(title)}"
