/*
 * The list of chats: each person's phone, the chats they share, and the crowd of readers, folded.
 */
import { stamp } from "./clock.js";
import { avatar, button, el } from "./dom.js";
import { summary } from "./message.js";

const KEPT_FOCUS = ["#sidebar a", "#crowd summary", "#more-readers"];

/**
 * Draw the list anew, keeping the focus and the fold as they were.
 * `crowd` is the Crowd that its button adds to.
 */
export function drawSidebar(nav, world, current, unread, hashOf, crowd) {
  const focused = focusIn(nav);
  const wasOpen = nav.querySelector("#crowd")?.open ?? false;
  const rows = (chats) => chats.map((chat) => row(world, chat, current, unread.get(chat.id) ?? 0, hashOf(chat)));
  const isReader = (chat) => world.person(chat.id)?.crowd ?? false;
  const phones = world.chats.filter((chat) => chat.type === "private" && !isReader(chat));
  const shared = world.chats.filter((chat) => chat.type !== "private");
  const readers = world.chats.filter(isReader);
  nav.replaceChildren(
    section("Phones", list(rows(phones))),
    shared.length ? section("Shared chats", list(rows(shared))) : "",
    section("More readers", adder(crowd), readers.length ? fold(readers, rows, wasOpen || readers.includes(current)) : null));
  if (focused) nav.querySelector(focused)?.focus();
}

export const chatName = (world, chat) => (chat.type === "private" ? world.person(chat.id)?.name : chat.title) ?? "Chat";

/** A selector for what has the focus in the list; null when nothing in it has. */
function focusIn(nav) {
  const active = document.activeElement;
  if (!nav.contains(active)) return null;
  const kind = KEPT_FOCUS.find((selector) => active.matches(selector));
  return kind === "#sidebar a" ? `a[data-chat="${active.dataset.chat}"]` : kind ?? null;
}

function section(title, ...parts) {
  const id = `section-${title.toLowerCase().replace(" ", "-")}`;
  return el("section", { "aria-labelledby": id }, el("h2", { id }, title), ...parts);
}

const list = (rows) => el("ul", { class: "chats", role: "list" }, ...rows);

/** The crowd's chats, drawn only while they are looked at. */
function fold(readers, rows, open) {
  const inside = el("div", {}, open ? list(rows(readers)) : null);
  const details = el("details", { id: "crowd", open }, el("summary", {}, `${readers.length} readers`), inside);
  let drawn = open; // the first toggle event tells of the state it was made in
  details.addEventListener("toggle", () => {
    if (details.open === drawn) return;
    drawn = details.open;
    inside.replaceChildren(drawn ? list(rows(readers)) : "");
  });
  return details;
}

function adder(crowd) {
  return el("div", { class: "adder" },
    button("quiet-button", "100 more readers", () => crowd.add(), null,
      { id: "more-readers", "aria-disabled": crowd.isAdding ? "true" : null }),
    crowd.said ? el("p", { class: "fine" }, crowd.said) : null);
}

function row(world, chat, current, unread, hash) {
  const name = chatName(world, chat);
  const person = world.person(chat.id);
  const badge = unread
    ? el("span", { class: "badge" }, String(Math.min(unread, 999)), el("span", { class: "visually-hidden" }, " unread"))
    : null;
  const editor = person?.editor ? el("span", { class: "role", title: "May publish" }, "Editor") : null;
  const language = person?.language ? el("span", { class: "language", title: "Language of this phone" }, person.language) : null;
  return el("li", {}, el("a", {
    href: hash, class: "chat-row", "data-chat": chat.id, "aria-current": current?.id === chat.id ? "page" : null,
  },
  avatar(el("span", { "aria-hidden": "true" }), chat.id, name),
  el("span", { class: "row-words" },
    el("span", { class: "row-top" },
      el("span", { class: "row-name", dir: "auto" }, name), language,
      el("span", { class: "row-time" }, chat.last ? stamp(chat.last.date) : "")),
    el("span", { class: "row-bottom" }, editor, el("span", { class: "row-last", dir: "auto" }, lastLine(world, chat, person)), badge))));
}

function lastLine(world, chat, person) {
  if (person?.blocked) return "Has blocked the bot";
  if (chat.last) return chat.last.from?.id === person?.id && person ? `You: ${summary(chat.last)}` : summary(chat.last);
  if (chat.type === "private") return "Has not started yet";
  const members = Object.keys(chat.members).length;
  return members === 1 ? "1 member" : `${members} members`;
}
