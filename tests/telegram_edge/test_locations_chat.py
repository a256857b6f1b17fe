"""
The time zone by a location that somebody shares once.

Borders are those of tzfpy 2.1.1 (its data: timezone-boundary-builder 2026e).
"""

import json
import sys

import pytest
from newsroom_samples import plain
from story import ANNA, BEN, EDITH

from bot.domain.press import press
from bot.location_lookup import zones_at
from bot.services.readers.locations import LocationSearch
from bot.telegram_edge.updates.update_queue import _to_keep

BERLIN = (52.52, 13.405)


@pytest.fixture(autouse=True)
def patient(house):
    """Let the search take its time on a busy machine."""
    house.equip(location_search=LocationSearch(timeout=60))


async def _shares(house, person, latitude, longitude, chat=None, **how):
    house.world.share_location(person, chat or person, latitude, longitude, **how)
    await house.settle()


def _markups(house, chat):
    return [call.params.get("reply_markup") for call in house.world.ledger if call.chat_id == chat]


async def test_a_location_that_is_shared_once_sets_the_zone_and_is_written_nowhere(house, caplog, tmp_path):
    caplog.set_level("DEBUG")
    await house.says(ANNA, "/settings zone")
    await house.presses(ANNA, "Share my location")
    assert house.screen(ANNA).startswith("Press the key below to share where you are, once.")
    # Telegram shows a key that asks for a location in private chats only.
    # https://core.telegram.org/bots/api#keyboardbutton
    [[key]] = _markups(house, ANNA)[-1]["keyboard"]
    assert (key["text"], key["request_location"]) == ("Share my location", True)
    await _shares(house, ANNA, *BERLIN)
    assert plain(house.screen(ANNA)).startswith("Time zone: Europe/Berlin. Where you are was not kept.")
    assert _markups(house, ANNA)[-1]["remove_keyboard"] is True
    assert (await house.chat(ANNA)).zone == "Europe/Berlin"
    said = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("bot"))
    assert "52.52" not in said and "13.405" not in said
    async with house.db.reading() as conn:
        tables = await conn.execute_fetchall("SELECT name FROM sqlite_master WHERE type = 'table'")
        for table in [row["name"] for row in tables]:
            for row in await conn.execute_fetchall(f"SELECT * FROM {table}"):
                assert "52.52" not in str(tuple(row)) and "13.405" not in str(tuple(row))


@pytest.mark.parametrize(
    ("latitude", "longitude", "zones"),
    [
        (49.28, -123.12, ["America/Vancouver"]),
        (30.04, 31.24, ["Africa/Cairo"]),
        (37.74, -25.67, ["Atlantic/Azores"]),
        (27.72, 85.32, ["Asia/Kathmandu"]),
        (43.8, 87.6, ["Asia/Shanghai", "Asia/Urumqi"]),
        (91.0, 0.0, []),
        (0.0, 181.0, []),
        (float("nan"), 0.0, []),
    ],
)
def test_the_zones_of_a_place_are_known(latitude, longitude, zones):
    assert zones_at(latitude, longitude) == zones


async def test_where_people_live_by_two_clocks_both_are_offered(house):
    await _shares(house, ANNA, 43.8, 87.6)
    assert [row[0] for row in house.buttons(ANNA)] == ["Shanghai", "Ürümqi", "Change time zone"]
    await house.presses(ANNA, "Ürümqi")
    assert (await house.chat(ANNA)).zone == "Asia/Urumqi"


async def test_a_place_at_sea_has_no_zone_and_changes_nothing(house):
    await house.says(ANNA, "/settings Tokyo")
    await _shares(house, ANNA, 0.0, -160.0)
    assert house.screen(ANNA).startswith("No time zone is known for that place.")
    assert (await house.chat(ANNA)).zone == "Asia/Tokyo"


async def test_a_live_location_is_not_followed(house):
    # A live location is a message with `live_period`, and goes on as edits of it.
    # https://core.telegram.org/bots/api#location
    await _shares(house, ANNA, *BERLIN, live_period=900)
    assert house.screen(ANNA).startswith("Only a location of your own that is shared once is looked up.")
    assert (await house.chat(ANNA)).zone is None


async def test_two_people_at_once_get_each_their_own(house):
    house.world.share_location(ANNA, ANNA, *BERLIN)
    house.world.share_location(BEN, BEN, 35.68, 139.69)
    await house.settle()
    assert [(await house.chat(person)).zone for person in (ANNA, BEN)] == ["Europe/Berlin", "Asia/Tokyo"]


async def test_groups_are_offered_nothing_and_what_is_shared_there_is_not_looked_at(house):
    house.world.add_bot(EDITH, house.group)
    await house.settle()
    await house.says(EDITH, "/settings zone", house.group)
    assert all("location" not in label for row in house.buttons(house.group) for label in row)
    screens = len(house.screens(house.group))
    await house.presses_data(EDITH, press("location"), house.messages(house.group)[-1]["message_id"], house.group)
    await _shares(house, EDITH, *BERLIN, house.group)
    assert len(house.screens(house.group)) == screens
    assert (await house.chat(house.group)).zone is None


@pytest.mark.parametrize("code", ["raise SystemExit(1)", "print('{')", "import time; time.sleep(600)"])
async def test_a_search_that_fails_or_hangs_is_answered_and_changes_nothing(house, code, caplog):
    house.equip(location_search=LocationSearch([sys.executable, "-c", code], timeout=0.5 if "sleep" in code else 60))
    await _shares(house, ANNA, *BERLIN)
    assert house.screen(ANNA).startswith("Locations cannot be looked up at the moment.")
    assert (await house.chat(ANNA)).zone is None
    assert "52.5" not in caplog.text


async def test_an_update_that_has_to_wait_is_written_down_without_the_place(house):
    house.world.share_location(ANNA, ANNA, *BERLIN)
    [update] = await house.application.bot.get_updates()
    kept = json.loads(_to_keep(update))
    assert "52.5" not in json.dumps(kept)
    assert kept["message"]["location"]["live_period"] == 1  # after a crash it is asked for again
    assert kept["message"]["from"]["id"] == ANNA
