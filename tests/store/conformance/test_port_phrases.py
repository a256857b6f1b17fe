"""Phrases that chats follow and never want, and the texts they are found in, on any engine."""

from port_samples import (
    ANNA,
    BEN,
    DAY,
    FURTHEST,
    GROUP,
    HIGHEST,
    HOUR,
    LOWEST,
    NOW,
    SECOND,
    Engine,
    put_article,
    put_chats,
    queue,
)

from bot.domain.delivery import NEWS, Lane, Subject, SubjectType
from bot.domain.phrases import EMPTY, KnownPhrase, Phrase, passage, phrase
from bot.store.delivery import campaigns, leases, outbox
from bot.store.delivery.audiences import reach
from bot.store.delivery.followers import followers_of
from bot.store.engine.connection import Connection
from bot.store.readers import chat_rows, export, phrases, subscriptions


def written(words: str) -> Phrase:
    found = phrase(words)
    assert isinstance(found, Phrase)
    return found


async def learnt(conn: Connection, *words: str) -> list[int]:
    return [(await phrases.learn(conn, written(one))).number for one in words]


async def test_a_phrase_is_learnt_once_for_each_way_of_writing_it(engine: Engine) -> None:
    async with engine.transaction() as conn:
        assert await phrases.newest(conn) == 0
        one, again, other = await learnt(conn, "Quantum dots", "Quantum dots", "quantum DOTS")
        assert one == again != other
        assert await phrases.newest(conn) == max(one, other)
        found = await phrases.found_in(conn, passage("On QUANTUM  dots"))
        assert found == [KnownPhrase(one, "Quantum dots"), KnownPhrase(other, "quantum DOTS")]


async def test_a_text_finds_all_its_phrases_the_longest_first_and_no_other(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await learnt(conn, "solar", "solar power", "solar power plants in Spain", "solar power plants in Italy")
        await learnt(conn, "GPT-4o", "大学", "gas")
        text = passage("Solar power plants in Spain", "By gpt4o, at 北京大学")
        assert [one.words for one in await phrases.found_in(conn, text)] == [
            "solar power plants in Spain",
            "solar power",
            "GPT-4o",
            "solar",
            "大学",
        ]
        assert await phrases.found_in(conn, passage("Wind", "")) == []
        assert await phrases.found_in(conn, EMPTY) == []


async def test_following_is_in_one_thread_at_a_time_and_says_whether_that_changed(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await put_chats(conn, GROUP, -FURTHEST)
        [dots] = await learnt(conn, "quantum dots")
        changes = [
            await phrases.follow(conn, GROUP, dots, thread, NOW + hours * HOUR)
            for hours, thread in enumerate((0, 0, 5, 5))
        ]
        assert changes == [True, False, True, False]
        await phrases.follow(conn, -FURTHEST, dots, 2**31, NOW)
        document = await export.export(conn, GROUP)
        assert document["phrases"] == [
            {"phrase": "quantum dots", "thread": 5, "since": NOW.isoformat(), "until": None, "let_go_at": None}
        ]


async def test_a_mute_holds_until_its_second_and_following_anew_ends_it(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await put_chats(conn, ANNA, BEN)
        [dots] = await learnt(conn, "quantum dots")
        assert not await phrases.mute(conn, ANNA, dots, NOW + HOUR)
        await phrases.follow(conn, ANNA, dots, 0, NOW)
        assert await phrases.mute(conn, ANNA, dots, NOW + HOUR)
        assert (await phrases.of_chat(conn, ANNA, NOW + HOUR - SECOND)).muted == {dots: NOW + HOUR}
        assert (await phrases.of_chat(conn, ANNA, NOW + HOUR)).muted == {}
        await phrases.follow(conn, ANNA, dots, 0, NOW)
        assert (await phrases.of_chat(conn, ANNA, NOW)).muted == {}
        assert await phrases.mute(conn, ANNA, dots, None)
        assert (await phrases.of_chat(conn, BEN, NOW)).followed == ()


async def test_an_unfollow_can_be_undone_for_a_day_by_its_chat_alone(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await put_chats(conn, ANNA, BEN)
        dots, sun = await learnt(conn, "quantum dots", "solar power")
        await phrases.follow(conn, ANNA, dots, 0, NOW - DAY)
        assert await phrases.unfollow(conn, ANNA, dots, NOW)
        assert not await phrases.unfollow(conn, ANNA, dots, NOW)
        assert not await phrases.unfollow(conn, BEN, dots, NOW)
        assert (await phrases.of_chat(conn, ANNA, NOW)).followed == ()
        assert await phrases.of_button(conn, ANNA, dots) == KnownPhrase(dots, "quantum dots")
        for chat, number in ((BEN, dots), (ANNA, sun), (ANNA, HIGHEST), (ANNA, LOWEST)):
            assert await phrases.of_button(conn, chat, number) is None
            assert not await phrases.refollow(conn, chat, number)
        assert await phrases.refollow(conn, ANNA, dots)
        assert (await export.export(conn, ANNA))["phrases"][0]["since"] == (NOW - DAY).isoformat()  # type: ignore[index]
        await phrases.unfollow(conn, ANNA, dots, NOW)
        await phrases.follow(conn, BEN, sun, 0, NOW)
        await phrases.unfollow(conn, BEN, sun, NOW + phrases.KEPT_FOR_UNDO)  # takes what is over along
        assert await phrases.of_button(conn, ANNA, dots) is None
        assert [one.words for one in await phrases.found_in(conn, passage("Quantum dots, solar power"))] == [
            "solar power"
        ]


async def test_who_follows_anew_what_was_let_go_follows_it_since_then(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await put_chats(conn, ANNA)
        [dots] = await learnt(conn, "quantum dots")
        await phrases.follow(conn, ANNA, dots, 0, NOW - DAY)
        await phrases.unfollow(conn, ANNA, dots, NOW - HOUR)
        assert await phrases.follow(conn, ANNA, dots, 0, NOW)
        assert (await export.export(conn, ANNA))["phrases"][0]["since"] == NOW.isoformat()  # type: ignore[index]


async def test_a_phrase_that_is_never_wanted_is_allowed_again_and_forgotten_with_its_last_chat(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await put_chats(conn, ANNA, BEN)
        [dots] = await learnt(conn, "quantum dots")
        assert [await phrases.refuse(conn, chat, dots) for chat in (ANNA, ANNA, BEN)] == [True, False, True]
        assert (await phrases.of_chat(conn, ANNA, NOW)).unwanted == (KnownPhrase(dots, "quantum dots"),)
        assert [await phrases.allow(conn, ANNA, dots) for _ in range(2)] == [True, False]
        assert await phrases.found_in(conn, passage("quantum dots"))
        await chat_rows.delete(conn, BEN)
        assert await phrases.found_in(conn, passage("quantum dots")) == []


async def test_a_chat_that_is_forgotten_leaves_the_phrases_of_others(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await put_chats(conn, ANNA, BEN)
        dots, sun, wind = await learnt(conn, "quantum dots", "solar power", "wind")
        for number in (dots, sun):
            await phrases.follow(conn, ANNA, number, 0, NOW)
        await phrases.follow(conn, BEN, sun, 0, NOW)
        await phrases.refuse(conn, ANNA, wind)
        await phrases.forget_chat(conn, ANNA)
        left = await phrases.found_in(conn, passage("quantum dots, solar power, wind"))
        assert [one.number for one in left] == [sun]
        assert (await phrases.of_chat(conn, BEN, NOW)).followed == (KnownPhrase(sun, "solar power"),)


async def test_a_group_that_moves_takes_its_phrases_along_and_merges_them(engine: Engine) -> None:
    old, new = GROUP, -FURTHEST
    async with engine.transaction() as conn:
        await put_chats(conn, old, new)
        dots, sun, wind = await learnt(conn, "quantum dots", "solar power", "wind")
        for chat, number in ((old, dots), (old, sun), (new, sun)):
            await phrases.follow(conn, chat, number, 0, NOW)
        await phrases.refuse(conn, old, wind)
        await chat_rows.migrate(conn, old, new)
        moved = await phrases.of_chat(conn, new, NOW)
        assert [one.number for one in moved.followed] == [dots, sun]
        assert [one.number for one in moved.unwanted] == [wind]


async def _news(conn: Connection, **given: object) -> int:
    await put_article(conn, 1, topics_of={}, **given)
    return await campaigns.promise(
        conn, NEWS, Subject(SubjectType.ARTICLE, 1), fixed_at=NOW, start_at=NOW, lane=Lane.NEWS, by=None
    )


async def test_an_article_goes_to_who_follows_a_phrase_in_it_in_its_thread_and_never_to_who_never_wants_one(
    engine: Engine,
) -> None:
    async with engine.transaction() as conn:
        await put_chats(conn, GROUP, *range(1, 8))
        dots, quantum, sun = await learnt(conn, "quantum dots", "Quantum", "solar power")
        for chat in range(1, 8):
            await phrases.follow(conn, chat, quantum, 0, NOW - DAY)
        await phrases.follow(conn, GROUP, quantum, 3, NOW - DAY)
        await phrases.follow(conn, GROUP, dots, 5, NOW)  # the longer one says where
        await phrases.follow(conn, 2, sun, 0, NOW - DAY)
        await phrases.unfollow(conn, 2, quantum, NOW)
        await phrases.mute(conn, 3, quantum, NOW + SECOND)
        await phrases.mute(conn, 4, quantum, NOW)  # over
        await phrases.refuse(conn, 5, dots)
        await subscriptions.refuse_source(conn, 6, "the daily", "The  Daily")
        await phrases.unfollow(conn, 7, quantum, NOW)
        await phrases.follow(conn, 7, quantum, 0, NOW + SECOND)  # too late
        number = await _news(conn, title="More", excerpt="On quantum dots", source="The Daily")
        audience = await followers_of(conn, 1, NOW)
        assert await reach(conn, audience, NOW) == 3
        await queue(conn, number)
        wanting = await audience.wanting(conn, [GROUP, *range(1, 8)], NOW)
        assert wanting == {GROUP: -dots, 1: -quantum, 4: -quantum, 7: -quantum}
        claimed = await outbox.claim(conn, NOW, 100, owner=await leases.take(conn, "a process", NOW))
        assert {one.chat: one.thread for one in claimed} == {GROUP: 5, 1: 0, 4: 0}


async def test_what_a_chat_never_wants_since_the_audience_was_read_counts_at_once(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await put_chats(conn, ANNA, BEN)
        [dots] = await learnt(conn, "quantum dots")
        for chat in (ANNA, BEN):
            await phrases.follow(conn, chat, dots, 0, NOW - DAY)
        await _news(conn, title="More on quantum dots in solar cells")
        audience = await followers_of(conn, 1, NOW)
        late, other = await learnt(conn, "solar cells", "wind")  # nobody knew them when the audience was read
        await phrases.refuse(conn, ANNA, late)
        await phrases.refuse(conn, BEN, other)
        assert await audience.wanting(conn, [ANNA, BEN], NOW) == {BEN: -dots}
        assert await phrases.refused_since(conn, dots, [ANNA, BEN], audience.passage) == {ANNA}
        assert await phrases.refused_since(conn, other, [ANNA, BEN], audience.passage) == set()


async def test_pieces_of_a_fan_out_hold_about_as_many_whoever_brings_them(engine: Engine) -> None:
    """Ten phrases with few followers beside one that everybody follows: a piece is not a tenth of its size."""
    many = 400
    async with engine.transaction() as conn:
        await put_chats(conn, *range(1, many + 1))
        quantum, *rare = await learnt(conn, "quantum", *(f"dots {n}" for n in range(10)))
        for chat in range(1, many + 1):
            await phrases.follow(conn, chat, quantum, 0, NOW)
        for place, number in enumerate(rare):
            await phrases.follow(conn, 1 + place * 40, number, 0, NOW)
        await _news(conn, title="Quantum", excerpt=" ".join(f"dots {n}." for n in range(10)))
        audience = await followers_of(conn, 1, NOW)
        assert len(audience.phrases) == 11
        end = await audience.end_of_piece(conn, 0, many, 100)
        assert end is not None and 80 <= end <= 100
        assert await audience.end_of_piece(conn, 350, many, 100) is None
