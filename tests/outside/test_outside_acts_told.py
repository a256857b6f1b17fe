"""What is done at the shell and over HTTP with delivered copies, and what the editor at the telephone is told of it."""

from __future__ import annotations

import getpass
from pathlib import Path

from programs import ARTICLES, article, door

from bot.sandbox.tour.stage import plain


async def test_an_editor_is_told_once_of_what_programs_and_the_shell_did(tmp_path: Path) -> None:
    async with door(tmp_path) as at:
        here, edith, anna = at.here, at.here.cast.edith, at.here.cast.anna
        key = await at.key("cms", "--role", "editor")
        await at.counts(key)
        for name in ("lake", "shore"):
            said = await at.asks("POST", ARTICLES, key, article(name, published=True))
            assert said.status == 201, said.text
        for title in ("Lake", "Shore"):
            await here.until(lambda title=title: here.screens(anna, title), title)
        done = await at.asks("PATCH", f"{ARTICLES}/1", key, {"title": "The lake", "copies": "every", "why": "name"})
        assert done.status == 200, done.text
        for words in (("correct", "shore", "--why", "a slip"), ("retract", "shore", "--copies", "delete")):
            printed = await here.shell(*words)
            assert printed.status == 0, printed.err
        told = await here.sees(edith, "is being corrected in every delivered copy.")
        shell = f"shell ({getpass.getuser()})"
        await here.until(
            lambda: any(f"{shell}: #2 Shore was taken back" in plain(one) for one in here.of_bot(edith)),
            "the retraction",
        )
        assert "key cms: #1 The lake is being corrected in every delivered copy." in plain(told)
        printed = await here.shell("takedown", "lake", "--why", "a court", "--yes")
        assert printed.status == 0, printed.err
        await here.sees(edith, f"{shell}: #1 was taken down for good, with every copy.")
        assert not [one for one in here.of_bot(anna) if "shell (" in plain(one) or "key cms" in plain(one)]
