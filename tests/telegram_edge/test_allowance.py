"""
Administrators have an allowance: wide enough to set a group up by hand, too narrow to take all the pace there is.

Who administers groups may make any number of them, and answers to all of them leave at the bot's one pace of thirty
messages a second (https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this).
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from story import ANNA, BEN, EDITH, StoryHouse

from bot.domain.answer_quota import ALLOWANCE, ANSWERS, SHARE_OF_CHATS, AnswerCount, AnswerQuota, answer_quota
from bot.domain.press import press


@pytest.mark.parametrize(
    ("heard", "in_group", "in_channel"),
    [
        (AnswerCount(), AnswerQuota.EVERYBODYS, AnswerQuota.EVERYBODYS),
        (AnswerCount(in_chat=ANSWERS - 1), AnswerQuota.EVERYBODYS, AnswerQuota.EVERYBODYS),
        (AnswerCount(in_chat=ANSWERS), AnswerQuota.ADMINISTRATORS, AnswerQuota.EVERYBODYS),
        (AnswerCount(in_chat=ALLOWANCE), AnswerQuota.NOBODYS, AnswerQuota.NOBODYS),
        (AnswerCount(to_speaker=ALLOWANCE), AnswerQuota.NOBODYS, AnswerQuota.NOBODYS),
        (AnswerCount(to_chats=SHARE_OF_CHATS), AnswerQuota.NOBODYS, AnswerQuota.NOBODYS),
    ],
)
def test_whose_next_command_is_answered(heard: AnswerCount, in_group: AnswerQuota, in_channel: AnswerQuota) -> None:
    assert answer_quota(heard, is_group=True) is in_group
    assert answer_quota(heard, is_group=False) is in_channel


async def groups_of(house: StoryHouse, person: int, many: int) -> list[int]:
    return [
        house.world.add_chat("supergroup", f"G{n}", members={person: "administrator"}, bot_status="member").id
        for n in range(many)
    ]


def answers_in(house: StoryHouse, groups: list[int]) -> int:
    return sum(len(house.messages(group)) for group in groups)


async def test_one_administrator_of_thirty_groups_has_one_allowance_for_all_of_them(house: StoryHouse) -> None:
    groups = await groups_of(house, EDITH, 30)
    for _ in range(6):
        for group in groups:
            house.world.say(EDITH, group, "/help")
    await house.settle()
    assert answers_in(house, groups) == ALLOWANCE
    await house.says(EDITH, "/help")  # her own chat is hers
    assert "/latest" in house.screen(EDITH)
    other = house.world.add_chat("group", "Other", members={BEN: "administrator"}, bot_status="member").id
    await house.says(BEN, "/help", other)
    assert len(house.messages(other)) == 1
    house.clock.advance(timedelta(minutes=1))
    await house.says(EDITH, "/help", groups[0])
    assert answers_in(house, groups) == ALLOWANCE + 1


async def test_forty_commands_and_forty_presses_in_a_minute_are_all_heard(house: StoryHouse) -> None:
    house.world.add_bot(EDITH, house.group)
    await house.settle()
    for _ in range(40):
        await house.says(EDITH, "/help", house.group)
    assert len(house.messages(house.group)) == 1 + 40
    message = house.messages(house.group)[0]["message_id"]
    for _ in range(40):
        toast = await house.presses_data(EDITH, press("nothing"), message, house.group)
        assert toast is not None and "too old" in toast


async def test_strangers_who_spend_a_groups_answers_spend_nothing_of_its_administrators(house: StoryHouse) -> None:
    house.world.add_bot(EDITH, house.group)
    for person in range(9000, 9300):
        house.world.add_person(id=person)
        house.world.say(person, house.group, "/help")
        if person % 100 == 99:
            await house.settle()
    assert len(house.messages(house.group)) == 1 + ANSWERS
    await house.says(EDITH, "/stop", house.group)
    assert house.screen(house.group).startswith("Paused.")


async def test_channels_and_anonymous_administrators_have_an_allowance_too(house: StoryHouse) -> None:
    channel = house.world.add_chat("channel", "C", members={EDITH: "creator"}, bot_status="administrator").id
    [group] = await groups_of(house, EDITH, 1)
    for _ in range(ALLOWANCE + 20):
        house.world.say(EDITH, channel, "/help")
        house.world.say(EDITH, group, "/help", anonymous=True)
        if _ % 40 == 0:
            await house.settle()
    await house.settle()
    answered = [one for one in house.world.messages(channel) if "author_signature" not in one]
    assert len(answered) == ALLOWANCE
    assert len(house.messages(group)) == ALLOWANCE


async def test_a_person_who_presses_without_end_is_told_once_a_minute_and_nobody_else_is(house: StoryHouse) -> None:
    house.world.add_bot(EDITH, house.group)
    await house.settle()
    message = house.messages(house.group)[-1]["message_id"]
    queries = [house.world.press(ANNA, house.group, message, press("nothing")) for _ in range(ALLOWANCE + 20)]
    await house.settle()
    texts = [(house.world.answer_to(query) or {}).get("text", "") for query in queries]
    assert sum("That was too much in one minute." in text for text in texts) == 1
    assert sum("too old" in text for text in texts) == ALLOWANCE
    assert len(house.messages(house.group)) == 1
    ben = house.world.press(BEN, house.group, message, press("nothing"))
    await house.settle()
    assert "too old" in (house.world.answer_to(ben) or {}).get("text", "")
    house.clock.advance(timedelta(minutes=1))
    again = house.world.press(ANNA, house.group, message, press("nothing"))
    await house.settle()
    assert "too old" in (house.world.answer_to(again) or {}).get("text", "")
