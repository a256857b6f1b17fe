"""
The HTTP routes of the chat page: what a browser on this machine may see in the sandbox, and do there.

The page shows people and acts for them (see `actions`); it never uses the Bot API and never gets the token. Other web
sites are kept out of the whole sandbox by `local_only`; requests that change something must also come from a page,
which their headers show.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import re
from collections.abc import Awaitable, Callable, Collection
from html import escape
from importlib import resources
from urllib.parse import urlsplit

from aiohttp import BodyPartReader, hdrs, web

from bot.sandbox.bot_api.ephemeral import on_page
from bot.sandbox.page.actions import ACTS, MAX_CAPTION_LENGTH, Act, Refused, Wish, known, number, upload
from bot.sandbox.page.crowd import add_readers
from bot.sandbox.world.events import Watch
from bot.sandbox.world.files import StoredFile
from bot.sandbox.world.people import Chat, Json, Person
from bot.sandbox.world.world import World

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

PAGE_OF_MESSAGES = 100
LARGEST_UPLOAD = 20 * 1024 * 1024  # bytes; what a bot may download: https://core.telegram.org/bots/api#getfile
LARGEST_WISH = 64 * 1024  # bytes; a text of 4,096 characters, escaped, is under 25,000
HEARTBEAT_SECONDS = 15.0

_STATIC = resources.files("bot.sandbox") / "static"
_STATIC_TYPES = {"html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
_PICTURES = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}

_GUARDS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


async def _none() -> tuple[()]:
    return ()


async def _no_strings(language: str, is_stretched: bool) -> Json:
    raise KeyError(language)


def add_page(
    app: web.Application,
    world: World,
    *,
    topics: Callable[[], Awaitable[Collection[str]]] = _none,
    editors: Callable[[], Awaitable[Collection[int]]] = _none,
    strings: Callable[[str, bool], Awaitable[Json]] = _no_strings,
) -> None:
    """Mount the chat page at `/`, the translators' page at `/strings`, and what they need under `/page/`.

    Three things that only the bot knows can be asked of it: the names of the `topics` that readers are offered, which
    people are `editors`, and all its texts in a language, stretched or not (`strings`, which raises KeyError for a
    language that it does not speak).
    """
    streams = _Streams(world)
    app.on_shutdown.append(streams.close)
    reading: dict[str, Handler] = {
        "/": lambda request: _static("index.html"),
        "/page/static/{name}": lambda request: _static(request.match_info["name"]),
        "/page/state": lambda request: _state(world, editors),
        "/page/messages": lambda request: _answer(_messages(world, request)),
        "/page/profile": lambda request: _answer(_profile(world, request)),
        "/page/file/{file_id}": lambda request: _file(world, request.match_info["file_id"]),
        "/page/events": streams.open,
        "/strings": lambda request: _static("strings.html"),
        "/page/strings": lambda request: _strings(request, strings),
    }
    for path, handler in reading.items():
        app.router.add_get(path, _guarded(handler), allow_head=False)

    async def readers(wish: Wish) -> Json:
        return await add_readers(world, await topics())

    acts: dict[str, Act] = {**ACTS, "readers": readers}
    for name, act in acts.items():
        app.router.add_post(f"/page/{name}", _guarded(_acting(world, act)))
    app.router.add_post("/page/upload", _guarded(lambda request: _upload(world, request)))


# Who may ask


def _guarded(handler: Handler) -> Handler:
    """Let in what comes from this machine's own page, and say no in JSON to the rest."""

    async def guarded(request: web.Request) -> web.StreamResponse:
        try:
            if request.method != hdrs.METH_GET:
                _check_page(request)
            response = await handler(request)
        except Refused as refusal:
            response = web.json_response({"error": str(refusal)}, status=refusal.status)
        if not response.prepared:
            for name, value in _GUARDS.items():
                response.headers.setdefault(name, value)
        return response

    return guarded


def _check_page(request: web.Request) -> None:
    """Raises: Refused when no page sent this. That it was none of another site has been seen to."""
    if request.headers.get("Sec-Fetch-Site") != "same-origin" and hdrs.ORIGIN not in request.headers:
        raise Refused("Only the chat page itself may do this.", 403)


# Looking


async def _answer(body: Json) -> web.Response:
    return web.json_response(body)


async def _static(name: str) -> web.Response:
    file = _STATIC / name
    kind = _STATIC_TYPES.get(name.rpartition(".")[2])
    if kind is None or not re.fullmatch(r"[a-z]+\.[a-z]+", name) or not file.is_file():
        raise Refused("There is no such file.", 404)
    return web.Response(body=file.read_bytes(), content_type=kind, charset="utf-8")


async def _strings(request: web.Request, strings: Callable[[str, bool], Awaitable[Json]]) -> web.Response:
    """Describe every text of the bot in one language, for translators."""
    try:
        texts = await strings(request.query.get("language", "en"), request.query.get("stretched") == "yes")
    except KeyError as error:
        raise Refused("The bot does not speak this language.", 404) from error
    return web.json_response(texts)


async def _state(world: World, editors: Callable[[], Awaitable[Collection[int]]]) -> web.Response:
    """Describe who and what there is, for the list of chats; groups that have become supergroups are left out."""
    may_publish = await editors()
    body = {
        "bot": {key: world.bot[key] for key in ("id", "first_name", "username")},
        "people": [_person(person, person.id in may_publish) for person in world.people.values()],
        "chats": [_chat(world, chat) for chat in world.chats.values() if chat.migrated_to is None],
    }
    return web.json_response(body)


def _person(person: Person, is_editor: bool) -> Json:
    return {
        "id": person.id,
        "name": f"{person.first_name} {person.last_name or ''}".strip(),
        "first_name": person.first_name,
        "username": person.username,
        "language": person.language,
        "started": person.has_started,
        "blocked": person.has_blocked,
        "editor": is_editor,
        "crowd": person.in_crowd,
    }


def _chat(world: World, chat: Chat) -> Json:
    last = world.history.last(chat.id)
    return {
        "id": chat.id,
        "type": chat.type,
        "title": chat.title,
        "username": chat.username,
        "members": {str(id): status for id, status in chat.members.items() if status not in ("left", "kicked")},
        "threads": [{"id": number, "name": thread.name} for number, thread in chat.threads.items()],
        "bot_status": chat.bot_status,
        # The list shows words, no buttons; with hundreds of chats they would be most of the answer.
        "last": {key: value for key, value in last.items() if key != "reply_markup"} if last else None,
    }


def _messages(world: World, request: web.Request) -> Json:
    """Return the newest messages, or the newest before message `before`, oldest first; `earlier`: there are more.

    With the newest comes what `person` alone sees in a group.
    """
    chat = known(world.chats, request.query.get("chat"), "chat")
    messages = world.messages(chat.id)
    if "before" in request.query:
        before = number(request.query["before"])
        messages = [message for message in messages if message["message_id"] < before]
    elif "person" in request.query:
        alone = world.seen_alone(number(request.query["person"]), chat.id)
        messages = [*messages, *map(on_page, alone)]
    shown = messages[-PAGE_OF_MESSAGES:]
    numbers = (message["message_id"] for message in shown)
    reactions = {one: found for one in numbers if (found := world.people_reactions.of(chat.id, one))}
    return {"messages": shown, "earlier": len(messages) > PAGE_OF_MESSAGES, "reactions": reactions}


def _profile(world: World, request: web.Request) -> Json:
    """Describe the bot as the person's client does in this chat: its words for a chat still empty, and its commands."""
    person = known(world.people, request.query.get("person"), "person")
    chat = known(world.chats, request.query.get("chat"), "chat")
    descriptions = world.profile.descriptions
    language = (person.language or "").partition("-")[0].lower()
    return {
        "description": descriptions.get(language) or descriptions.get("", ""),
        "commands": world.profile.commands_for(chat, person),
    }


async def _file(world: World, file_id: str) -> web.Response:
    """Serve a stored file: pictures to look at, everything else to keep, nothing to run."""
    file = world.files.get(file_id)
    if file is None:
        raise Refused("There is no such file.", 404)
    headers = {"Content-Security-Policy": "default-src 'none'; sandbox"}
    if file.data is None:
        return web.Response(body=_stand_in(file), content_type="image/svg+xml", headers=headers)
    picture = _picture_type(file.data)
    if picture is None:
        headers["Content-Disposition"] = "attachment"
    # The same id is the same bytes for ever.
    headers["Cache-Control"] = "private, max-age=3600, immutable"
    return web.Response(body=file.data, content_type=picture or "application/octet-stream", headers=headers)


def _picture_type(data: bytes) -> str | None:
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for start, kind in _PICTURES.items() if data.startswith(start)), None)


def _stand_in(file: StoredFile) -> bytes:
    """Draw a frame for a picture that was given by a public URL: the sandbox does not go out to fetch it."""
    host = escape((urlsplit(file.source or "").hostname or "elsewhere")[:60])
    width, height = file.size or (1280, 720)
    middle = f'x="{width // 2}" text-anchor="middle" font-family="system-ui, sans-serif"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
        f'<rect width="100%" height="100%" fill="#7d8a8c"/>'
        f'<text y="{height // 2 - 12}" {middle} font-size="44" font-weight="600" fill="#fff">{host}</text>'
        f'<text y="{height // 2 + 44}" {middle} font-size="32" fill="#fff">The sandbox does not fetch pictures</text>'
        "</svg>"
    ).encode()


class _Streams:
    """Server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html"""

    def __init__(self, world: World) -> None:
        self._world = world
        self._open: set[asyncio.Task[None]] = set()

    async def open(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={**_GUARDS, hdrs.CONTENT_TYPE: "text/event-stream"})
        # Watching begins before the browser hears that it is connected: what it asks for then misses nothing.
        async with self._world.subscribe() as watch:
            await response.prepare(request)
            task = asyncio.create_task(_pour(watch, response))
            self._open.add(task)
            try:
                await asyncio.wait({task})
            finally:
                task.cancel()
                self._open.discard(task)
        return response

    async def close(self, app: web.Application) -> None:
        """End all streams, so that stopping the server does not wait for browsers to leave."""
        for task in self._open:
            task.cancel()


async def _pour(watch: Watch, response: web.StreamResponse) -> None:
    """Write events until the browser leaves; a heartbeat finds out when nothing happens."""
    try:
        await response.write(b"retry: 1000\n\n")
        while True:
            try:
                async with asyncio.timeout(HEARTBEAT_SECONDS):
                    event = await anext(watch)
            except TimeoutError:
                await response.write(b": still here\n\n")
                continue
            body = {"kind": event.kind, "chat_id": event.chat_id, "payload": event.payload}
            await response.write(f"data: {json.dumps(body)}\n\n".encode())
    except ConnectionError:
        return


# Acting


def _acting(world: World, act: Act) -> Handler:
    """Return a handler that reads a wish as JSON and fulfils it."""

    async def handler(request: web.Request) -> web.StreamResponse:
        if request.content_type != "application/json":
            raise Refused("The page speaks JSON.", 415)
        try:
            fields = json.loads(await _body(request, LARGEST_WISH))
        except (ValueError, RecursionError):
            raise Refused("This is not JSON.") from None
        if not isinstance(fields, dict):
            raise Refused("A wish is an object.")
        answer = act(Wish(world, fields))
        return web.json_response(await answer if inspect.isawaitable(answer) else answer)

    return handler


async def _upload(world: World, request: web.Request) -> web.StreamResponse:
    """Send a document. The form's fields come before its file, which is read up to a limit and never kept on disk."""
    if request.content_type != "multipart/form-data":
        raise Refused("A document comes as a form.", 415)
    fields: Json = {}
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or part.name not in ("person", "chat", "caption", "file"):
            raise Refused("A document comes with its person, chat and caption only.")
        data = await _at_most(part, LARGEST_UPLOAD if part.name == "file" else 4 * MAX_CAPTION_LENGTH)
        if part.name == "file":
            mime = part.headers.get(hdrs.CONTENT_TYPE, "application/octet-stream")
            return web.json_response(upload(Wish(world, fields), part.filename or "document", data, mime))
        fields[part.name] = data.decode(errors="replace")
    raise Refused("There is no file in this form.")


async def _body(request: web.Request, limit: int) -> bytes:
    """Return a request's body. Raises: Refused when it is longer than `limit` bytes."""
    data = bytearray()
    async for piece in request.content.iter_chunked(64 * 1024):
        data += piece
        if len(data) > limit:
            raise Refused("This is too large for a wish.", 413)
    return bytes(data)


async def _at_most(part: BodyPartReader, limit: int) -> bytes:
    """Return a part's bytes. Raises: Refused when there are more than `limit`."""
    data = bytearray()
    while chunk := await part.read_chunk(64 * 1024):
        data += chunk
        if len(data) > limit:
            raise Refused(f"This is too large: at most {limit // 1024 // 1024} MB.", 413)
    return bytes(data)
