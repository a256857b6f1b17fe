"""Phrases, parts and stories from outside: what readers type, and what comes of files in the folder."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from street import Street, street

from bot.sandbox.tour.stage import plain


def _file(here: Street, slug: str, title: str, *lines: str) -> None:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    head = [f"title: {title}", f"webUrl: https://news.example/{slug}", f"publishedDateTime: {now}", "published: true"]
    source = "provider: {name: Harbour Post, domain: harbour.example}"
    here.write(f"{slug}.md", "---\n" + "\n".join([*head, source, *lines]) + "\n---\nText.\n")


async def test_a_reader_follows_phrases_refuses_others_and_chooses_what_a_push_shows(tmp_path: Path) -> None:
    async with street(tmp_path) as here:
        here.topic("energy", "Energy")
        await here.open()
        anna, ben = here.cast.anna, here.cast.ben
        await here.starts(anna)
        await here.starts(ben)
        await here.asks(anna, '/subscribe "quantum dots"')
        await here.asks(anna, "/settings parts title source related")
        await here.asks(ben, '/subscribe Energy, "quantum dots"')
        await here.asks(ben, "/never perpetual motion")

        _file(here, "dots", "Quántum Dots light a street", "excerpt: They glow.", "topics: [Energy]")
        await here.sees(anna, "light a street")
        await here.sees(ben, "light a street")
        assert plain(here.screens(anna, "light a street")[-1]) == (
            "Quántum Dots light a street\n\nHarbour Post\n\nFor the phrase “quantum dots”."
        )
        assert "For the phrase" not in plain(here.screens(ben, "light a street")[-1])

        related = "related: [{title: Dots, webUrl: 'http://www.news.example/dots/'}]"
        _file(here, "motion", "Perpetual  MOTION of quantum dots", "topics: [Energy]", related)
        await here.sees(anna, "MOTION of quantum")
        [reply] = here.screens(anna, "MOTION of quantum")
        assert reply["reply_to_message"]["message_id"] == here.screens(anna, "light a street")[-1]["message_id"]
        _file(here, "later", "Quantum dots at last", "topics: [Energy]")
        await here.sees(ben, "at last")
        await here.sees(anna, "at last")
        assert not here.screens(ben, "MOTION of quantum")

        await here.asks(anna, "/never source harbour POST")
        answer = plain(await here.asks(anna, "/subscriptions"))
        assert answer.startswith("You follow “quantum dots”.\nNever from: harbour POST.")
