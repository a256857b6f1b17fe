"""python-telegram-bot, unchanged, against the sandbox: what the bot really uses, end to end."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import telegram
import telegram.error
import telegram.ext
from sandbox_clock import TOKEN

from bot.sandbox.bot_api.server import SandboxServer
from bot.sandbox.world.world import World


@pytest.fixture
async def bot(server: SandboxServer) -> AsyncIterator[telegram.Bot]:
    bot = telegram.Bot(TOKEN, base_url=f"{server.url}/bot", base_file_url=f"{server.url}/file/bot")
    async with bot:
        yield bot


async def test_the_library_sends_edits_and_deletes(bot: telegram.Bot, world: World, anna: int, png: Any) -> None:
    world.limits = False
    assert bot.username == "newsbot_sandbox_bot"
    keys = telegram.InlineKeyboardMarkup.from_row(
        [
            telegram.InlineKeyboardButton("Read", url="https://x.org/"),
            telegram.InlineKeyboardButton("Save", callback_data="1"),
        ]
    )
    bold = [telegram.MessageEntity("bold", 0, 3)]
    sent = await bot.send_photo(anna, png(64, 64), caption="Met #AI", caption_entities=bold, reply_markup=keys)
    assert [entity.type for entity in sent.caption_entities] == ["bold", "hashtag"]
    assert sent.reply_markup == keys
    again = await bot.send_photo(anna, sent.photo[-1].file_id)
    assert again.photo == sent.photo
    edited = await sent.edit_caption("after")
    assert isinstance(edited, telegram.Message) and edited.caption == "after"
    album = await bot.send_media_group(
        anna, [telegram.InputMediaPhoto(png(32, 32)), telegram.InputMediaPhoto(png(16, 16))]
    )
    assert len(album) == 2
    assert await again.delete()
    preview = telegram.LinkPreviewOptions(url="https://x.org/", prefer_small_media=True)
    text = await bot.send_message(anna, "<b>x</b>", parse_mode="HTML", link_preview_options=preview)
    assert text.link_preview_options == preview


async def test_the_library_raises_what_it_should(bot: telegram.Bot, world: World, anna: int) -> None:
    with pytest.raises(telegram.error.Forbidden, match="initiate"):
        await bot.send_message(7002, "x")
    with pytest.raises(telegram.error.BadRequest, match="not found"):
        await bot.send_message(1, "x")
    world.add_bot(7003, -5001)
    new = world.migrate(-5001)
    with pytest.raises(telegram.error.ChatMigrated) as migrated:
        await bot.send_message(-5001, "x")
    assert migrated.value.new_chat_id == new
    with pytest.raises(telegram.error.RetryAfter):
        for _ in range(7):
            await bot.send_message(anna, "x")


async def test_the_library_downloads_what_a_person_uploads(bot: telegram.Bot, world: World, anna: int) -> None:
    sent = world.upload(anna, anna, "a.md", b"# story", "text/markdown")
    file = await bot.get_file(sent["document"]["file_id"])
    assert bytes(await file.download_as_bytearray()) == b"# story"


async def test_the_library_describes_itself_and_reads_it_back(bot: telegram.Bot, anna: int) -> None:
    commands = [telegram.BotCommand("latest", "Newest stories")]
    await bot.set_my_commands(commands, scope=telegram.BotCommandScopeChat(anna), language_code="de")
    assert await bot.get_my_commands(telegram.BotCommandScopeChat(anna), "de") == tuple(commands)
    await bot.set_my_short_description("News")
    assert (await bot.get_my_short_description()).short_description == "News"
    await bot.set_chat_menu_button(anna, telegram.MenuButtonCommands())
    assert isinstance(await bot.get_chat_menu_button(anna), telegram.MenuButtonCommands)
    assert (await bot.get_webhook_info()).url == ""
    assert (await bot.get_chat(anna)).first_name == "Anna"


async def test_an_application_polls_and_answers(server: SandboxServer, world: World) -> None:
    async def greet(update: telegram.Update, context: Any) -> None:
        assert update.message is not None
        keys = telegram.InlineKeyboardMarkup.from_button(
            telegram.InlineKeyboardButton("AI", callback_data="1:follow:1")
        )
        await update.message.reply_text("Pick topics", reply_markup=keys)

    async def follow(update: telegram.Update, context: Any) -> None:
        assert update.callback_query is not None
        await update.callback_query.answer("Following AI")

    application = (
        telegram.ext.Application.builder()
        .token(TOKEN)
        .base_url(f"{server.url}/bot")
        .base_file_url(f"{server.url}/file/bot")
        .build()
    )
    application.add_handler(telegram.ext.CommandHandler("start", greet))
    application.add_handler(telegram.ext.CallbackQueryHandler(follow))
    async with application:
        assert application.updater is not None
        await application.start()
        await application.updater.start_polling()
        async with world.subscribe() as events:
            world.start(7001)
            shown = [await asyncio.wait_for(anext(events), 10) for _ in range(2)][-1]
            assert shown.payload["text"] == "Pick topics"
            data = shown.payload["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
            world.press(7001, 7001, shown.payload["message_id"], data)
            toast = await asyncio.wait_for(anext(events), 10)
            assert (toast.kind, toast.payload["text"]) == ("toast", "Following AI")
        await application.updater.stop()
        await application.stop()
