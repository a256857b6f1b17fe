"""
Corrections that Telegram answers with 429, while news goes on.

A chat's edits count with the messages it is sent (https://github.com/tdlib/td/issues/3034), and how many messages a bot
may change in all is nowhere written.
"""

import asyncio
from pathlib import Path

import pytest
from copy_desk import CopyDesk
from press_room import press_room
from story import EDITH, StoryHouse

from bot.domain.copies import ChangedCopies
from bot.sandbox.world.faults import Throttle
from bot.telegram_edge.botapi.pacer import Pacer

RATE = 30


@pytest.mark.parametrize("how", ["correct", "retract"])
async def test_changes_rest_when_several_chats_are_told_to_wait_and_the_pace_of_news_stays(
    house: StoryHouse, tmp_path: Path, how: str
) -> None:
    pacer = Pacer(RATE, known_from=asyncio.get_running_loop().time() - 1000)
    await house.starts(EDITH)
    house.equip(pacer=pacer)
    async with press_room(house, tmp_path, rate=RATE, in_flight=2) as room:
        desk = CopyDesk(room)
        article, people = await desk.delivered(people=12, pictures=())
        method = "editMessageText" if how == "correct" else "deleteMessage"
        for person in people:
            house.world.faults.add(Throttle(20), method=method, chat=person)
        await house.says(EDITH, f"/{how} {article.number} " + ("a word was wrong." if how == "correct" else "delete"))
        await room.run()
        refused = [call.chat_id for call in house.world.ledger if call.method == method and call.chat_id in people]
        assert 3 <= len(refused) <= 4  # the third, and one that was on the wire
        assert pacer.rate == RATE - 1
        other = await room.draft("wind", "Energy", pictures=())
        await room.publish(other)
        await room.run()
        for person in people:
            assert ("Wind" in room.got(person)) == (person not in refused)
        assert await desk.copies(article) == (
            ChangedCopies(correcting=12) if how == "correct" else ChangedCopies(retracting=12)
        )
