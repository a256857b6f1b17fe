"""The chat page in a real browser: what a person sees when the bot speaks, and what the bot hears when they act."""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from test_page_crowd import SECTIONS, answering, asking
from test_page_http import ANNA, BEN, EDITH, TOKEN, House, chat_of, png

from bot.sandbox.bot_api.server import SandboxServer
from bot.sandbox.page.page import add_page
from bot.sandbox.world.world import World

playwright = pytest.importorskip("playwright.async_api", reason="playwright is not installed")
expect = playwright.expect
CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not on the PATH"),
    pytest.mark.asyncio(loop_scope="module"),
]

Show = Callable[..., Awaitable[Any]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Any]:
    async with playwright.async_playwright() as driver:
        launched = await driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield launched
        await launched.close()


@pytest_asyncio.fixture(loop_scope="module")
async def house() -> AsyncIterator[House]:
    world = World(token=TOKEN)
    world.standard_cast()
    world.start(ANNA)
    mount = partial(add_page, topics=asking(SECTIONS), editors=asking({EDITH}))
    async with SandboxServer(world, mount=mount) as server, aiohttp.ClientSession() as client:
        yield House(world, server, client)


@pytest_asyncio.fixture(loop_scope="module")
async def show(browser: Any, house: House) -> AsyncIterator[Show]:
    """Return a function that opens the page at a person's chat; nothing may go wrong or elsewhere in it."""
    contexts, complaints = [], []

    async def shown(chat: int | None = ANNA, **device: Any) -> Any:
        context = await browser.new_context(**device)
        contexts.append(context)
        page = await context.new_page()
        page.set_default_timeout(30_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: is_complaint(line) and complaints.append(line.text))
        page.on("request", lambda asked: asked.url.startswith(house.server.url) or complaints.append(asked.url))
        await page.goto(f"{house.server.url}/#{chat or ''}")
        await expect(page.locator("#wire")).to_have_text("Live")
        await expect(page.locator(".chat-row")).to_have_count(5)
        if chat is not None:
            await expect(page.locator("#log > *").first).to_be_attached()
        return page

    yield shown
    for context in contexts:
        await context.close()
    assert complaints == []


def is_complaint(line: Any) -> bool:
    """Whether a console line is an error of the page, rather than of a sandbox that went away."""
    return line.type == "error" and "net::ERR_" not in line.text


def keys(*rows: list[tuple[str, str]]) -> dict[str, Any]:
    def key(label: str, goal: str) -> dict[str, str]:
        return {"text": label, "url" if "://" in goal else "callback_data": goal}

    return {"inline_keyboard": [[key(*each) for each in row] for row in rows]}


async def pressed(house: House) -> Any:
    """Return the next press that reaches the bot."""
    while True:
        for update in await house.api("getUpdates", timeout=5, allowed_updates=["callback_query"]):
            await house.api("getUpdates", offset=update["update_id"] + 1)
            if "callback_query" in update:
                return update["callback_query"]


async def test_a_push_shows_its_picture_caption_and_keys(house: House, show: Show) -> None:
    page = await show()
    form = aiohttp.FormData({"chat_id": str(ANNA), "caption": "Sand stores summer heat"})
    form.add_field("caption_entities", '[{"type": "bold", "offset": 0, "length": 4}]')
    form.add_field(
        "reply_markup", str(keys([("Read", "https://example.com/a")], [("Save", "1:save")])).replace("'", '"')
    )
    form.add_field("photo", png(64, 32), filename="sand.png", content_type="image/png")
    await house.client.post(f"{house.server.url}/bot{TOKEN}/sendPhoto", data=form)
    message = page.get_by_role("article", name="Northgate News")
    await expect(message.locator("strong")).to_have_text("Sand")
    picture = message.get_by_role("img", name="Picture from Northgate News")
    await expect(picture).to_be_visible()
    assert await picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 64
    read = message.get_by_role("link", name="Read")
    assert await read.get_attribute("href") == "https://example.com/a"
    assert await read.get_attribute("target") == "_blank"
    assert "noopener" in (await read.get_attribute("rel") or "")
    await message.get_by_role("button", name="Open the picture").click()
    await expect(page.get_by_role("dialog", name="Picture")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog", name="Picture")).to_be_hidden()


async def test_a_press_reaches_the_bot_waits_and_shows_its_toast(house: House, show: Show) -> None:
    page = await show()
    await house.api("sendMessage", chat_id=ANNA, text="Topics", reply_markup=keys([("Robotics", "1:follow:2")]))
    key = page.get_by_role("button", name="Robotics")
    await key.click()
    await expect(key).to_have_attribute("aria-busy", "true")
    press = await pressed(house)
    assert (press["data"], press["from"]["id"]) == ("1:follow:2", ANNA)
    await house.api("answerCallbackQuery", callback_query_id=press["id"], text="Following <b>Robotics</b>")
    await expect(page.get_by_role("status").filter(has_text="Following <b>Robotics</b>")).to_be_visible()
    await expect(key).not_to_have_attribute("aria-busy", "true")
    await key.click()
    await house.api("answerCallbackQuery", callback_query_id=(await pressed(house))["id"], text="Sure", show_alert=True)
    await expect(page.get_by_role("dialog", name="Sure")).to_be_visible()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog", name="Sure")).to_be_hidden()


async def test_an_edit_changes_the_message_in_its_place_and_keeps_the_focus(house: House, show: Show) -> None:
    page = await show()
    rows = [[("Energy", "1:follow:3"), ("Space", "1:follow:4")]]
    sent = await house.api("sendMessage", chat_id=ANNA, text="Topics (0 followed)", reply_markup=keys(*rows))
    await page.get_by_role("button", name="Space").focus()
    rows = [[("Energy", "1:follow:3"), ("✓ Space", "1:follow:4")]]
    await house.api(
        "editMessageText",
        chat_id=ANNA,
        message_id=sent["message_id"],
        text="Topics (1 followed)",
        reply_markup=keys(*rows),
    )
    log = page.get_by_role("log")
    await expect(log.get_by_text("Topics (1 followed)")).to_be_visible()
    await expect(log.get_by_text("edited")).to_be_visible()
    await expect(page.get_by_role("article")).to_have_count(2)
    await expect(page.get_by_role("button", name="✓ Space")).to_be_focused()
    await house.api("deleteMessage", chat_id=ANNA, message_id=sent["message_id"])
    await expect(page.get_by_role("article")).to_have_count(1)


async def test_hostile_words_are_words(house: House, show: Show) -> None:
    hostile = "<img src=x onerror=\"document.title='taken'\"><script>alert(1)</script>"
    group = chat_of(house.world, "group")
    house.world.rename(group, hostile)
    page = await show()
    await house.api(
        "sendMessage",
        chat_id=ANNA,
        text=hostile,
        entities=[{"type": "bold", "offset": 0, "length": 9}],
        reply_markup=keys([(hostile, "1:x")]),
    )
    house.world.upload(ANNA, ANNA, hostile, b"x", "text/html")
    log = page.get_by_role("log")
    await expect(log.locator(".text").filter(has_text=hostile)).to_be_visible()
    await expect(page.get_by_role("button", name=hostile)).to_be_visible()
    await expect(page.locator(".file-name")).to_have_text(hostile)
    await page.locator(f'.chat-row[href="#{group}"]').click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(hostile)
    assert await page.locator("#log img, #log script, #sidebar img").count() == 0
    assert await page.title() != "taken"


async def test_only_web_links_can_be_opened_and_the_bots_own_stay_inside(house: House, show: Show) -> None:
    page = await show()
    goals = ["javascript:alert(1)", "file:///etc/passwd", "https://example.com/", "data:text/html,x"]
    text, entities = "", []
    for goal in [*goals, f"https://t.me/{house.world.bot['username']}?start=t_energy"]:
        entities.append({"type": "text_link", "offset": len(text), "length": 4, "url": goal})
        text += "link "
    # The sandbox refuses some of these as Telegram does; the page must not depend on that.
    chat = house.world.chats[ANNA]
    body = {"message_id": house.world.history.next_id(chat), "from": house.world.bot, "chat": chat.json, "date": 0}
    house.world.post(ANNA, body | {"text": text, "entities": entities, "reply_markup": keys([("Bad", goals[1])])})
    message = page.get_by_role("article", name="Northgate News")
    await expect(message.get_by_role("link")).to_have_count(1)
    assert await message.get_by_role("link").get_attribute("href") == "https://example.com/"
    await message.get_by_role("button", name="link").click()
    await expect(page.get_by_role("article").filter(has_text="/start t_energy")).to_be_visible()
    assert page.url.startswith(house.server.url) and len(page.context.pages) == 1


async def test_entities_are_counted_in_utf_16_and_nest(house: House, show: Show) -> None:
    page = await show()
    text = "🦾🧪 ab cd\nprint\n#tag"
    entities = [
        {"type": "bold", "offset": 5, "length": 5},
        {"type": "italic", "offset": 8, "length": 2},
        {"type": "pre", "offset": 11, "length": 5, "language": "python"},
    ]
    await house.api("sendMessage", chat_id=ANNA, text=text, entities=entities)
    body = page.get_by_role("article", name="Northgate News").locator(".text")
    await expect(body.locator("strong")).to_have_text("ab cd")
    await expect(body.locator("strong em")).to_have_text("cd")
    await expect(body.locator("pre code")).to_have_text("print")
    await expect(body.locator(".tag")).to_have_text("#tag")
    assert (await body.evaluate("node => node.firstChild.textContent")) == "🦾🧪 "


async def test_crossing_and_unknown_entities_lose_no_letter(house: House, show: Show) -> None:
    page = await show()
    chat = house.world.chats[ANNA]
    entities = [
        {"type": "bold", "offset": 0, "length": 6},
        {"type": "italic", "offset": 3, "length": 6},
        {"type": "hologram", "offset": 1, "length": 2},
        {"type": "__proto__", "offset": 1, "length": 2},
        {"type": "underline", "offset": 8, "length": 9999},
        {"type": "code", "offset": -5, "length": 2},
    ]
    body = {"message_id": house.world.history.next_id(chat), "from": house.world.bot, "chat": chat.json, "date": 0}
    house.world.post(ANNA, body | {"text": "abcdefghij", "entities": entities})
    text = page.get_by_role("article", name="Northgate News").locator(".text")
    await expect(text).to_have_text("abcdefghij")
    assert await text.locator("em").all_text_contents() == ["def", "ghi"]
    assert await text.locator("u").all_text_contents() == ["i", "j"]


async def test_a_spoiler_is_hidden_until_it_is_asked_for(house: House, show: Show) -> None:
    page = await show()
    text, entities = "It was the butler", [{"type": "spoiler", "offset": 7, "length": 10}]
    await house.api("sendMessage", chat_id=ANNA, text=text, entities=entities)
    await expect(page.locator(".chat-row", has_text="Anna")).to_contain_text("It was …")
    spoiler = page.get_by_role("button", name="Hidden text, show it")
    await spoiler.focus()
    await page.keyboard.press("Enter")
    await expect(spoiler).to_have_count(0)
    await expect(page.get_by_role("log").get_by_text("the butler")).to_be_visible()


async def test_the_whole_of_it_works_from_the_keyboard(house: House, show: Show) -> None:
    commands = [{"command": "latest", "description": "Newest"}, {"command": "topics", "description": "Choose"}]
    await house.api("setMyCommands", commands=commands)
    page = await show()
    field = page.get_by_role("combobox", name="Message")
    await field.focus()
    await page.keyboard.type("/")
    menu = page.get_by_role("listbox", name="Commands")
    await expect(menu.get_by_role("option")).to_have_count(2)
    await page.keyboard.type("t")
    await expect(menu.get_by_role("option")).to_have_count(1)
    await page.keyboard.press("ArrowDown")
    await expect(menu.get_by_role("option", selected=True)).to_contain_text("/topics")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("article").filter(has_text="/topics")).to_be_visible()
    await page.keyboard.type("two")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("lines")
    await page.keyboard.press("Enter")
    await expect(field).to_have_value("")
    assert house.world.messages(ANNA)[-1]["text"] == "two\nlines"
    await house.api("sendMessage", chat_id=ANNA, text="Topics", reply_markup=keys([("Energy", "1:follow:3")]))
    await expect(page.get_by_role("button", name="Energy")).to_be_visible()
    for _ in range(9):
        await page.keyboard.press("Shift+Tab")
        if await page.get_by_role("button", name="Energy").evaluate("node => node === document.activeElement"):
            break
    await page.keyboard.press("Space")
    assert (await pressed(house))["data"] == "1:follow:3"
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("button", name="Reply").last).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.type("this one")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="In reply to Northgate News: Topics")).to_be_visible()
    assert house.world.messages(ANNA)[-1]["reply_to_message"]["text"] == "Topics"


async def test_start_block_and_unblock(house: House, show: Show) -> None:
    await house.api("setMyDescription", description="News by topic, as it is published.")
    page = await show(BEN)
    await expect(page.get_by_text("News by topic, as it is published.")).to_be_visible()
    await page.get_by_role("button", name="Start").press("Enter")
    await expect(page.get_by_role("combobox", name="Message")).to_be_focused()
    assert house.world.people[BEN].has_started
    await page.get_by_role("button", name="Settings of Ben’s phone").click()
    await page.get_by_role("button", name="Block the bot").click()
    await expect(page.get_by_text("You blocked this bot.")).to_be_visible()
    assert house.world.people[BEN].has_blocked
    await page.keyboard.press("Escape")
    await page.locator("#foot").get_by_role("button", name="Unblock").click()
    await expect(page.get_by_role("combobox", name="Message")).to_be_visible()
    assert not house.world.people[BEN].has_blocked


async def test_a_phone_can_speak_another_language(house: House, show: Show) -> None:
    page = await show()
    await page.get_by_role("button", name="Settings of Anna’s phone").click()
    await page.get_by_label("Language of the app").select_option("de")
    await expect(page.locator(".chat-row", has_text="Anna").locator(".language")).to_have_text("de")
    assert house.world.people[ANNA].language == "de"
    moment = {"type": "date_time", "offset": 0, "length": 4, "unix_time": 1613127600, "date_time_format": "wD"}
    await house.api("sendMessage", chat_id=ANNA, text="then", entities=[moment])
    await expect(page.locator("time.moment")).to_have_text(re.compile("Freitag, 12. Februar 2021"))


async def test_a_document_goes_from_the_desk_to_the_bot(house: House, show: Show, tmp_path: Path) -> None:
    draft = tmp_path / "grid-storage.md"
    draft.write_text("---\ntitle: Sand\n---\n")
    page = await show()
    await page.locator("input[type=file]").set_input_files(draft)
    await expect(page.get_by_text("Will be sent as a document")).to_be_visible()
    await page.keyboard.type("A draft")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("log").get_by_role("link", name="grid-storage.md")).to_be_visible()
    message = house.world.messages(ANNA)[-1]
    assert (message["document"]["file_name"], message["caption"]) == ("grid-storage.md", "A draft")


async def test_a_file_dropped_on_the_conversation_is_attached(house: House, show: Show) -> None:
    page = await show()
    dropped = await page.evaluate_handle(
        "() => { const data = new DataTransfer(); data.items.add(new File(['x'], 'dropped.md')); return data; }"
    )
    await page.dispatch_event("#conversation", "dragover", {"dataTransfer": dropped})
    await expect(page.get_by_text("Drop the file to send it")).to_be_visible()
    await page.dispatch_event("#conversation", "drop", {"dataTransfer": dropped})
    await expect(page.get_by_text("dropped.md")).to_be_visible()
    await page.get_by_role("button", name="Remove").click()
    await expect(page.get_by_text("dropped.md")).to_be_hidden()


async def test_sharing_copies_the_link_and_stays_here(house: House, show: Show) -> None:
    page = await show()
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    share = "https://t.me/share/url?url=https%3A%2F%2Fexample.com%2Fa"
    await house.api("sendMessage", chat_id=ANNA, text="A story", reply_markup=keys([("Share", share)]))
    await page.get_by_role("button", name="Share").click()
    await expect(page.get_by_role("status").filter(has_text="Link copied.")).to_be_visible()
    assert await page.evaluate("navigator.clipboard.readText()") == "https://example.com/a"
    assert len(page.context.pages) == 1


async def test_the_page_finds_its_way_back_after_the_sandbox_was_away(house: House, show: Show) -> None:
    page = await show()
    sent = await house.api("sendMessage", chat_id=ANNA, text="Taken back meanwhile")
    await expect(page.get_by_role("article")).to_have_count(2)
    port = int(house.server.url.rpartition(":")[2])
    await house.server.__aexit__(None, None, None)
    await expect(page.locator("#wire")).to_have_text("Reconnecting")
    house.world.history.remove(ANNA, sent["message_id"])
    house.world.say(ANNA, ANNA, "While you were away")
    async with SandboxServer(house.world, port=port, mount=add_page):
        await expect(page.locator("#wire")).to_have_text("Live", timeout=15_000)
        await expect(page.get_by_role("log").get_by_text("While you were away")).to_be_visible()
        await expect(page.get_by_role("log").get_by_text("Taken back")).to_have_count(0)
        await page.context.close()


async def test_other_chats_count_what_is_unread(house: House, show: Show) -> None:
    page = await show(BEN)
    anna = page.locator(".chat-row", has_text="Anna")
    for number in range(3):
        await house.api("sendMessage", chat_id=ANNA, text=f"story {number}")
    await expect(anna.locator(".badge")).to_have_text("3 unread")
    await expect(anna).to_contain_text("story 2")
    assert (await page.title()).startswith("(3) ")
    await anna.click()
    await expect(anna.locator(".badge")).to_have_count(0)
    await expect(page).to_have_url(re.compile(f"#{ANNA}$"))


async def test_long_chats_open_at_their_end_and_unfold_upwards(house: House, show: Show) -> None:
    for number in range(130):
        house.world.say(ANNA, ANNA, f"line {number}.")
    page = await show()
    log = page.get_by_role("log")
    await expect(log.get_by_text("line 129.")).to_be_in_viewport()
    await expect(page.get_by_role("article")).to_have_count(100)
    first = log.get_by_text("line 30.")
    await first.scroll_into_view_if_needed()
    await page.get_by_role("button", name="Load earlier messages").click()
    await expect(page.get_by_role("article")).to_have_count(131)
    await expect(first).to_be_in_viewport()
    await house.api("sendMessage", chat_id=ANNA, text="Fresh news")
    pill = page.get_by_role("button", name="1 new message")
    await expect(pill).to_be_visible()
    await expect(log.get_by_text("Fresh news")).not_to_be_in_viewport()
    await pill.click()
    await expect(log.get_by_text("Fresh news")).to_be_in_viewport()
    await expect(pill).to_be_hidden()


async def test_a_group_is_read_as_one_of_its_members(house: House, show: Show) -> None:
    page = await show()
    await page.locator(".chat-row", has_text="Northgate Readers").click()
    await page.get_by_role("button", name="Settings of this chat").click()
    await page.get_by_role("button", name="Add the bot to this group").click()
    await expect(page.get_by_role("log").get_by_text("Northgate News joined")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.get_by_label("You are").select_option(label="Edith")
    await page.get_by_role("combobox", name="Message").fill("Good morning")
    await page.keyboard.press("Enter")
    await expect(page.locator(".from-me")).to_contain_text("Good morning")
    await page.get_by_label("You are").select_option(label="Anna")
    await expect(page.locator(".from-them .sender")).to_have_text("Edith Lindqvist")


async def test_a_group_without_the_bot_offers_to_add_it_in_the_conversation(house: House, show: Show) -> None:
    group = chat_of(house.world, "group")
    page = await show(group)
    await expect(page.get_by_text("Northgate News is not in this group.")).to_be_visible()
    await page.locator("#invite").get_by_role("button", name="Add the bot").press("Enter")
    await expect(page.get_by_role("log").get_by_text("Northgate News joined")).to_be_visible()
    await expect(page.locator("#invite")).to_be_hidden()
    await expect(page.get_by_role("combobox", name="Message")).to_be_focused()
    assert house.world.chats[group].bot_status == "member"
    house.world.remove_bot(ANNA, group)
    await expect(page.locator("#invite").get_by_role("button", name="Add the bot")).to_be_visible()
    await page.locator(".chat-row", has_text="Anna").click()
    await expect(page.locator("#invite")).to_be_hidden()


async def test_only_an_administrator_is_offered_to_add_the_bot_to_a_channel(house: House, show: Show) -> None:
    channel = chat_of(house.world, "channel")
    house.world.chats[channel].members[ANNA] = "member"
    page = await show(channel)
    await page.get_by_label("You are").select_option(label="Anna")
    await expect(page.locator("#invite")).to_have_text(
        "Northgate News is not in this channel. Only an administrator can add it."
    )
    await page.get_by_label("You are").select_option(label="Edith")
    await page.locator("#invite").get_by_role("button", name="Add the bot").click()
    await expect(page.locator("#invite")).to_be_hidden()
    assert house.world.chats[channel].bot_status == "administrator"


async def test_the_list_marks_who_is_an_editor(house: House, show: Show) -> None:
    page = await show(EDITH)
    await expect(page.locator(".role")).to_have_count(1)
    await expect(page.locator(".chat-row", has_text="Edith").locator(".role")).to_have_text("Editor")
    await expect(page.locator("#chat-detail")).to_have_text("bot, on Edith’s phone (editor)")
    await page.locator(".chat-row", has_text="Anna").click()
    await expect(page.locator("#chat-detail")).to_have_text("bot, on Anna’s phone")


async def test_a_hundred_more_readers_come_in_batches_and_stay_folded(house: House, show: Show) -> None:
    page = await show()
    more = page.get_by_role("button", name="100 more readers")
    await more.press("Enter")
    await expect(page.get_by_text("Adding readers: 0 of 100")).to_be_visible()
    await expect(more).to_have_attribute("aria-disabled", "true")
    await more.press("Enter")  # asks for nothing while they are coming
    async with answering(house):
        await expect(page.get_by_text("100 readers were added. Each follows 2 topics.")).to_be_visible()
        await expect(more).to_be_focused()
    fold = page.locator("#crowd summary")
    await expect(fold).to_have_text("100 readers")
    await expect(page.locator(".chat-row")).to_have_count(5)
    assert sum(person.in_crowd for person in house.world.people.values()) == 100
    await expect(page).to_have_title("Anna Weber · Sandbox")  # readers nobody looks at are not counted
    await fold.press("Enter")
    await expect(page.locator("#crowd .chat-row")).to_have_count(100)
    await house.api("sendMessage", chat_id=ANNA, text="Meanwhile")
    await expect(page.locator(".chat-row", has_text="Anna")).to_contain_text("Meanwhile")
    await expect(fold).to_be_focused()
    await page.locator("#crowd .chat-row", has_text="Reader 57").click()
    await expect(page.get_by_role("log").get_by_text("/subscribe AI, Energy")).to_be_visible()
    await expect(page.locator("#crowd")).to_have_attribute("open", "")


async def test_a_flood_of_news_is_drawn_a_few_times_and_not_each_by_itself(house: House, show: Show) -> None:
    page = await show()
    await page.evaluate(
        "() => { window.drawn = 0; new MutationObserver(() => { window.drawn += 1; })"
        ".observe(document.getElementById('sidebar'), { childList: true }); }"
    )
    readers = [house.world.add_person(f"Reader {number}", has_started=True) for number in range(300)]
    for reader in readers:
        reader.in_crowd = True
    house.world.tell("people", 0, {"added": len(readers)})
    for reader in readers:
        house.world.say(reader.id, reader.id, "/start")
    house.world.say(ANNA, ANNA, "the last of it")
    await expect(page.locator(".chat-row", has_text="Anna")).to_contain_text("the last of it")
    await expect(page.locator("#crowd summary")).to_have_text("300 readers")
    assert await page.evaluate("window.drawn") < 30


async def test_a_picture_under_one_of_the_same_sender_has_no_strip_above_it(house: House, show: Show) -> None:
    group = chat_of(house.world, "group")
    house.world.chats[group].bot_status = "member"
    page = await show(None)
    for width in (64, 32):
        form = aiohttp.FormData({"chat_id": str(group), "caption": "Sand"})
        form.add_field("photo", png(width, 32), filename="sand.png", content_type="image/png")
        await house.client.post(f"{house.server.url}/bot{TOKEN}/sendPhoto", data=form)
    await page.locator(f'.chat-row[href="#{group}"]').click()
    await expect(page.locator(".joined .with-picture")).to_have_count(1)
    first, second = await page.locator(".with-picture").all()
    border = 1
    strip = "node => node.querySelector('.picture').getBoundingClientRect().top - node.getBoundingClientRect().top"
    assert await second.evaluate(strip) == border
    await expect(first.locator(".sender")).to_be_visible()
    assert await first.evaluate(strip) > await first.locator(".sender").evaluate("node => node.offsetHeight")


async def test_a_veiled_picture_is_veiled_to_its_edges(house: House, show: Show) -> None:
    page = await show()
    form = aiohttp.FormData({"chat_id": str(ANNA), "has_spoiler": "true"})
    form.add_field("photo", png(64, 32), filename="sand.png", content_type="image/png")
    await house.client.post(f"{house.server.url}/bot{TOKEN}/sendPhoto", data=form)
    veiled = page.get_by_role("button", name="Hidden picture, show it")
    fades_over = 14  # CSS pixels at which a blur of 28 is half gone
    beyond = (
        "node => { const [frame, drawn] = [node, node.firstChild].map(each => each.getBoundingClientRect());"
        " return frame.top - drawn.top; }"
    )
    assert await veiled.evaluate(beyond) >= fades_over
    await veiled.click()
    assert await page.get_by_role("button", name="Open the picture").evaluate(beyond) == 0


async def test_on_a_phone_one_pane_shows_and_back_leads_to_the_list(house: House, show: Show) -> None:
    device = {"viewport": {"width": 360, "height": 700}, "is_mobile": True, "has_touch": True}
    page = await show(None, **device)
    await expect(page.get_by_role("navigation", name="Chats")).to_be_visible()
    await expect(page.get_by_role("main")).to_be_hidden()
    await page.locator(".chat-row", has_text="Anna").tap()
    await expect(page.get_by_role("main")).to_be_visible()
    await expect(page.get_by_role("navigation", name="Chats")).to_be_hidden()
    await house.api("sendMessage", chat_id=ANNA, text="word " * 60 + "x" * 300, reply_markup=keys([("A", "1:a")] * 4))
    await expect(page.get_by_role("article")).to_have_count(2)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert await page.locator("#scroller").evaluate("node => node.scrollWidth <= node.clientWidth")
    await page.get_by_role("button", name="Back to all chats").tap()
    await expect(page.get_by_role("navigation", name="Chats")).to_be_visible()


CONTRAST = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const ground = (node) => {
    const layers = [];
    for (let at = node; at; at = at.parentElement) layers.push(rgba(getComputedStyle(at).backgroundColor));
    return layers.reverse().reduce((under, [r, g, b, a]) =>
      [r, g, b].map((part, i) => part * a / 255 + under[i] * (1 - a / 255)), [255, 255, 255]);
  };
  const light = (rgb) => rgb.slice(0, 3).map((part) => part / 255)
    .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, i) => sum + part * [0.2126, 0.7152, 0.0722][i], 0);
  const poor = [];
  for (const node of document.querySelectorAll("body *")) {
    const words = [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
    if (!words || !node.checkVisibility() || node.closest(".visually-hidden, noscript, option, .spoiler")) continue;
    const [one, other] = [light(rgba(getComputedStyle(node).color)), light(ground(node))].sort((a, b) => b - a);
    const ratio = (one + 0.05) / (other + 0.05);
    if (ratio < 4.5) {
      poor.push(`${node.className || node.tagName} ${node.textContent.slice(0, 29)} ${ratio.toFixed(2)}`);
    }
  }
  return poor;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_word_stands_out_from_its_ground(house: House, show: Show, scheme: str) -> None:
    group = chat_of(house.world, "group")
    house.world.chats[group].bot_status = "member"
    text = "bold code #tag example.com /help quoted"
    entities = [{"type": "code", "offset": 5, "length": 4}, {"type": "blockquote", "offset": 33, "length": 6}]
    options = {"url": "https://example.com/a-story"}
    for chat in (ANNA, group):
        markup = keys([("Read", "https://example.com"), ("Save", "1:s")])
        markup["inline_keyboard"].append(
            [{"text": style, "callback_data": style, "style": style} for style in ("danger", "success", "primary")]
        )
        said = house.world.say(ANNA, chat, "/latest and example.com")
        await house.api(
            "sendMessage",
            chat_id=chat,
            text=text,
            entities=entities,
            link_preview_options=options,
            reply_markup=markup,
            reply_parameters={"message_id": said["message_id"]},
        )
    house.world.upload(ANNA, ANNA, "a.md", b"x")
    page = await show(group, color_scheme=scheme)
    await expect(page.get_by_role("article")).to_have_count(2)
    assert await page.evaluate(CONTRAST) == []
    await page.locator(".chat-row", has_text="Anna").click()
    await expect(page.locator(".file-name")).to_be_visible()
    await page.get_by_role("button", name="Settings of Anna’s phone").click()
    assert await page.evaluate(CONTRAST) == []
    ground = await page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (ground == "rgb(17, 20, 22)") == (scheme == "dark")


def blocks(*made: dict[str, Any]) -> dict[str, Any]:
    return {"blocks": list(made), "skip_entity_detection": True}


LINKED = {"type": "url", "text": {"type": "bold", "text": "Salt cells"}, "url": "https://example.com/salt"}
DIGEST = blocks(
    {"type": "heading", "text": "Your 08:00 news: 1 story", "size": 2},
    {
        "type": "photo",
        "photo": {"type": "photo", "media": "https://example.com/a.jpg"},
        "caption": {"text": "Northgate"},
    },
    {"type": "heading", "text": "Energy", "size": 4},
    {"type": "paragraph", "text": ["1. ", LINKED, " (Northgate)"]},
    {
        "type": "details",
        "summary": "In short",
        "blocks": [
            {"type": "paragraph", "text": "They <b>lose</b> little."},
            {"type": "buttons", "buttons": [{"text": "Open 1", "callback_data": "1:open:7"}]},
        ],
    },
    {"type": "footer", "text": "Next: tomorrow, 08:00 Berlin."},
)


async def test_what_runs_from_right_to_left_does_so_as_a_whole_and_a_command_keeps_its_slash_in_front(
    show: Show, house: House
) -> None:
    await house.api("sendMessage", chat_id=ANNA, text="\u200fأرسل \u200e/stop الآن")
    heading = {"type": "heading", "size": 3, "text": "\u2068Energy\u2069"}
    await house.api("sendRichMessage", chat_id=ANNA, rich_message={"blocks": [heading], "is_rtl": True})
    page = await show()
    await expect(page.get_by_role("button", name="/stop")).to_have_css("direction", "ltr")
    await expect(page.get_by_role("heading", name="Energy")).to_have_css("direction", "rtl")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_rich_message_shows_its_blocks_opens_details_and_has_keys_within(
    house: House, show: Show, scheme: str
) -> None:
    page = await show(color_scheme=scheme)
    await house.api("sendRichMessage", chat_id=ANNA, rich_message=DIGEST, reply_markup=keys([("Change time", "1:c")]))
    message = page.get_by_role("article", name="Northgate News")
    await expect(message.get_by_role("heading")).to_have_text(["Your 08:00 news: 1 story", "Energy"])
    link = message.get_by_role("link", name="Salt cells")
    assert await link.get_attribute("href") == "https://example.com/salt"
    assert await link.get_attribute("target") == "_blank"
    await expect(message.get_by_role("img", name="Picture from Northgate")).to_be_visible()
    inside = message.get_by_text("They <b>lose</b> little.")
    await expect(inside).to_be_hidden()
    await message.get_by_text("In short").click()
    await expect(inside).to_be_visible()
    assert await page.evaluate(CONTRAST) == []
    await message.get_by_role("button", name="Open 1").click()
    query = await pressed(house)
    assert query["data"] == "1:open:7"
    await house.api("answerCallbackQuery", callback_query_id=query["id"], text="Opened")
    await expect(page.get_by_text("Opened")).to_be_visible()
    await expect(message.get_by_role("button", name="Change time")).to_be_visible()
    await expect(page.locator(".chat-row", has_text="Anna")).to_contain_text("Your 08:00 news: 1 story")


async def test_blocks_that_nobody_knows_and_hostile_trees_are_words(house: House, show: Show) -> None:
    await house.api("sendRichMessage", chat_id=ANNA, rich_message=DIGEST)
    deep: Any = "at the bottom"
    for _ in range(60):
        deep = {"type": "bold", "text": deep}
    held = house.world.messages(ANNA)[-1]["rich_message"]["blocks"]
    held[:] = [
        {"type": "hologram", "text": "From a newer Telegram"},
        {"type": "paragraph", "text": {"type": "url", "text": "Leads nowhere", "url": "javascript:alert(1)"}},
        {"type": "paragraph", "text": deep},
        {"type": "photo", "photo": []},
        {"type": "paragraph", "text": "<img src=x onerror=alert(1)>"},
    ]
    page = await show()
    message = page.get_by_role("article", name="Northgate News")
    await expect(message).to_contain_text("From a newer Telegram")
    await expect(message).to_contain_text("<img src=x onerror=alert(1)>")
    await expect(message).to_contain_text("Leads nowhere")
    await expect(message.get_by_role("link")).to_have_count(0)


async def test_a_question_in_a_group_shows_cards_and_the_chosen_one_stands_there(house: House, show: Show) -> None:
    group = chat_of(house.world, "group")
    house.world.say(ANNA, group, "Look at this")
    page = await show(group)
    username = house.world.bot["username"]
    field = page.get_by_role("combobox", name="Message")
    await field.fill(f"@{username} robots")
    update = await asked_inline(house)
    assert update["query"] == "robots"
    cards = [
        {
            "type": "article",
            "id": str(number),
            "title": f"Robots <b>{number}</b>",
            "description": "They walk",
            "thumbnail_url": "https://example.org/a.jpg",
            "input_message_content": {"message_text": f"Story {number}"},
            "reply_markup": keys([("Follow Robotics", f"https://t.me/{username}?start=t_robotics")]),
        }
        for number in range(3)
    ]
    await house.api("answerInlineQuery", inline_query_id=update["id"], results=cards)
    shown = page.get_by_role("listbox", name="Results").get_by_role("option")
    await expect(shown).to_have_count(3)
    await expect(shown.first).to_contain_text("Robots <b>0</b>")
    await field.press("ArrowDown")
    await field.press("ArrowDown")
    await field.press("Enter")
    await expect(page.get_by_role("article").last).to_contain_text("Story 1")
    await expect(page.get_by_role("article").last).to_contain_text(f"via @{username}")
    await expect(page.get_by_role("listbox", name="Results")).to_be_hidden()
    await page.get_by_role("button", name="Follow Robotics").click()
    await expect(page).to_have_url(re.compile(f"#{ANNA}$"))
    assert house.world.messages(ANNA)[-1]["text"] == "/start t_robotics"


async def test_share_lets_a_person_choose_a_chat_and_begins_the_question_there(house: House, show: Show) -> None:
    keyboard = {"inline_keyboard": [[{"text": "Share", "switch_inline_query": "#412"}]]}
    await house.api("sendMessage", chat_id=ANNA, text="A story", reply_markup=keyboard)
    page = await show()
    await page.get_by_role("button", name="Share").click()
    await page.get_by_role("dialog", name="Choose a chat").get_by_role("button", name="Northgate Readers").click()
    await expect(page.get_by_role("heading", name="Northgate Readers", level=1)).to_be_visible()
    field = page.get_by_role("combobox", name="Message")
    await expect(field).to_have_value(f"@{house.world.bot['username']} #412")
    update = await asked_inline(house)
    assert update["query"] == "#412" and update["chat_type"] == "group"


async def asked_inline(house: House) -> Any:
    """Return the next question that reaches the bot."""
    while True:
        for update in await house.api("getUpdates", timeout=5, allowed_updates=["inline_query"]):
            await house.api("getUpdates", offset=update["update_id"] + 1)
            if "inline_query" in update:
                return update["inline_query"]


async def test_a_reaction_is_set_and_taken_away_and_told_to_the_bot(house: House, show: Show) -> None:
    await house.api("getUpdates", allowed_updates=["message_reaction"])
    sent = await house.api("sendMessage", chat_id=ANNA, text="A story")
    page = await show()
    thumb = page.get_by_role("button", name="React with 👍")
    await page.get_by_role("article", name="Northgate News").hover()
    await thumb.click()
    await expect(thumb).to_have_attribute("aria-pressed", "true")
    await expect(thumb).to_have_text("👍 1")
    await page.reload()
    await expect(thumb).to_have_attribute("aria-pressed", "true")
    await thumb.click()
    await expect(thumb).to_have_attribute("aria-pressed", "false")
    updates = await house.api("getUpdates")
    told = [update["message_reaction"] for update in updates if "message_reaction" in update]
    assert [len(change["new_reaction"]) for change in told] == [1, 0]
    assert told[0]["message_id"] == sent["message_id"] and told[0]["user"]["id"] == ANNA


async def test_the_key_that_asks_for_a_location_sends_the_place_that_is_named(house: House, show: Show) -> None:
    page = await show()
    keyboard = {"keyboard": [[{"text": "Share my location", "request_location": True}]]}
    await house.api("sendMessage", chat_id=ANNA, text="Where are you?", reply_markup=keyboard)
    asked: list[str] = []

    async def answer(dialog: Any) -> None:
        asked.append(dialog.message)
        await dialog.accept("37.74, -25.67")

    page.on("dialog", answer)
    await page.get_by_role("button", name="Share my location").click()
    await expect(page.locator("#log")).to_contain_text("Location: 37.74, -25.67")
    assert len(asked) == 1
    *_, shared = await house.api("getUpdates")
    assert shared["message"]["location"] == {"latitude": 37.74, "longitude": -25.67}
