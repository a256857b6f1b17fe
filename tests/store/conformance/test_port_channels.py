"""Channels and who manages them, on any engine."""

from port_samples import ANNA, BEN, HOUR, NOW, Engine, put_chats

from bot.domain.channel import Channel
from bot.domain.chat import ChatKind
from bot.store.readers import channels, chats, export, forgetting

WIRE = Channel(-1001, "Wire", "wire")
NOTES = Channel(-1002, "Notes")


async def test_a_channel_is_known_as_it_was_called_last_and_nothing_else_is_one(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await channels.describe(conn, WIRE)  # of a chat that was never met
        assert await channels.channel(conn, WIRE.id) is None
        await chats.get_or_create(conn, WIRE.id, ChatKind.CHANNEL, "en", NOW)
        await channels.describe(conn, WIRE)
        assert await channels.channel(conn, WIRE.id) == WIRE
        renamed = Channel(WIRE.id, "Wire II", None)
        await channels.describe(conn, renamed)
        await channels.describe(conn, renamed)
        assert await channels.channel(conn, WIRE.id) == renamed
        assert await channels.channel(conn, 404) is None


async def test_who_manages_what_is_by_title_once_each_and_ends_for_one_alone(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await put_chats(conn, ANNA, BEN)
        for one in (WIRE, NOTES):
            await chats.get_or_create(conn, one.id, ChatKind.CHANNEL, "en", NOW)
            await channels.describe(conn, one)
        for person in (ANNA, BEN, ANNA):
            await channels.let_manage(conn, person, WIRE.id, NOW)
        await channels.let_manage(conn, ANNA, NOTES.id, NOW + HOUR)
        await channels.let_manage(conn, ANNA, 404, NOW)  # no channel
        assert await channels.managed_by(conn, ANNA) == [NOTES, WIRE]
        await channels.let_go(conn, ANNA, WIRE.id)
        await channels.let_go(conn, ANNA, 404)
        assert await channels.managed_by(conn, ANNA) == [NOTES]
        assert await channels.managed_by(conn, BEN) == [WIRE]
        assert await channels.managed_by(conn, 404) == []


async def test_forgetting_a_person_or_a_channel_leaves_nothing_of_either_and_keeps_the_other(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await put_chats(conn, ANNA)
        for one in (WIRE, NOTES):
            await chats.get_or_create(conn, one.id, ChatKind.CHANNEL, "en", NOW)
            await channels.describe(conn, one)
            await channels.let_manage(conn, ANNA, one.id, NOW)
        told = await export.export(conn, ANNA)
        assert [one["title"] for one in told["manages"]] == ["Notes", "Wire"]  # type: ignore[attr-defined]
        await forgetting.forget(conn, WIRE.id, NOW)
        assert await channels.managed_by(conn, ANNA) == [NOTES]
        assert await channels.channel(conn, WIRE.id) is None
        await forgetting.forget(conn, ANNA, NOW)
        assert await channels.managed_by(conn, ANNA) == []
        assert await channels.channel(conn, NOTES.id) == NOTES
