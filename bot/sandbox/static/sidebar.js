/*
 * The list of chats: each person's phone, and the chats they share.
 */
import { stamp } from "./clock.js";
import { avatar, el } from "./dom.js";
import { summary } from "./message.js";

/** Draw the list anew, keeping the focus where it was. */
export function drawSidebar(nav, world, current, unread, hashOf) {
  const focused = document.activeElement?.closest?.("#sidebar a")?.dataset.chat;
  const rows = (chats) => chats.map((chat) => row(world, chat, current, unread.get(chat.id) ?? 0, hashOf(chat)));
  const phones = world.chats.filter((chat) => chat.type === "private");
  const shared = world.chats.filter((chat) => chat.type !== "private");
  nav.replaceChildren(section("Phones", rows(phones)), shared.length ? section("Shared chats", rows(shared)) : "");
  if (focused) nav.querySelector(`a[data-chat="${focused}"]`)?.focus();
}

export const chatName = (world, chat) => (chat.type === "private" ? world.person(chat.id)?.name : chat.title) ?? "Chat";

function section(title, rows) {
  const id = `section-${title.toLowerCase().replace(" ", "-")}`;
  return el("section", { "aria-labelledby": id }, el("h2", { id }, title), el("ul", { class: "chats", role: "list" }, ...rows));
}

function row(world, chat, current, unread, hash) {
  const name = chatName(world, chat);
  const person = world.person(chat.id);
  const badge = unread
    ? el("span", { class: "badge" }, String(Math.min(unread, 999)), el("span", { class: "visually-hidden" }, " unread"))
    : null;
  const language = person?.language ? el("span", { class: "language", title: "Language of this phone" }, person.language) : null;
  return el("li", {}, el("a", {
    href: hash, class: "chat-row", "data-chat": chat.id, "aria-current": current?.id === chat.id ? "page" : null,
  },
  avatar(el("span", { "aria-hidden": "true" }), chat.id, name),
  el("span", { class: "row-words" },
    el("span", { class: "row-top" },
      el("span", { class: "row-name", dir: "auto" }, name), language,
      el("span", { class: "row-time" }, chat.last ? stamp(chat.last.date) : "")),
    el("span", { class: "row-bottom" }, el("span", { class: "row-last", dir: "auto" }, lastLine(world, chat, person)), badge))));
}

function lastLine(world, chat, person) {
  if (person?.blocked) return "Has blocked the bot";
  if (chat.last) return chat.last.from?.id === person?.id && person ? `You: ${summary(chat.last)}` : summary(chat.last);
  if (chat.type === "private") return "Has not started yet";
  const members = Object.keys(chat.members).length;
  return members === 1 ? "1 member" : `${members} members`;
}
