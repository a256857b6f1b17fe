"""Programs on any engine: their keys, what they were answered, and which of a Ghost site's changes is the last."""

from dataclasses import replace

from port_samples import DAY, HOUR, MINUTE, NOW, SECOND, Engine, put_article, put_topics

from bot.domain.api_key import ApiKey, KeyRole
from bot.domain.article import ArticleState
from bot.store.content import articles, ghost_posts, topics
from bot.store.desk import api_answers, api_keys, audit_log
from bot.store.desk.api_answers import KEPT, KeptAnswer

CI = ApiKey("ci", KeyRole.EDITOR, "aa", NOW)
BLOG = ApiKey("blog", KeyRole.CONTRIBUTOR, "bb", NOW - HOUR, secret="s'ä")


async def test_keys_come_back_as_they_were_given_in_the_order_of_their_names(engine: Engine) -> None:
    async with engine.transaction() as conn:
        assert await api_keys.api_keys(conn) == [] and await api_keys.named(conn, "ci") is None
        assert [await api_keys.add(conn, key) for key in (CI, BLOG, replace(CI, hash="cc"))] == [True, True, False]
        assert await api_keys.api_keys(conn) == [BLOG, CI]
        assert await api_keys.named(conn, "ci") == CI and await api_keys.named(conn, "CI") is None
        await api_keys.was_used(conn, "ci", NOW + MINUTE)
        await api_keys.was_used(conn, "nobody", NOW)
        assert await api_keys.named(conn, "ci") == replace(CI, used_at=NOW + MINUTE)


async def test_a_key_is_removed_once_with_what_was_kept_for_it(engine: Engine) -> None:
    async with engine.transaction() as conn:
        for key in (CI, BLOG):
            await api_keys.add(conn, key)
            await api_answers.keep(conn, key.name, "r", KeptAnswer("d", 201, "{}"), NOW)
        assert [await api_keys.remove(conn, "ci", NOW) for _ in range(2)] == [CI, None]
        assert await api_keys.api_keys(conn) == [BLOG]
        assert await api_answers.answer(conn, "ci", "r", NOW) is None
        assert await api_answers.answer(conn, "blog", "r", NOW) is not None
        assert await api_keys.add(conn, CI) and await api_keys.remove(conn, "ci", NOW) == CI


async def test_an_answer_is_kept_for_a_day_for_its_key_and_request_alone(engine: Engine) -> None:
    given = KeptAnswer("d", 200, "ä 'x' \\ \0" + "x" * 100_000)
    async with engine.transaction() as conn:
        assert await api_answers.answer(conn, "ci", "r", NOW) is None
        await api_answers.keep(conn, "ci", "r", given, NOW)
        assert await api_answers.answer(conn, "ci", "r", NOW) == given
        for key, request in (("ci", "R"), ("blog", "r"), ("ci", "")):
            assert await api_answers.answer(conn, key, request, NOW) is None
        assert await api_answers.answer(conn, "ci", "r", NOW + KEPT - SECOND) == given
        assert await api_answers.answer(conn, "ci", "r", NOW + KEPT) is None
        other = replace(given, digest="e")
        await api_answers.keep(conn, "ci", "r", other, NOW + DAY)  # in the place of the one that is over
        assert await api_answers.answer(conn, "ci", "r", NOW + DAY) == other


async def test_the_last_change_of_a_post_is_the_latest_one_whatever_comes_first(engine: Engine) -> None:
    async with engine.transaction() as conn:
        assert await ghost_posts.changed_at(conn, "blog", "p") is None
        for at, latest in ((5, 5), (3, 5), (2**62, 2**62), (7, 2**62)):
            await ghost_posts.remember(conn, "blog", "p", at)
            assert await ghost_posts.changed_at(conn, "blog", "p") == latest
        assert await ghost_posts.changed_at(conn, "other", "p") is None
        assert await ghost_posts.changed_at(conn, "blog", "P") is None


async def test_a_time_that_was_set_by_hand_is_known_until_the_article_s_state_changes(engine: Engine) -> None:
    async with engine.transaction() as conn:
        for number in (1, 2):
            await put_article(conn, number, state=ArticleState.SCHEDULED, scheduled_at=NOW + HOUR)
        await put_article(conn, 3, state=ArticleState.DRAFT)
        assert await articles.are_by_hand(conn, [1, 2, 3, 404]) == set()
        await articles.mark_by_hand(conn, [1, 3, 404])
        assert await articles.are_by_hand(conn, [1, 2, 3]) == {1} and await articles.are_by_hand(conn, []) == set()
        await articles.set_state(conn, 1, ArticleState.SCHEDULED, scheduled_at=NOW)  # a file moved its date
        assert await articles.are_by_hand(conn, [1]) == set()
        await articles.mark_by_hand(conn, [1])
        await articles.set_state(conn, 1, ArticleState.PUBLISHED)
        assert await articles.are_by_hand(conn, [1]) == set()


async def test_topics_are_named_by_their_numbers(engine: Engine) -> None:
    async with engine.transaction() as conn:
        numbers = await put_topics(conn, "Energy", "A 'ä'")
        assert await topics.names(conn, [*numbers.values(), 404]) == {n: name for name, n in numbers.items()}
        assert await topics.names(conn, []) == {}


async def test_the_log_names_the_key_of_a_program(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await audit_log.record(conn, "publish", at=NOW, article=1, key="ci")
        await audit_log.record(conn, "publish", at=NOW, article=1)
        assert [one.key for one in await audit_log.latest(conn)] == [None, "ci"]
