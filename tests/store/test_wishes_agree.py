"""When an article leaves is decided twice: in SQL for everybody, in Python at each claim. They must never differ."""

from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from databases import empty_database
from hypothesis import given
from hypothesis import strategies as st
from properties import examples
from store_samples import NOW, put_article, put_chats

from bot.domain.delivery import NEWS, Lane, Subject, SubjectType
from bot.domain.delivery_time import AT_ONCE, Mode, Quiet, Timing, leaves_at
from bot.domain.phrases import phrase
from bot.domain.topic_wishes import as_wished
from bot.services.delivery import clocks
from bot.store.delivery import campaigns, fanout
from bot.store.delivery.followers import followers_of
from bot.store.engine.database import Database
from bot.store.readers import chat_settings, chats, phrases, subscriptions, timings, topic_wishes

TOPICS = range(1, 6)
CHATS = (-2, 1, 2, 3)
ZONE = ZoneInfo("Asia/Kathmandu")
TIMES = (
    AT_ONCE,
    Timing(silent=True),
    Timing(Mode.CALM, per_hour=2),
    Timing(Mode.HOURLY),
    Timing(Mode.DAILY, minute=480),
    Timing(Mode.DAILY, minute=1200, days=1),
)

parents = st.fixed_dictionaries({topic: st.sampled_from([None, *TOPICS]) for topic in TOPICS})
some_topics = st.sets(st.sampled_from(TOPICS), max_size=3)
readers = st.fixed_dictionaries(
    {
        "follows": some_topics,
        "left_out": some_topics,
        "phrase": st.booleans(),
        "own": st.sampled_from(TIMES[:1] + TIMES[2:]),
        "quiet": st.sampled_from([None, Quiet(0, 1380)]),
        "wishes": st.dictionaries(st.sampled_from(TOPICS), st.sampled_from(TIMES), max_size=3),
        "breaking": st.booleans(),
    }
)


@examples(60)
@given(
    parents,
    st.sets(st.sampled_from(TOPICS), min_size=1, max_size=3),
    st.tuples(*(readers for _ in CHATS)),
    st.booleans(),
    st.integers(min_value=1, max_value=4),
)
async def test_the_fan_out_and_the_claim_agree_on_when_an_article_leaves(tree, worn, wanted, breaking, piece):
    with TemporaryDirectory() as folder:
        path = Path(folder) / "newsbot.db"
        empty_database(path)
        db = await Database.open(path)
        try:
            async with db.transaction() as conn:
                await _furnish(conn, tree, wanted)
                await put_article(conn, 1, topics=sorted(worn), title="Quantum dots")
                subject = Subject(SubjectType.ARTICLE, 1)
                number = await campaigns.promise(
                    conn, NEWS, subject, fixed_at=NOW, start_at=NOW, lane=Lane.NEWS, by=None, breaking=breaking
                )
                await fanout.begin(conn, number, 0)
                made = await campaigns.campaign(conn, number)
                whom = await followers_of(conn, 1, NOW)
                await clocks.expect(conn, made, ZONE, NOW)
                while await fanout.fan_out(conn, made, whom, NOW, piece, at_own_times=True):
                    made = await campaigns.campaign(conn, number)
                rows = await conn.execute_fetchall("SELECT chat, not_before, waits FROM deliveries")
                known = await chats.chats(conn, CHATS)
                wishes = await whom.wishes(conn, [*CHATS, 404], NOW)
        finally:
            await db.close()
    assert set(wishes) == {chat for chat, reader in zip(CHATS, wanted, strict=True) if reader["wishes"]}
    for chat, not_before, waits in rows:
        found = known[chat]
        if breaking and found.breaking:
            found = found.for_breaking_news()
        elif chat in wishes:
            found = as_wished(found, *wishes[chat], ZONE, NOW).chat
        at = leaves_at(found.timing, ZONE, NOW, NOW)
        assert (not_before, waits) == (int(at.timestamp()), int(at > NOW)), (chat, found.timing)


async def _furnish(conn, tree, wanted):
    await conn.executemany(
        "INSERT INTO topics (number, id, name, listed) VALUES (:number, 't' || :number, 'T' || :number, 1)",
        [{"number": topic} for topic in tree],
    )
    await conn.executemany(
        "UPDATE topics SET parent = :parent WHERE number = :number",
        [{"number": topic, "parent": parent} for topic, parent in tree.items()],
    )
    await put_chats(conn, CHATS)
    learnt = await phrases.learn(conn, phrase("quantum dots"))
    before = NOW - timedelta(days=1)
    for chat, reader in zip(CHATS, wanted, strict=True):
        for topic in reader["follows"]:
            await subscriptions.follow(conn, chat, topic, 0, before)
        for topic in reader["left_out"]:
            await subscriptions.leave_out(conn, chat, topic)
        if reader["phrase"]:
            await phrases.follow(conn, chat, learnt.number, 0, before)
        for topic, timing in reader["wishes"].items():
            await topic_wishes.choose(conn, chat, topic, timing)
        own = reader["own"]
        await timings.choose(conn, chat, Timing(own.mode, own.per_hour, own.minute, own.days, reader["quiet"]))
        await topic_wishes.renew(conn, chat)
        await chat_settings.set_breaking(conn, chat, reader["breaking"])
