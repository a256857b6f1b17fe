"""
The methods that answer people's presses and inline queries, and hand out files.

Source: https://core.telegram.org/bots/api#answercallbackquery, #answerinlinequery, #getfile
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from bot.domain.limits import CALLBACK_ANSWER, DOWNLOAD_BYTES, INLINE_OFFSET, INLINE_RESULTS, START_PAYLOAD
from bot.domain.text import utf16_len
from bot.sandbox.bot_api.sending import Uploads
from bot.sandbox.world.api_error import bad_request
from bot.sandbox.world.files import StoredFile
from bot.sandbox.world.inline import DEFAULT_CACHE_SECONDS, InlineAnswer
from bot.sandbox.world.people import Chat, Json

if TYPE_CHECKING:
    from bot.sandbox.world.updates import Query
    from bot.sandbox.world.world import World

ANSWER_WITHIN = 60.0
"""Seconds. Telegram names no figure; clients stop waiting at about this."""
_BUTTON_WORDS = 64
_PAYLOAD = re.compile(rf"[A-Za-z0-9_-]{{1,{START_PAYLOAD}}}", re.ASCII)
_ANYWHERE = Chat(0, "group")  # what keyboards may hold of which nobody knows yet where it will stand
_CARD = ("id", "type", "title", "description", "thumbnail_url")


def answer_callback_query(world: World, params: Json, uploads: Uploads) -> bool:
    query = _waiting(world, params["callback_query_id"])
    text = params.get("text", "")
    if utf16_len(text) > CALLBACK_ANSWER:
        raise bad_request("MESSAGE_TOO_LONG")
    url = params.get("url")
    if url is not None and not url.startswith((f"https://t.me/{world.bot['username']}?", "tg://")):
        raise bad_request("URL_INVALID")
    query.answer = params
    world.tell(
        "toast",
        query.chat,
        {
            "callback_query_id": params["callback_query_id"],
            "person_id": query.person,
            "text": text,
            "show_alert": params.get("show_alert", False),
            "url": url,
        },
    )
    return True


def answer_inline_query(world: World, params: Json, uploads: Uploads) -> bool:
    query = _waiting(world, params["inline_query_id"])
    results = params["results"]
    if len(results) > INLINE_RESULTS:
        raise bad_request("RESULTS_TOO_MUCH")
    if len({result["id"] for result in results}) < len(results):
        raise bad_request("RESULT_ID_DUPLICATE")
    if any(not 1 <= len(result["id"].encode()) <= INLINE_OFFSET for result in results):
        raise bad_request("RESULT_ID_INVALID")
    if len(params.get("next_offset", "").encode()) > INLINE_OFFSET:
        raise bad_request("NEXT_OFFSET_INVALID")
    button = params.get("button")
    if button is not None and "web_app" not in button:
        if not _PAYLOAD.fullmatch(button.get("start_parameter", "")):
            raise bad_request("START_PARAM_INVALID")
        if not 1 <= len(button["text"].strip()) <= _BUTTON_WORDS:
            raise bad_request("SWITCH_PM_TEXT_INVALID")
    answer = InlineAnswer(
        cards=[{name: result[name] for name in _CARD if name in result} for result in results],
        messages={result["id"]: _chosen(world, result) for result in results if _is_text(result)},
        next_offset=params.get("next_offset", ""),
        button=button,
    )
    query.answer = params
    until = world.clock() + params.get("cache_time", DEFAULT_CACHE_SECONDS)
    world.inline.answer(params["inline_query_id"], answer, until=until, is_personal=params.get("is_personal", False))
    world.tell("inline", 0, {"inline_query_id": params["inline_query_id"]})
    return True


def _is_text(result: Json) -> bool:
    return "message_text" in result.get("input_message_content", {})


def _chosen(world: World, result: Json) -> Json:
    """Return what stands in a chat when a result is chosen. Raises: Refused, as for a message that the bot sends.

    Source: https://core.telegram.org/bots/api#inputtextmessagecontent; other kinds of content are not played here.
    """
    said = result["input_message_content"]
    if not result.get("title", "title").strip():
        raise bad_request("ARTICLE_TITLE_EMPTY")
    text, entities = world.formatter.text(said["message_text"], said.get("parse_mode"), said.get("entities"))
    content: Json = {"text": text}
    if entities:
        content["entities"] = entities
    if preview := said.get("link_preview_options"):
        content["link_preview_options"] = preview
    markup = world.keyboards.checked(result.get("reply_markup"), _ANYWHERE)
    return content if markup is None else content | {"reply_markup": markup}


def _waiting(world: World, query_id: str) -> Query:
    query = world.queries.get(query_id)
    if query is None or query.answer is not None or world.clock() - query.asked_at > ANSWER_WITHIN:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    return query


def get_file(world: World, params: Json, uploads: Uploads) -> Json:
    file = world.files.get(params["file_id"])
    if file is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    if file.length > DOWNLOAD_BYTES:
        raise bad_request("file is too big")
    return {
        "file_id": params["file_id"],
        "file_unique_id": file.unique_id,
        "file_size": file.length,
        "file_path": file.path if world.keeps_files_in is None else _on_disk(world.keeps_files_in, file),
    }


def _on_disk(folder: Path, file: StoredFile) -> str:
    """Source: https://core.telegram.org/bots/api#using-a-local-bot-api-server (`--local`)"""
    place = folder / file.path.replace("/", "_")
    if folder.is_dir():
        place.write_bytes(file.data or b"")
    return str(place)


def get_me(world: World, params: Json, uploads: Uploads) -> Json:
    abilities = {
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": world.inline.is_on,
        "can_connect_to_business": False,
        "has_main_web_app": False,
        "has_topics_enabled": False,
        "allows_users_to_create_topics": False,
        "can_manage_bots": False,
    }
    return abilities | world.bot


def log_out(world: World, params: Json, uploads: Uploads) -> bool:
    return True
