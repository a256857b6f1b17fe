"""Blocks on any engine: all or nothing, one moment for a reading, and several people who act at the same time."""

import asyncio

import pytest
from port_samples import ANNA, BEN, HIGHEST, NOW, Engine, put_article, put_chats

from bot.domain.chat import ChatState
from bot.domain.role import Role
from bot.errors import StoreError
from bot.store.content import imports, topics
from bot.store.desk import editors
from bot.store.engine import metadata
from bot.store.readers import chats, searching, subscriptions


async def _get(engine: Engine, key: str) -> str | None:
    async with engine.reading() as conn:
        return await metadata.get(conn, key)


async def test_a_block_that_ends_well_is_there_for_everybody_and_one_that_raises_leaves_nothing(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await metadata.put(conn, "kept", "yes")
    with pytest.raises(LookupError):
        async with engine.transaction() as conn:
            await metadata.put(conn, "kept", "no")
            await metadata.put(conn, "other", "yes")
            await put_article(conn, 1)
            raise LookupError
    assert (await _get(engine, "kept"), await _get(engine, "other")) == ("yes", None)
    async with engine.reading() as conn:
        assert await imports.known(conn, [1]) == {}
    async with engine.transaction() as conn:
        assert await imports.next_number(conn) == 1  # the number of what was undone is free
        await put_article(conn, 1)


async def test_a_block_sees_what_it_wrote_before_anybody_else_does(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await metadata.put(conn, "key", "value")
        assert await metadata.get(conn, "key") == "value"
        assert await asyncio.create_task(_get(engine, "key")) is None
    assert await _get(engine, "key") == "value"


async def test_all_questions_of_a_reading_are_answered_of_one_moment(engine: Engine) -> None:
    async def write() -> None:
        async with engine.transaction() as conn:
            await metadata.put(conn, "key", "value")

    async with engine.reading() as conn:
        assert await metadata.get(conn, "key") is None
        await asyncio.create_task(write())
        assert await metadata.get(conn, "key") is None
    assert await _get(engine, "key") == "value"


async def test_of_many_blocks_at_once_those_that_raise_take_nothing_of_the_others_along(engine: Engine) -> None:
    async def write(number: int) -> None:
        async with engine.transaction() as conn:
            await metadata.put(conn, f"key {number}", str(number))
            if number % 3 == 0:
                raise LookupError

    outcomes = await asyncio.gather(*(write(number) for number in range(12)), return_exceptions=True)
    assert [number for number, outcome in enumerate(outcomes) if outcome] == [0, 3, 6, 9]
    kept = [number for number in range(12) if await _get(engine, f"key {number}")]
    assert kept == [number for number in range(12) if number % 3]


async def test_what_two_people_count_at_the_same_time_counts_twice(engine: Engine) -> None:
    async def start() -> None:
        async with engine.transaction() as conn:
            await metadata.count_start(conn)

    await asyncio.gather(*(start() for _ in range(8)))
    assert await _get(engine, "starts") == "8"


async def test_a_link_that_two_people_take_at_the_same_time_lets_one_of_them_in(engine: Engine) -> None:
    async with engine.transaction() as conn:
        code = await editors.invite(conn, Role.EDITOR, NOW)

    async def take(person: int) -> Role | None:
        async with engine.transaction() as conn:
            return await editors.accept(conn, code, person, NOW)

    roles = await asyncio.gather(*(take(person) for person in (11, 12, 13)))
    assert sorted(map(str, roles)) == ["None", "None", "editor"]
    async with engine.reading() as conn:
        assert len(await editors.editors(conn, frozenset())) == 1


async def test_two_updates_of_a_new_chat_at_the_same_time_greet_it_once(engine: Engine) -> None:
    async def meet() -> bool:
        async with engine.transaction() as conn:
            await put_chats(conn, ANNA)
            return await chats.greet_once(conn, ANNA)

    assert sorted(await asyncio.gather(meet(), meet(), meet())) == [False, False, True]
    async with engine.reading() as conn:
        assert (await chats.counts(conn))[ChatState.ACTIVE] == 1


async def test_a_name_that_two_imports_bring_at_the_same_time_is_one_topic(engine: Engine) -> None:
    async def learn(name: str) -> dict[str, int]:
        async with engine.transaction() as conn:
            return await topics.resolve(conn, [name])

    first, second = await asyncio.gather(learn("Tidal Power"), learn("tidal-power"))
    assert set(first.values()) == set(second.values())
    async with engine.reading() as conn:
        assert len(await topics.topics(conn)) == 1


async def test_a_topic_followed_in_two_threads_at_the_same_time_is_followed_in_one(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await put_chats(conn, -5)
        number = (await topics.resolve(conn, ["AI"]))["AI"]

    async def follow(thread: int) -> bool:
        async with engine.transaction() as conn:
            return await subscriptions.follow(conn, -5, number, thread, NOW)

    assert await asyncio.gather(follow(1), follow(2)) == [True, True]
    async with engine.transaction() as conn:
        last = [await subscriptions.follow(conn, -5, number, thread, NOW) for thread in (1, 2)]
        assert (await subscriptions.following(conn, -5, NOW)).follows == {number}
    assert last in ([True, True], [False, True])


async def test_a_question_that_is_refused_is_a_store_error_and_ends_its_block_alone(engine: Engine) -> None:
    """What no engine can take: half a surrogate pair, and a number beyond 64 bits."""
    for number, refused in enumerate(("\ud800", "a \udfff b")):
        with pytest.raises(StoreError):
            async with engine.transaction() as conn:
                await metadata.put(conn, f"before {number}", "x")
                await metadata.put(conn, "text", refused)
        assert await _get(engine, f"before {number}") is None
    for beyond in (HIGHEST + 1, -HIGHEST - 2):
        with pytest.raises(StoreError):
            async with engine.reading() as conn:
                await searching.search_words(conn, ANNA, beyond)
        with pytest.raises(StoreError):
            async with engine.transaction() as conn:
                await metadata.put(conn, "before", "x")
                await subscriptions.save(conn, beyond, 1, NOW)
    assert await _get(engine, "before") is None
    async with engine.transaction() as conn:
        await put_chats(conn, ANNA, BEN)
        with pytest.raises(StoreError):
            await editors.set_name(conn, ANNA, "\ud83d")


@pytest.mark.parametrize("text", ["a\0b", "\0", "ends\0"])
async def test_a_text_with_a_zero_in_it_is_refused_or_comes_back_whole_and_is_never_cut(
    engine: Engine, text: str
) -> None:
    """PostgreSQL takes no U+0000: https://www.postgresql.org/docs/current/datatype-character.html"""
    try:
        async with engine.transaction() as conn:
            await metadata.put(conn, "text", text)
    except StoreError:
        assert await _get(engine, "text") is None
    else:
        assert await _get(engine, "text") == text


@pytest.mark.parametrize("text", ["", " ", "'; --", "%_\\", "ä\u0308İı", "💥" * 40, "\u200f\ue000", "line\nline"])
async def test_any_other_text_comes_back_as_it_was(engine: Engine, text: str) -> None:
    async with engine.transaction() as conn:
        await metadata.put(conn, "text", text)
        await metadata.put(conn, text, "as a key")
    async with engine.reading() as conn:
        assert await metadata.get(conn, "text") == text
        assert await metadata.get(conn, text) == "as a key"
