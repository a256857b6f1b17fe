"""Chats on any engine: what they set, how they move and are forgotten, and all that is kept beside them."""

import json
from datetime import timedelta

import pytest
from port_samples import (
    ANNA,
    BEN,
    DAY,
    FURTHEST,
    GROUP,
    HOUR,
    MINUTE,
    NOW,
    SECOND,
    Engine,
    broadcast,
    message_in,
    put_article,
    put_chats,
    put_topics,
    queue,
    send_to,
)

from bot.domain.answer_quota import AnswerCount
from bot.domain.article import ArticleState
from bot.domain.channel import Channel
from bot.domain.chat import Chat, ChatKind, ChatState, DigestForm, Pictures
from bot.domain.delivery import Delivery, Status
from bot.domain.delivery_time import Mode, Timing
from bot.domain.exported import SavedArticle
from bot.domain.parts import Part
from bot.domain.phrases import Phrase, phrase
from bot.domain.role import Role
from bot.store.content import articles
from bot.store.delivery import leases, outbox
from bot.store.desk import audit_log, editors, progress_messages
from bot.store.engine.connection import Connection
from bot.store.readers import (
    browsing,
    channels,
    chat_rows,
    chat_settings,
    chats,
    closed_threads,
    export,
    forgetting,
    group_quota,
    pending_updates,
    phrases,
    pushes,
    reactions,
    searching,
    stories,
    subscriptions,
    timings,
    topic_threads,
    topic_wishes,
    waiting_exports,
)

NEW = -1_000_000_000_200


@pytest.mark.parametrize("id", [1, FURTHEST, -1, -FURTHEST, GROUP])
async def test_a_chat_is_met_once_whatever_its_number_and_keeps_what_it_set(engine: Engine, id: int) -> None:
    async with engine.transaction() as conn:
        assert await chats.chat(conn, id) is None
        assert await chats.get_or_create(conn, id, ChatKind.GROUP, "de", NOW) == Chat(id, ChatKind.GROUP, language="de")
        await chat_settings.set_zone(conn, id, "Europe/Berlin")
        await chat_settings.set_parts(conn, id, (Part.SOURCE, Part.DATE))
        await chat_settings.set_pictures(conn, id, Pictures.NONE)
        await chat_settings.set_silent(conn, id, True)
        await chat_settings.set_digest(conn, id, DigestForm.RICH)
        await chat_settings.set_language(conn, id, "en")
        expected = Chat(
            id,
            ChatKind.GROUP,
            zone="Europe/Berlin",
            pictures=Pictures.NONE,
            silent=True,
            language_chosen=True,
            parts=(Part.SOURCE, Part.DATE),
            digest=DigestForm.RICH,
        )
        assert await chats.get_or_create(conn, id, ChatKind.PRIVATE, "fr", NOW + DAY) == expected
    async with engine.reading() as conn:
        assert await chats.chat(conn, id) == expected
        assert await chats.chats(conn, [404, id, id]) == {id: expected}
        assert await chats.chats(conn, []) == {}
    async with engine.transaction() as conn:
        await chat_settings.set_zone(conn, id, None)
        await chat_settings.set_silent(conn, id, False)
        again = await chats.chat(conn, id)
        assert again is not None and (again.zone, again.silent) == (None, False)


async def test_a_language_follows_the_client_until_one_is_chosen(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await put_chats(conn, ANNA)

        async def spoken() -> str:
            found = await chats.chat(conn, ANNA)
            assert found is not None
            return found.language

        await chat_settings.follow_language(conn, ANNA, "de")
        assert await spoken() == "de"
        await chat_settings.set_language(conn, ANNA, "fr")
        await chat_settings.follow_language(conn, ANNA, "es")
        assert await spoken() == "fr"
        await chat_settings.unset_language(conn, ANNA)
        assert await spoken() == "fr"
        await chat_settings.follow_language(conn, ANNA, "es")
        assert await spoken() == "es"


async def test_what_people_asked_for_stays_when_a_chat_is_lost_and_found(engine: Engine) -> None:
    async with engine.transaction() as conn:
        assert await chats.counts(conn) == dict.fromkeys(ChatState, 0)
        await put_chats(conn, ANNA, BEN)
        await chats.set_state(conn, BEN, ChatState.PAUSED, NOW)
        for change in (chats.switch_off, chats.switch_off):
            for chat in (ANNA, BEN, 404):
                await change(conn, chat, NOW)
        assert await chats.counts(conn) == {ChatState.ACTIVE: 0, ChatState.PAUSED: 1, ChatState.UNREACHABLE: 1}
        for chat in (ANNA, BEN, 404):
            await chats.switch_on(conn, chat, NOW)
        assert await chats.counts(conn) == {ChatState.ACTIVE: 1, ChatState.PAUSED: 1, ChatState.UNREACHABLE: 0}


async def test_the_parts_of_a_chats_pushes_are_none_some_or_the_operators(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await put_chats(conn, ANNA)
        for parts in ((), (Part.RELATED,), None):
            await chat_settings.set_parts(conn, ANNA, parts)
            known = await chats.chat(conn, ANNA)
            assert known is not None and known.parts == parts
            assert (await chats.chats(conn, [ANNA]))[ANNA] == known


async def test_a_chat_is_greeted_once_and_one_nobody_knows_never(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await put_chats(conn, ANNA)
        assert [await chats.greet_once(conn, chat) for chat in (ANNA, ANNA, 404)] == [True, False, False]


async def _furnish(conn: Connection, chat: int) -> None:
    """Give a chat, which follows article 1's topic and got it, one of everything else."""
    await send_to(conn, 1, {chat: Status.SENT})
    [topic] = (await put_topics(conn, "Other")).values()
    await subscriptions.mute(conn, chat, topic, None, NOW)
    await subscriptions.refuse_source(conn, chat, "daily")
    quantum_dots = phrase("quantum dots")
    assert isinstance(quantum_dots, Phrase)
    known = await phrases.learn(conn, quantum_dots)
    await phrases.follow(conn, chat, known.number, 5, NOW)
    await phrases.refuse(conn, chat, known.number)
    await subscriptions.save(conn, chat, 1, NOW)
    await stories.follow(conn, chat, 1, 5, NOW)
    await reactions.keep(conn, chat, 1, chat, NOW)
    await searching.remember_search(conn, chat, "solar", NOW)
    await subscriptions.follow(conn, chat, topic, 5, NOW)
    await closed_threads.begin(conn, [(chat, 5)], NOW)
    await group_quota.ask(conn, chat, NOW)
    await put_article(conn, 2, topics_of={"Other": topic})
    await subscriptions.unmute(conn, chat, topic)
    waiting = await broadcast(conn, 2)
    await queue(conn, waiting)
    await subscriptions.mute(conn, chat, topic, None, NOW)
    await progress_messages.follow(conn, waiting, chat, 900)
    await timings.choose(conn, chat, Timing(Mode.CALM, per_hour=3))
    await pushes.count(conn, chat, NOW)
    await pushes.count(conn, chat, NOW, topic)
    await topic_wishes.choose(conn, chat, topic, Timing(Mode.HOURLY))
    await waiting_exports.keep(conn, chat, {}, NOW)


async def _let_manage(conn: Connection, chat: int) -> None:
    """Let a chat be a channel and manage it: neither ever becomes a supergroup."""
    await channels.describe(conn, Channel(chat, "Wire"))
    await channels.let_manage(conn, chat, chat, NOW)


async def _claimed(conn: Connection) -> list[Delivery]:
    """Return what is due, claimed by a process of its own."""
    return await outbox.claim(conn, NOW, 10, owner=await leases.take(conn, "a process", NOW))


_LEFT_BEHIND = ("chat", "received", "progress_messages")


async def test_a_group_takes_everything_along_and_moving_twice_is_as_good_as_once(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await _furnish(conn, GROUP)
        before = await export.export(conn, GROUP)
        for _ in range(2):
            await chat_rows.migrate(conn, GROUP, NEW)
            after = await export.export(conn, NEW)
            moved = {part: rows for part, rows in after.items() if part not in _LEFT_BEHIND}
            assert moved == {part: rows for part, rows in before.items() if part not in _LEFT_BEHIND}
            # The supergroup counts its messages anew: under their old numbers stand those of strangers.
            # Source: https://core.telegram.org/api/channel#migration
            assert [one | {"message_id": None} for one in before["received"]] == after["received"]
            assert before["progress_messages"] and not after["progress_messages"]
            assert await chats.chat(conn, GROUP) is None
        await chat_rows.migrate(conn, NEW, NEW)
        assert await chats.chat(conn, NEW) is not None
        assert [one.chat for one in await _claimed(conn)] == [NEW]


async def test_of_two_chats_that_become_one_the_old_ones_settings_win_and_nothing_is_there_twice(
    engine: Engine,
) -> None:
    async with engine.transaction() as conn:
        await _furnish(conn, GROUP)
        await chat_settings.set_zone(conn, GROUP, "Europe/Berlin")
        await put_chats(conn, NEW)
        await chats.set_state(conn, NEW, ChatState.PAUSED, NOW)  # said last
        for topic in (await subscriptions.following(conn, GROUP, NOW)).follows:
            await subscriptions.follow(conn, NEW, topic, 0, NOW)
        await subscriptions.save(conn, NEW, 1, NOW)
        await chat_rows.migrate(conn, GROUP, NEW)
        merged = await chats.chat(conn, NEW)
        assert merged is not None and (merged.zone, merged.state) == ("Europe/Berlin", ChatState.PAUSED)
        assert merged.timing == Timing(Mode.CALM, per_hour=3)
        assert len((await subscriptions.following(conn, NEW, NOW)).follows) == 2
        assert [place.number for place in await browsing.saved(conn, NEW, None, 9)] == [1]


async def test_a_forgotten_chat_leaves_nothing_and_forgetting_it_again_is_harmless(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await _furnish(conn, GROUP)
        await _let_manage(conn, GROUP)
        await topic_threads.made(conn, GROUP, 1, 5, "Energy")
        await topic_threads.leave_alone(conn, GROUP, NOW)
        await editors.add(conn, BEN, Role.EDITOR, None, NOW)
        await put_chats(conn, BEN)
        for _ in range(2):
            await forgetting.forget(conn, GROUP, NOW)
            assert not any((await export.export(conn, GROUP)).values())
        assert await group_quota.ask(conn, GROUP, NOW)
        assert not await timings.are_any(conn)
        assert await _claimed(conn) == []
        assert (await export.export(conn, BEN))["chat"]
        assert await chats.counts(conn) == {ChatState.ACTIVE: 1, ChatState.PAUSED: 0, ChatState.UNREACHABLE: 0}


async def test_who_was_forgotten_is_found_in_an_older_copy_and_not_who_came_back(
    engine: Engine,
) -> None:
    async with engine.transaction() as conn:
        assert await forgetting.brought_back(conn) == []
        await put_chats(conn, ANNA, BEN, GROUP)
        for chat in (ANNA, GROUP):
            await forgetting.forget(conn, chat, NOW)
        assert await forgetting.brought_back(conn) == []
        await put_chats(conn, ANNA, GROUP)  # as an older copy has them
        assert await forgetting.brought_back(conn) == sorted([ANNA, GROUP])
        await chat_rows.delete(conn, ANNA)
        await chats.get_or_create(conn, ANNA, ChatKind.PRIVATE, "en", NOW + SECOND)  # who came back on their own
        assert await forgetting.brought_back(conn) == [GROUP]


async def test_chats_that_were_gone_for_long_are_forgotten_also_paused_ones(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await put_chats(conn, ANNA, BEN, GROUP, NEW)
        await chats.set_state(conn, BEN, ChatState.PAUSED, NOW)
        for chat, at in ((ANNA, NOW), (BEN, NOW), (GROUP, NOW + DAY)):
            await chats.switch_off(conn, chat, at)
            await chats.switch_off(conn, chat, at + HOUR)  # gone since the first time
        assert not await forgetting.forget_gone(conn, NOW - SECOND, NOW + DAY)
        await chats.switch_off(conn, NEW, NOW)
        await chats.switch_on(conn, NEW, NOW + HOUR)
        assert await forgetting.forget_gone(conn, NOW, NOW + DAY)
        assert not await forgetting.forget_gone(conn, NOW, NOW + DAY)
        assert set(await chats.chats(conn, [ANNA, BEN, GROUP, NEW])) == {GROUP, NEW}


async def test_a_pause_that_ends_lets_no_news_go_to_a_chat_that_is_gone(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await put_chats(conn, ANNA, BEN)
        for chat in (ANNA, BEN):
            await chats.set_state(conn, chat, ChatState.PAUSED, NOW, until=NOW + HOUR)
        await chats.switch_off(conn, BEN, NOW)
        assert await chats.end_pauses(conn, NOW + HOUR) == 2
        assert await chats.counts(conn) == {ChatState.ACTIVE: 1, ChatState.PAUSED: 0, ChatState.UNREACHABLE: 1}
        await chats.switch_on(conn, BEN, NOW + DAY)
        assert (await chats.counts(conn))[ChatState.ACTIVE] == 2


async def test_an_export_waits_once_for_a_chat_and_is_taken_once_by_it(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await put_chats(conn, ANNA, BEN)
        first = await waiting_exports.keep(conn, ANNA, {"chat": [{"id": ANNA}]}, NOW)
        second = await waiting_exports.keep(conn, ANNA, {"chat": [], "follows": ["Ä"]}, NOW)
        assert first != second
        assert await waiting_exports.take(conn, ANNA, first) is None
        assert await waiting_exports.take(conn, BEN, second) is None
        assert await waiting_exports.take(conn, ANNA, second) == {"chat": [], "follows": ["Ä"]}
        assert await waiting_exports.take(conn, ANNA, second) is None
        kept = await waiting_exports.keep(conn, ANNA, {}, NOW)
        await waiting_exports.drop_before(conn, NOW)
        assert await waiting_exports.take(conn, ANNA, kept) == {}
        kept = await waiting_exports.keep(conn, ANNA, {}, NOW)
        await waiting_exports.drop_before(conn, NOW + SECOND)
        assert await waiting_exports.take(conn, ANNA, kept) is None


async def test_saved_articles_are_found_by_their_link_else_by_number_and_title(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await put_chats(conn, ANNA)
        await put_topics(conn, "AI")
        for number in (1, 2, 3):
            await put_article(conn, number)
        [one, two, three] = await articles.articles(conn, [1, 2, 3])
        await articles.set_state(conn, 3, ArticleState.RETRACTED)
        wanted = [
            SavedArticle(99, one.story.link, None, NOW),
            SavedArticle(1, one.story.link, one.story.title, NOW + HOUR),
            SavedArticle(2, None, two.story.title, NOW - HOUR),
            SavedArticle(2, None, "Another", NOW),
            SavedArticle(3, three.story.link, three.story.title, NOW),
            SavedArticle(4, "https://elsewhere.example/", "X", NOW),
        ]
        assert await subscriptions.save_known(conn, ANNA, wanted) == 2
        assert await subscriptions.save_known(conn, ANNA, []) == 0
        assert [place.number for place in await browsing.saved(conn, ANNA, None, 9)] == [1, 2]


async def test_an_export_is_a_document_with_times_to_read_and_no_title_that_readers_may_not_see(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await _furnish(conn, GROUP)
        await _let_manage(conn, GROUP)
        await topic_threads.made(conn, GROUP, 1, 5, "Energy")
        await topic_threads.leave_alone(conn, GROUP, NOW)
        await editors.add(conn, GROUP, Role.EDITOR, None, NOW)
        await audit_log.record(conn, "publish", at=NOW, person=GROUP, article=1)
        document = json.loads(json.dumps(await export.export(conn, GROUP)))
        assert [part for part, rows in document.items() if not rows] == ["restrictions"]
        [received] = document["received"]
        assert (received["article"], received["title"], received["message_id"]) == (1, "Title 1", message_in(GROUP))
        assert received["sent_at"] == document["saved"][0]["saved_at"] == NOW.isoformat()
        assert document["chat"][0]["delivery"] == "calm 3"  # type: ignore[index]
        assert document["exceptions"] == [{"topic": "Other", "kind": "muted", "until": None}]
        assert [one["topic"] for one in document["follows"]] == ["Topic 1", "Other"]  # since when, then by name
        assert document["acts_as_editor"][0]["done_at"] == NOW.isoformat()
        await articles.set_state(conn, 1, ArticleState.RETRACTED)
        document = await export.export(conn, GROUP)
        assert [rows[0]["title"] for rows in (document["received"], document["saved"])] == [None, None]  # type: ignore[index]
        assert not any((await export.export(conn, 404)).values())


async def test_a_closed_thread_in_which_something_is_followed_is_told_once_an_episode(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await put_chats(conn, GROUP, NEW, -3)
        found = await put_topics(conn, "AI", "Sea")
        for chat, thread, topic in ((GROUP, 5, "AI"), (GROUP, 5, "Sea"), (NEW, 9, "AI"), (-3, 1, "AI")):
            await subscriptions.follow(conn, chat, found[topic], thread, NOW)
        quantum_dots = phrase("quantum dots")
        assert isinstance(quantum_dots, Phrase)
        known = await phrases.learn(conn, quantum_dots)
        for chat, thread in ((GROUP, 5), (NEW, 6), (-3, 7)):
            await phrases.follow(conn, chat, known.number, thread, NOW)
        await phrases.unfollow(conn, -3, known.number, NOW)
        await closed_threads.begin(conn, [(NEW, 9), (NEW, 6), (GROUP, 5), (GROUP, 6), (-3, 1), (-3, 7)], NOW)
        await closed_threads.begin(conn, [(GROUP, 5)], NOW + HOUR)
        await closed_threads.begin(conn, [], NOW)
        await chats.set_state(conn, -3, ChatState.PAUSED, NOW)
        told = await closed_threads.untold(conn)
        assert [(one.chat, one.thread, set(one.topics), one.phrases) for one in told] == [
            (NEW, 6, set(), (known,)),
            (NEW, 9, {found["AI"]}, ()),
            (GROUP, 5, set(found.values()), (known,)),
        ]
        await closed_threads.mark_told(conn, GROUP, 5, NOW)
        await closed_threads.mark_told(conn, GROUP, 404, NOW)
        assert [one.chat for one in await closed_threads.untold(conn)] == [NEW, NEW]
        await closed_threads.end(conn, [(GROUP, 5), (NEW, 6), (NEW, 9), (404, 1)])
        await closed_threads.end(conn, [])
        assert await closed_threads.untold(conn) == []
        await closed_threads.begin(conn, [(GROUP, 5)], NOW)
        assert [one.chat for one in await closed_threads.untold(conn)] == [GROUP]


async def test_updates_are_kept_once_and_come_back_in_the_order_of_their_numbers(engine: Engine) -> None:
    async with engine.transaction() as conn:
        assert await pending_updates.kept(conn) == []
        await pending_updates.keep(conn, {9: '{"b": "ä"}', 2**53: "{}", 7: "x" * 100_000}, NOW)
        await pending_updates.keep(conn, {9: "twice"}, NOW + HOUR)
        await pending_updates.keep(conn, {}, NOW)
        assert await pending_updates.kept(conn) == [(7, "x" * 100_000), (9, '{"b": "ä"}'), (2**53, "{}")]
        await pending_updates.forget(conn, [7, 404])
        await pending_updates.forget(conn, [])
        await pending_updates.keep(conn, {10: "{}"}, NOW + HOUR)
        await pending_updates.forget_before(conn, NOW)
        assert [number for number, _ in await pending_updates.kept(conn)] == [9, 10, 2**53]
        await pending_updates.forget_before(conn, NOW + SECOND)
        assert [number for number, _ in await pending_updates.kept(conn)] == [10]
        await pending_updates.forget_all(conn)
        assert await pending_updates.kept(conn) == []


@pytest.mark.parametrize("chat", [GROUP, -FURTHEST, FURTHEST])
async def test_a_group_asks_once_a_minute_and_is_told_once_how_long_to_wait(engine: Engine, chat: int) -> None:
    async with engine.transaction() as conn:
        assert await group_quota.tell(conn, chat, NOW) is None
        assert await group_quota.ask(conn, chat, NOW)
        assert not await group_quota.ask(conn, chat, NOW + MINUTE - SECOND)
        assert await group_quota.tell(conn, chat, NOW + MINUTE - SECOND) == 1
        assert await group_quota.tell(conn, chat, NOW + MINUTE - SECOND) is None
        assert await group_quota.ask(conn, chat, NOW + MINUTE)
        assert await group_quota.tell(conn, chat, NOW + MINUTE) == 60
        assert await group_quota.ask(conn, NEW, NOW + DAY)  # and nothing stays of the first
        assert await export.export(conn, chat) == await export.export(conn, 404)
        assert await group_quota.tell(conn, chat, NOW + DAY) is None


async def test_answers_are_counted_for_a_minute_from_the_first_by_chat_speaker_and_all_chats(engine: Engine) -> None:
    async with engine.transaction() as conn:
        assert await group_quota.answer_count(conn, GROUP, ANNA, NOW) == AnswerCount()
        for seconds in (0, 30):
            await group_quota.count_answer(conn, GROUP, ANNA, NOW + timedelta(seconds=seconds))
        await group_quota.count_answer(conn, None, ANNA, NOW)
        await group_quota.count_answer(conn, NEW, -5, NOW)
        assert await group_quota.answer_count(conn, GROUP, ANNA, NOW + MINUTE - SECOND) == AnswerCount(2, 3, 0)
        assert await group_quota.answer_count(conn, NEW, -5, NOW) == AnswerCount(1, 1, 1)
        assert await group_quota.answer_count(conn, GROUP, -6, NOW) == AnswerCount(2, 0, 1)
        assert await group_quota.answer_count(conn, GROUP, ANNA, NOW + MINUTE) == AnswerCount()
        assert [await group_quota.tell_speaker(conn, ANNA, NOW + timedelta(seconds=n)) for n in (0, 59, 60)] == [
            True,
            False,
            True,
        ]


async def test_a_group_keeps_its_channel_and_what_it_wants_of_it_when_it_becomes_a_supergroup(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await put_chats(conn, ANNA)
        await chat_settings.set_linked_channel(conn, ANNA, -1001)
        await chat_settings.set_repeats_channel(conn, ANNA, True)
        await chat_settings.set_linked_channel(conn, 404, -1001)  # of nobody
        known = await chats.chat(conn, ANNA)
        assert known is not None and (known.linked_channel, known.repeats_channel) == (-1001, True)
        await chat_rows.migrate(conn, ANNA, BEN)
        moved = await chats.chat(conn, BEN)
        assert moved is not None and (moved.linked_channel, moved.repeats_channel) == (-1001, True)
        await chat_settings.set_linked_channel(conn, BEN, None)
        await chat_settings.set_repeats_channel(conn, BEN, False)
        moved = await chats.chat(conn, BEN)
        assert moved is not None and (moved.linked_channel, moved.repeats_channel) == (None, False)


async def test_what_a_chat_lets_through_is_its_own_and_goes_where_the_chat_goes(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await put_chats(conn, ANNA, BEN)
        known = await chats.chat(conn, ANNA)
        assert known is not None and (known.announcements, known.breaking, known.quality) == (True, False, None)
        for chat in (ANNA, 404):
            await chat_settings.set_announcements(conn, chat, False)
            await chat_settings.set_breaking(conn, chat, True)
            await chat_settings.set_quality(conn, chat, -7)
        await chat_rows.migrate(conn, ANNA, 99)
        known = (await chats.chats(conn, [99]))[99]
        assert (known.announcements, known.breaking, known.quality) == (False, True, -7)
        await chat_settings.set_announcements(conn, 99, True)
        await chat_settings.set_quality(conn, 99, None)
        assert (await chats.chats(conn, [99]))[99].announcements
        assert (await chats.chat(conn, BEN)) != known and (await chats.chats(conn, [99]))[99].quality is None
