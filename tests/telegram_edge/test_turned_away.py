"""Presses that are too much are answered so, and even these answers have a bound."""

from story import ANNA, EDITH, StoryHouse

from bot.telegram_edge.updates.turned_away import OF_ONE, TurnedAway


async def test_of_one_person_only_so_many_wait_to_be_told_and_others_are_told_besides(house: StoryHouse) -> None:
    turned_away = TurnedAway(house.application, "en")
    for person, many, language in ((ANNA, OF_ONE + 50, "en"), (EDITH, 1, "de")):
        for _ in range(many):
            query = house.world.press(person, person, 1, "s_1")
            turned_away.press({"id": query, "from": {"id": person, "language_code": language}})
    assert turned_away._waiting == {ANNA: OF_ONE, EDITH: 1}
    while turned_away._waiting:
        await house.application.bot.get_me()
    told = [str(call.params["text"]) for call in house.world.ledger.of("answerCallbackQuery")]
    assert len([text for text in told if text.startswith("That was too much in one minute.")]) == OF_ONE
    assert len([text for text in told if text.startswith("Das war zu viel")]) == 1


async def test_what_is_no_press_of_anybody_is_let_go(house: StoryHouse) -> None:
    turned_away = TurnedAway(house.application, "en")
    for query in (
        {},
        {"id": 5, "from": {"id": 5}},
        {"id": "5"},
        {"id": "5", "from": "x"},
        {"id": "5", "from": {"id": []}},
    ):
        turned_away.press(query)
    turned_away.press({"id": "nobody's", "from": {"id": 5, "language_code": 7}})
    while turned_away._waiting:
        await house.application.bot.get_me()
    assert len(house.world.ledger.of("answerCallbackQuery")) == 1  # which is refused, and that is all
