"""Picking topics, and following them by name and by link, as people do it in chats."""

from datetime import timedelta

from newsroom_samples import ENERGY, SECTIONS, define, plain, put
from story import ANNA, BEN, EDITH

from bot.domain.press import press
from bot.domain.topic import TopicFile
from bot.services.readers import subscribing
from bot.store.readers import subscriptions


async def follows(house, chat):
    return [topic.name for topic in (await subscribing.follows(house.db, chat, now=house.clock())).topics]


def said(house, chat):
    return plain(house.screen(chat))


async def test_the_picker_is_one_message_from_the_greeting_to_the_line_of_what_is_followed(house):
    await define(house, *SECTIONS)
    await house.starts(ANNA)
    assert house.buttons(ANNA) == [["AI and its 2", "Choose parts"], ["Energy", "Robotics"], ["Done"]]
    assert await house.presses(ANNA, "Robotics") == "Following Robotics"
    assert await house.presses(ANNA, "AI and its 2") == "Following AI"
    assert house.screen(ANNA).startswith("This is Northgate News.")
    assert house.screen(ANNA).endswith("\n\nTopics (2 followed)")
    await house.presses(ANNA, "Done")
    assert said(house, ANNA) == "You follow AI and Robotics. The next story comes by itself."
    assert house.buttons(ANNA) == [["Latest", "When and how"]]
    await house.presses(ANNA, "When and how")
    assert house.screen(ANNA).startswith("Settings")
    assert len(house.screens(ANNA)) == 1


async def test_parts_of_a_followed_parent_can_be_left_out_one_by_one(house):
    await define(house, *SECTIONS)
    await house.says(ANNA, "/topics")
    await house.presses(ANNA, "AI and its 2")
    await house.presses(ANNA, "Choose parts")
    assert said(house, ANNA) == "AI (2 of 2 followed)"
    assert await house.presses(ANNA, "✓ Speech") == "No longer following Speech"
    assert house.buttons(ANNA) == [["✓ AI, 1 of 2"], ["✓ Computer Vision", "Speech"], ["Back", "Done"]]
    await house.says(ANNA, "/subscriptions")
    assert said(house, ANNA).splitlines()[:2] == ["You follow AI.", "Left out: Speech."]


async def test_no_button_moves_when_one_is_pressed(house):
    names = ["A", "Sixteen letters_", "Seventeen letters", "Eighteen letters__", "Nineteen letters___"]
    await define(house, *(TopicFile(f"t{len(name)}", name) for name in names))
    await define(house, TopicFile("x", "Xylophones and so on"), TopicFile("p", "P", parent="Xylophones and so on"))

    def layout():
        return [
            [label.removeprefix("✓ ").partition(",")[0].partition(" and its")[0] for label in row] for row in shown()
        ]

    def shown():
        return house.buttons(ANNA)

    await house.says(ANNA, "/topics")
    before = layout()
    assert before[-3:] == [["Xylophones and so on"], ["Parts of Xylophones and so on"], ["Done"]]
    for name in [*names, "Xylophones and so on"]:
        await house.presses(ANNA, next(label for row in shown() for label in row if label.startswith(name)))
        assert layout() == before
    await house.presses(ANNA, "Parts of Xylophones and so on")
    assert said(house, ANNA) == "Xylophones and so on (1 of 1 followed)"


async def test_pages_turn_both_ways_and_say_where_they_are(house):
    await define(house, *(TopicFile(f"zone-{n}", f"Zone {n:02}") for n in range(20)))
    await house.says(ANNA, "/topics")
    assert house.screen(ANNA) == "Topics (0 followed), page 1 of 3"
    assert house.buttons(ANNA)[-2:] == [["More topics"], ["Done"]]
    await house.presses(ANNA, "More topics")
    assert house.buttons(ANNA)[-2:] == [["Previous", "More topics"], ["Done"]]
    await house.presses(ANNA, "Zone 08")
    await house.presses(ANNA, "More topics")
    assert house.screen(ANNA) == "Topics (1 followed), page 3 of 3"
    assert house.buttons(ANNA)[-2:] == [["Previous"], ["Done"]]


async def test_a_button_pressed_twice_or_on_an_old_list_does_what_it_said(house):
    numbers = await define(house, *SECTIONS)
    await house.says(ANNA, "/topics")
    message = house.messages(ANNA)[-1]["message_id"]
    on = press("pick", numbers["Energy"], 1, 0, 0, 0)
    assert await house.presses_data(ANNA, on, message) == "Following Energy"
    assert await house.presses_data(ANNA, on, message) == "Following Energy"
    assert await follows(house, ANNA) == ["Energy"]
    gone = press("pick", 999, 1, 0, 0, 0)
    assert await house.presses_data(ANNA, gone, message) == "That list was out of date. Here is the current one."
    most = 2**63 - 1
    for absurd in (
        press("pick"),
        press("pick", most, 1),
        press("topics", -1, most, 7),
        press("follow", most),
        "1:admit:1",
    ):
        await house.presses_data(ANNA, absurd, message)
    assert await follows(house, ANNA) == ["Energy"]


async def test_topics_are_followed_by_any_of_their_names_and_near_misses_are_offered(house):
    await define(house, *SECTIONS)
    await house.says(ANNA, "/subscribe ENERGY, #computervision")
    assert said(house, ANNA) == "Following Energy and Computer Vision now. The next story comes by itself."
    await house.says(ANNA, "/subscribe energy, Computer Vison")
    assert said(house, ANNA) == "Followed already: Energy.\nNo topic “Computer Vison”. Did you mean:"
    assert house.buttons(ANNA) == [["Computer Vision", "AI"], ["All topics"]]
    assert await house.presses(ANNA, "AI") == "Following AI"
    await house.says(ANNA, "/unsubscribe energy, robotics, Computer Vison")
    assert said(house, ANNA).splitlines() == [
        "No longer following Energy.",
        "Not followed here: Robotics.",
        "No topic “Computer Vison”. Did you mean:",
    ]
    assert await house.presses(ANNA, "Computer Vision") == "No longer following Computer Vision"
    assert await follows(house, ANNA) == ["AI"]
    assert house.buttons(ANNA) == [["Follow Computer Vision", "Topics"]]


async def test_what_is_followed_while_it_is_muted_says_so_and_how_to_hear_it(house):
    numbers = await define(house, *SECTIONS)
    await house.says(ANNA, "/subscribe Computer Vision")
    await subscribing.mute(house.db, ANNA, numbers["AI"], now=house.clock())
    await house.says(ANNA, "/subscribe Computer Vision, Energy")
    assert said(house, ANNA).splitlines()[1:] == [
        "Followed already: Computer Vision.",
        "Muted until 3 Mar 2026, 12:00: AI.",
    ]
    assert house.buttons(ANNA) == [["Hear AI"], ["Latest", "More topics"]]
    await house.starts(ANNA, "t_computer-vision")
    assert "Muted until 3 Mar 2026, 12:00: AI." in said(house, ANNA)
    assert await house.presses(ANNA, "Hear AI") == "AI is no longer muted"
    await house.says(ANNA, "/subscribe Computer Vision")
    assert said(house, ANNA) == "Followed already: Computer Vision."


async def test_several_names_nobody_bears_are_named_before_what_was_meant_is_asked_once(house):
    await define(house, *SECTIONS)
    await house.says(ANNA, "/subscribe Energy, Robtics, Gardening, Computer Vison")
    assert said(house, ANNA).splitlines() == [
        "Following Energy now. The next story comes by itself.",
        "No topic “Gardening”.",
        "No topic “Robtics” and “Computer Vison”. Did you mean:",
    ]
    assert house.buttons(ANNA) == [["Robotics", "Computer Vision"], ["AI"], ["All topics"]]


async def test_without_a_name_or_with_one_nobody_bears_the_picker_is_near(house):
    await define(house, *SECTIONS)
    await house.says(ANNA, "/subscribe")
    assert house.screen(ANNA) == "Topics (0 followed)"
    await house.says(ANNA, "/subscribe gardening")
    assert said(house, ANNA) == "No topic “gardening”."
    await house.presses(ANNA, "All topics")
    assert house.screen(ANNA) == "Topics (0 followed)"


async def test_fifty_long_hostile_names_still_get_one_answer(house):
    await define(house, *SECTIONS)
    await house.says(ANNA, "/subscribe " + ",".join(f"@a{n}/b.example.com " * 3 for n in range(60)))
    assert house.screen(ANNA).startswith("No topic")
    assert not house.messages(ANNA)[-1].get("entities")


async def test_a_link_follows_its_topic_and_shows_the_newest_headline_with_the_way_back(house):
    await define(house, *SECTIONS)
    await put(house, "Salt battery feeds a town", worn=["Energy"])
    await house.starts(ANNA, "t_energy")
    assert said(house, ANNA) == "Following Energy now.\n\nNewest: Salt battery feeds a town (Northgate, 1 h ago)"
    assert house.buttons(ANNA) == [["Undo", "More topics"]]
    assert await house.presses(ANNA, "Undo") == "No longer following Energy"
    assert await follows(house, ANNA) == []
    await house.starts(ANNA, "t_energi")
    assert house.buttons(ANNA) == [["Energy"], ["All topics"]]


async def test_what_is_silenced_can_be_undone_in_the_overview(house):
    numbers = await define(house, ENERGY)
    await put(house, "A story")
    await house.says(ANNA, "/subscribe energy")
    await subscribing.mute(house.db, ANNA, numbers["Energy"], now=house.clock())
    await subscribing.never_from(house.db, ANNA, 1)
    await house.says(ANNA, "/subscriptions")
    assert said(house, ANNA).splitlines() == [
        "You follow Energy.",
        "Muted until 3 Mar 2026, 12:00: Energy.",
        "Never from: Northgate.",
        "The next story comes by itself.",
        "Pictures are large.",
    ]
    assert await house.presses(ANNA, "Hear Energy") == "Energy is no longer muted"
    assert await house.presses(ANNA, "Allow Northgate") == "Northgate is allowed again"
    assert house.buttons(ANNA) == [["Energy"], ["Change topics", "When and how"]]
    house.clock.advance(timedelta(days=2))


async def test_in_a_group_only_administrators_pick_and_everyone_may_look(house):
    await define(house, *SECTIONS)
    house.world.add_bot(EDITH, house.group)
    await house.settle()
    await house.says(ANNA, "/subscribe energy", house.group)
    assert "administrators" in house.screen(house.group)
    await house.says(EDITH, "/topics", house.group)
    assert "administrators" in await house.presses(ANNA, "Energy", house.group)
    assert await house.presses(EDITH, "Energy", house.group) == "Following Energy"
    await house.says(ANNA, "/subscriptions", house.group)
    assert said(house, house.group).startswith("This group follows Energy.")
    assert await follows(house, ANNA) == []


async def test_a_forum_thread_gets_the_topics_that_are_followed_in_it(house):
    await define(house, *SECTIONS)
    forum = house.world.add_chat(
        "supergroup", "Forum", members={EDITH: "administrator", BEN: "member"}, is_forum=True, threads={5: "Power"}
    )
    house.world.add_bot(EDITH, forum.id)
    await house.settle()
    await house.says(EDITH, "/subscribe energy", forum.id, thread=5)
    async with house.db.reading() as conn:
        [row] = await conn.execute_fetchall("SELECT thread FROM subscriptions WHERE chat = ?", [forum.id])
        assert row["thread"] == 5
        assert (await subscriptions.following(conn, forum.id, house.clock())).follows


TECHNOLOGY = TopicFile("tech", "Technology", names=(("de", "Technik"), ("pt-br", "Tecnologia"), ("ar", "تقنية")))


async def test_a_topic_is_called_in_the_language_of_the_chat_wherever_it_stands(house):
    await define(house, TECHNOLOGY)
    house.world.set_language(ANNA, "de")
    await house.starts(ANNA)
    assert house.buttons(ANNA)[0] == ["Technik"]
    assert await house.presses(ANNA, "Technik") == "Gewählt: Technik"
    await house.presses(ANNA, "Fertig")
    assert said(house, ANNA).startswith("Du folgst Technik.")
    await house.says(ANNA, "/latest technik")
    assert said(house, ANNA).startswith("In Technik ist noch nichts erschienen.")
    house.world.set_language(BEN, "pt-PT")
    await house.starts(BEN)
    assert house.buttons(BEN)[0] == ["Tecnologia"]


async def test_one_whose_language_has_no_name_for_it_sees_the_topics_own(house):
    await define(house, TECHNOLOGY)
    house.world.set_language(ANNA, "fr")
    await house.starts(ANNA)
    assert house.buttons(ANNA)[0] == ["Technology"]


async def test_a_topic_is_followed_by_its_name_in_any_language_and_found_by_a_near_miss(house):
    await define(house, TECHNOLOGY)
    for name in ("Technik", "tecnologia", "تقنية", "#Technology"):
        await house.says(ANNA, f"/subscribe {name}")
        assert await follows(house, ANNA) == ["Technology"]
        await house.says(ANNA, f"/unsubscribe {name}")
        assert await follows(house, ANNA) == []
    house.world.set_language(ANNA, "de")
    await house.says(ANNA, "/subscribe Tecnik")
    assert said(house, ANNA).startswith("Kein Thema „Tecnik“. Meintest du:")
    assert house.buttons(ANNA)[0] == ["Technik"]


async def test_two_read_the_same_list_each_under_the_name_of_their_own_language(house):
    await define(house, TECHNOLOGY)
    await put(house, "A chip that computes with light", worn=["Technik"])
    for person, language, heading in ((ANNA, "de", "Neueste in Technik"), (BEN, "en", "Latest in Technology")):
        house.world.set_language(person, language)
        await house.starts(person)
        await house.says(person, "/latest technology")
        assert said(house, person).startswith(heading)
