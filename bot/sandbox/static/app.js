/*
 * The chat page of `newsbot sandbox`: who looks at which chat, and what happens when something happens.
 *
 * The address holds the selection: `#<chat>` for a phone, `#<chat>/<person>` for a shared chat seen by one of its
 * members. Everything else lives in the sandbox; the page asks for it and listens.
 */
import * as api from "./api.js";
import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { Crowd } from "./crowd.js";
import { avatar, byId, icon } from "./dom.js";
import { chooseChat } from "./inline.js";
import { Keyboards } from "./keyboard.js";
import { destination, follow } from "./links.js";
import { isMine } from "./message.js";
import { chatName, drawSidebar } from "./sidebar.js";
import { alertBox, clearToasts, toast } from "./toast.js";
import { drawInvite, drawTools, isAdministrator, isInside } from "./tools.js";

const WIDE = matchMedia("(min-width: 720px)");
const REDRAW_MS = 100; // with hundreds of readers, a push is hundreds of events

const unread = new Map(); // chat → messages nobody has looked at
const conversation = new Conversation();
const keyboards = new Keyboards(conversation.log, toast);
const composer = new Composer(toast);
const crowd = new Crowd(() => drawAround());
let world = null;
let context = null; // null while no chat is open
let question = null; // { chat, text }: what a chat's composer begins with once that chat is open
let redrawing = null; // the timer of what is drawn soon

class WorldView {
  constructor({ bot, people, chats }) {
    Object.assign(this, { bot, people, chats });
  }

  person(id) {
    return this.people.find((each) => each.id === id);
  }

  chat(id) {
    return this.chats.find((each) => each.id === id);
  }
}

/** Run something that asks the sandbox, and say it when it is refused. */
async function attempt(act) {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof api.Refused)) throw error;
    toast(error.message);
    return null;
  }
}

function contextOf(chat, person) {
  const writes = chat.type === "private" ? person.started && !person.blocked : chat.type !== "channel" || isAdministrator(chat, person);
  const here = { world, bot: world.bot, chat, person, keyboards, language: person.language ?? "en", canWrite: writes };
  return Object.assign(here, {
    tell: toast,
    command: (text) => attempt(() => api.say(person.id, chat.id, addressed(text, chat))),
    start: (payload) => start(person, payload),
    unblock: () => attempt(() => api.unblock(person.id)),
    share: (url) => copy(url, "Link copied. On a phone, Telegram would ask which chat to share it with."),
    copy,
    ask: (words) => chooseChat(here, (chosen) => askIn(chosen, person, words)),
    askHere: (words) => askIn(chat, person, words),
    react: (message, emoji) => attempt(() => api.react(person.id, chat.id, message.message_id, emoji)),
    reply: (message) => composer.replyTo(message),
    goTo: (id) => conversation.goTo(id),
    enlarge,
  });
}

/** In groups Telegram's menu names the bot, so that other bots leave the command alone. */
function addressed(command, chat) {
  return chat.type === "private" || command.includes("@") ? command : `${command}@${world.bot.username}`;
}

async function start(person, payload) {
  const started = await attempt(() => api.start(person.id, payload));
  if (started !== null && context?.chat.id !== person.id) location.hash = `#${person.id}`;
}

/** Begin a question to the bot in a chat, which opens if it is not open. */
function askIn(chat, person, words) {
  question = { chat: chat.id, text: `@${world.bot.username} ${words}` };
  if (context?.chat.id === chat.id) beginQuestion();
  else location.hash = chat.type === "private" ? `#${chat.id}` : `#${chat.id}/${person.id}`;
}

function beginQuestion() {
  if (question === null || context?.chat.id !== question.chat) return;
  composer.write(question.text);
  question = null;
}

async function copy(text, said) {
  try {
    await navigator.clipboard.writeText(text);
    toast(said);
  } catch {
    toast(text);
  }
}

function enlarge(source, alt) {
  const picture = byId("lightbox-picture");
  picture.src = source;
  picture.alt = alt;
  byId("lightbox").showModal();
}

function selection() {
  const [chatId, personId] = location.hash.slice(1).split("/").map(Number);
  const chat = world.chat(chatId);
  if (chat === undefined) return null;
  if (chat.type === "private") return { chat, person: world.person(chat.id) };
  const members = Object.keys(chat.members).map((id) => world.person(Number(id))).filter(Boolean);
  const person = members.find((each) => each.id === personId) ?? members[0];
  return person ? { chat, person } : null;
}

function firstPhone() {
  const chat = world.chats.find((each) => each.type === "private");
  return chat ? { chat, person: world.person(chat.id) } : null;
}

const hashOf = (chat) => `#${chat.id}`;

/** Open what the address names; on a wide screen the first phone when it names nothing. */
async function show() {
  const chosen = selection() ?? (WIDE.matches ? firstPhone() : null);
  byId("panes").dataset.open = chosen ? "chat" : "list";
  if (chosen === null) {
    context = null;
    drawAround();
    return;
  }
  const same = context?.chat.id === chosen.chat.id && context?.person.id === chosen.person.id;
  context = contextOf(chosen.chat, chosen.person);
  unread.delete(chosen.chat.id);
  drawHead();
  drawAround();
  if (same) conversation.redraw(context);
  else clearToasts();
  await Promise.all([same ? null : attempt(() => conversation.open(context)), composer.open(context)]);
  beginQuestion();
}

function drawAround() {
  clearTimeout(redrawing);
  redrawing = null;
  const count = [...unread].reduce((sum, [chat, each]) => (world.person(chat)?.crowd ? sum : sum + each), 0);
  const name = context ? chatName(world, context.chat) : "Chats";
  document.title = `${count ? `(${count}) ` : ""}${name} · Sandbox`;
  drawSidebar(byId("sidebar"), world, context?.chat, unread, hashOf, crowd);
}

/** Draw the list and the title soon, once for all that happens until then. */
function drawAroundSoon() {
  redrawing ??= setTimeout(drawAround, REDRAW_MS);
}

function drawHead() {
  const { chat, person } = context;
  const title = chat.type === "private" ? world.bot.first_name : chat.title;
  byId("chat-title").textContent = title;
  byId("chat-detail").textContent = chat.type === "private" ? phoneDetail(person) : sharedDetail(chat);
  avatar(byId("chat-avatar"), chat.type === "private" ? world.bot.id : chat.id, title);
  const addBot = () => attempt(() => api.addBot(person.id, chat.id));
  // The button goes once the bot is there, and the focus must not go with it.
  drawInvite(byId("invite"), context, () => addBot().then(() => composer.focus()));
  drawTools(byId("chat-tools"), context, {
    language: (code) => attempt(() => api.setLanguage(person.id, code)),
    block: () => attempt(() => api.block(person.id)),
    unblock: context.unblock,
    addBot,
    removeBot: () => attempt(() => api.removeBot(person.id, chat.id)),
    readAs: (id) => { location.hash = `#${chat.id}/${id}`; },
  });
}

const phoneDetail = ({ first_name: name, editor }) => `bot, on ${name}’s phone${editor ? " (editor)" : ""}`;

function sharedDetail(chat) {
  const inside = isInside(chat);
  const count = Object.keys(chat.members).length;
  const kind = chat.type === "channel" ? "channel" : "group";
  return `${kind}, ${count} ${count === 1 ? "person" : "people"}${inside ? " and the bot" : ", the bot is not here"}`;
}

let refreshing = null; // the refresh under way
let isStale = false; // something happened since it asked

/** Fetch who and what there is, and show it; the open conversation stays as it is. */
function refresh() {
  isStale = true;
  refreshing ??= (async () => {
    while (isStale) {
      isStale = false;
      const answer = await attempt(() => api.state());
      if (answer === null) return;
      world = new WorldView(answer);
      await show();
    }
  })().finally(() => { refreshing = null; });
  return refreshing;
}

const HEARD = {
  message(chat, message) {
    chat.last = message;
    if (context?.chat.id === chat.id) {
      conversation.put(message);
      if (document.hidden) unread.set(chat.id, (unread.get(chat.id) ?? 0) + 1);
    } else if (!(chat.type === "private" && isMine(message, world.person(chat.id)))) {
      unread.set(chat.id, (unread.get(chat.id) ?? 0) + 1);
    }
    drawAroundSoon();
    // The first word starts the chat; the sandbox knows, the page asks.
    if (chat.type === "private" && !world.person(chat.id).started) refresh();
  },
  edited(chat, message) {
    if (chat.last?.message_id === message.message_id) chat.last = message;
    if (context?.chat.id === chat.id) conversation.put(message);
    drawAroundSoon();
  },
  reaction(chat, { message_id: id, reactions }) {
    if (context?.chat.id === chat.id) conversation.react(id, reactions);
  },
  deleted(chat, { message_id: id }) {
    if (context?.chat.id === chat.id) conversation.remove(id);
    if (chat.last?.message_id === id) refresh();
  },
};

function heard({ kind, chat_id: chatId, payload }) {
  if (world === null) return;
  if (kind === "people") refresh();
  else if (kind === "toast") answered(payload);
  else if (payload.receiver_user && payload.receiver_user.id !== context?.person.id) return;  // for another one alone
  else if (world.chat(chatId)) HEARD[kind]?.(world.chat(chatId), payload);
  else refresh();
}

function answered({ callback_query_id: query, person_id: person, text, show_alert: isAlert, url }) {
  keyboards.answered(query);
  if (context?.person.id !== person) return;
  if (text) (isAlert ? alertBox : toast)(text);
  const where = url ? destination(url, world.bot.username) : null;
  if (where) follow(where, context);
}

function wire(state, words) {
  const node = byId("wire");
  if (node.dataset.state === state) return;
  node.dataset.state = state;
  node.textContent = words;
}

byId("back").append(icon("back"));
byId("lightbox-close").append(icon("close"));
byId("lightbox").addEventListener("click", (event) => event.target === event.currentTarget && event.currentTarget.close());
byId("back").addEventListener("click", () => {
  const left = context?.chat.id;
  location.hash = "";
  byId("sidebar").querySelector(`a[data-chat="${left}"]`)?.focus();
});
WIDE.addEventListener("change", () => world && show());
window.addEventListener("hashchange", async () => {
  if (world === null) return;
  await show();
  if (matchMedia("(hover: hover)").matches && !byId("chat-tools").contains(document.activeElement)) composer.focus();
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden || !context) return;
  unread.delete(context.chat.id);
  drawAround();
});

let connectedBefore = false;
api.listen({
  async opened() {
    wire("live", "Live");
    await refresh();
    if (connectedBefore) await attempt(() => conversation.refresh());
    connectedBefore = true;
  },
  lost: () => wire("lost", "Reconnecting"),
  heard,
});
