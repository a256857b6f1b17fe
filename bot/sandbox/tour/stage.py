"""
The steps of a tour: people type and press, and each step waits until a person's screen shows what it expects.

The bot is used as people use it: typed to, pressed, read from the screen. What the watched people see is printed as it
happens, so the transcript shows what happened and not what was expected.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from bot.sandbox.bot_api import rich_messages
from bot.sandbox.world.events import Event
from bot.sandbox.world.world import World

STEP_TIMEOUT = 20.0  # seconds for anything to appear
ASK_EVERY = 2.0  # seconds
_INVISIBLE = str.maketrans("", "", "\u2060\u2066\u2067\u2068\u2069")  # shapes text, shows nothing

Json = dict[str, Any]


class StepFailed(Exception):
    """A step's expected message did not appear, or something is there that must not be."""


class Stage:
    """`say` prints one line of the transcript; `phones` names the people whose screens are printed."""

    def __init__(self, world: World, phones: dict[int, str], say: Callable[[str], None]) -> None:
        self.world = world
        self._phones = phones
        self._print = say
        self._happened = asyncio.Event()
        self._shown: dict[tuple[int, int], str] = {}

    async def watch(self) -> None:
        """Print what happens on the phones until cancelled."""
        async with self.world.subscribe() as events:
            async for event in events:
                self._show(event)
                self._happened.set()

    def look_at(self, chat: int, name: str) -> None:
        """Print what the bot says in another chat too, from now on."""
        self._phones[chat] = name

    def tell(self, text: str) -> None:
        """Print a line that explains what happens."""
        self._print(f"\n— {text}")

    def types(self, person: int, text: str) -> None:
        """Let a person type something."""
        self._print(f"  {self._phones[person]}: {text}")
        self.world.say(person, person, text)

    def photographs(self, person: int, data: bytes) -> str:
        """Let a person send a picture; return its file id."""
        self._print(f"  {self._phones[person]}: (a picture)")
        return str(self.world.photograph(person, person, data)["photo"][-1]["file_id"])

    def starts(self, person: int, payload: str = "") -> None:
        """Let a person press Start or follow a deep link."""
        if person in self._phones:
            self._print(f"  {self._phones[person]}: /start {payload}".rstrip())
        self.world.start(person, payload)

    async def presses(self, person: int, label: str) -> None:
        """Let a person press the newest button called `label`, or beginning so if none is, once it is there."""
        message, button = await self.until(lambda: self._button(person, label), f"a button “{label}”")
        self._print(f"  {self._phones[person]}: presses [{button['text']}]")
        query = self.world.press(person, person, message["message_id"], button["callback_data"])
        await self.until(lambda: self.world.answer_to(query) is not None, f"an answer to “{label}”")

    async def sees(self, person: int, text: str) -> Json:
        """Wait until a person's newest message from the bot that holds `text` is there, and return it."""
        found: Json = await self.until(lambda: self.newest(person, text), f"“{text}” on {self._name(person)}'s phone")
        return found

    async def until(self, question: Callable[[], Any], what: str) -> Any:
        """Wait until `question` has an answer and return it. Raises: StepFailed after STEP_TIMEOUT."""
        try:
            async with asyncio.timeout(STEP_TIMEOUT):
                while not (answer := question()):
                    self._happened.clear()
                    await self._happened.wait()
        except TimeoutError:
            raise StepFailed(f"{what} did not appear") from None
        return answer

    async def asks_until(self, person: int, question: str, text: str) -> None:
        """Let a person ask every other second until an answer holds `text`: what it is about happens a moment later."""
        try:
            async with asyncio.timeout(STEP_TIMEOUT):
                while self.newest(person, text) is None:
                    self.types(person, question)
                    await asyncio.sleep(ASK_EVERY)
        except TimeoutError:
            raise StepFailed(f"“{text}” did not appear") from None

    def check(self, holds: bool, what: str) -> None:
        """Print what is true. Raises: StepFailed when it is not."""
        if not holds:
            raise StepFailed(f"not so: {what}")
        self._print(f"  ✓ {what}")

    def newest(self, person: int, text: str) -> Json | None:
        """Return the bot's newest message to a person that holds `text`; None when there is none."""
        return next((message for message in reversed(self.of_bot(person)) if text in plain(message)), None)

    def of_bot(self, person: int) -> list[Json]:
        """Return the bot's messages in a person's chat, oldest first."""
        return [one for one in self.world.messages(person) if one.get("from", {}).get("id") == self.world.bot["id"]]

    def _name(self, person: int) -> str:
        return self._phones.get(person, str(person))

    def _button(self, person: int, label: str) -> tuple[Json, Json] | None:
        buttons = [
            (button["text"].translate(_INVISIBLE), message, button)
            for message in reversed(self.of_bot(person))
            for row in message.get("reply_markup", {}).get("inline_keyboard", ())
            for button in row
            if "callback_data" in button
        ]
        called = [found for found in buttons if found[0] == label] or [
            found for found in buttons if found[0].startswith(label)
        ]
        return called[0][1:] if called else None

    def _show(self, event: Event) -> None:
        if event.kind == "toast":
            if event.payload.get("text") and event.payload.get("person_id") in self._phones:
                self._print(f"  bot → {self._name(event.payload['person_id'])}: ({event.payload['text']})")
            return
        if event.chat_id not in self._phones or event.kind not in ("message", "edited"):
            return
        if event.payload.get("from", {}).get("id") != self.world.bot["id"]:
            return
        place, text = (event.chat_id, event.payload["message_id"]), plain(event.payload)
        before, self._shown[place] = self._shown.get(place), text
        mark = "→" if before is None else "now reads"
        lines = text.split("\n") if text != before else ["(the same words, other buttons)"]
        if "photo" in event.payload and text != before:
            lines[0] = f"[picture] {lines[0]}"
        self._print(f"  bot {mark} {self._name(event.chat_id)}: {lines[0]}")
        for line in [*lines[1:], *_rows(event.payload)]:
            self._print(f"      {line}".rstrip())


def plain(message: Json) -> str:
    """Return what a message says, without the characters that only shape it."""
    said = message.get("text") or message.get("caption") or rich_messages.plain(message)
    return str(said).translate(_INVISIBLE)


def _rows(message: Json) -> Sequence[str]:
    keyboard = message.get("reply_markup", {}).get("inline_keyboard", ())
    return [" ".join(f"[{button['text'].translate(_INVISIBLE)}]" for button in row) for row in keyboard]
