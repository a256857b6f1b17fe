/*
 * The settings of a person's phone, and who looks at a shared chat: what the sandbox lets one change about its people.
 */
import { button, el, icon } from "./dom.js";

const LANGUAGES = ["en", "de", "fr", "es", "it", "nl", "pl", "pt-BR", "uk", "ru", "tr", "ar", "fa", "hi", "ja", "zh-hans"];
const NAMES = new Intl.DisplayNames("en", { type: "language" });

/** Draw the tools at the right of the chat's head. `acts` does what they ask for. */
export function drawTools(node, context, acts) {
  const { chat, person } = context;
  const label = chat.type === "private" ? `Settings of ${person.first_name}’s phone` : "Settings of this chat";
  const panel = el("div", { id: "settings", class: "panel", popover: "auto", role: "dialog", "aria-label": label });
  panel.append(...(chat.type === "private" ? phone(context, acts) : shared(context, acts)));
  const open = button("icon-button", label, null, icon("settings"), { popovertarget: "settings", "aria-haspopup": "dialog" });
  const reader = chat.type === "private" ? null : readerSelect(context, acts);
  const wasOpen = node.querySelector("#settings")?.matches(":popover-open");
  const focused = node.contains(document.activeElement) ? document.activeElement.dataset.tool : null;
  node.replaceChildren(...[reader, open, panel].filter(Boolean));
  if (wasOpen) panel.showPopover();
  if (focused) node.querySelector(`[data-tool="${focused}"]`)?.focus();
}

function phone({ person }, acts) {
  const codes = [...new Set([...LANGUAGES, person.language].filter(Boolean))];
  const languages = el("select", { id: "language", "data-tool": "language", onchange: (event) => acts.language(event.target.value || null) },
    el("option", { value: "" }, "Not told to the bot"),
    ...codes.map((code) => el("option", { value: code }, languageName(code))));
  languages.value = person.language ?? "";
  const block = person.blocked
    ? button("quiet-button", "Unblock the bot", acts.unblock, null, { "data-tool": "block" })
    : button("quiet-button danger", "Block the bot", acts.block, null, { "data-tool": "block" });
  return [
    el("h2", {}, `${person.first_name}’s phone`),
    el("p", { class: "field" }, el("label", { for: "language" }, "Language of the app"), languages),
    person.started ? block : null,
    el("p", { class: "fine" }, person.username ? `@${person.username}, user id ${person.id}` : `User id ${person.id}`),
  ].filter(Boolean);
}

function shared({ chat, person, world }, acts) {
  const where = chat.type === "channel" ? "channel" : "group";
  const inside = isInside(chat);
  const mayMove = chat.type !== "channel" || isAdministrator(chat, person);
  const move = inside
    ? button("quiet-button danger", `Remove the bot from this ${where}`, acts.removeBot, null, { "data-tool": "bot" })
    : button("quiet-button", `Add the bot to this ${where}`, acts.addBot, null, { "data-tool": "bot" });
  const members = Object.entries(chat.members).map(([id, status]) =>
    el("li", {}, el("span", { dir: "auto" }, world.person(Number(id))?.name ?? id), el("span", { class: "fine" }, status)));
  return [
    el("h2", { dir: "auto" }, chat.title),
    el("ul", { class: "members", role: "list" }, ...members,
      el("li", {}, el("span", { dir: "auto" }, world.bot.first_name), el("span", { class: "fine" }, inside ? chat.bot_status : "not a member"))),
    mayMove ? move : el("p", { class: "fine" }, "Only an administrator can add or remove the bot."),
    el("p", { class: "fine" }, chat.username ? `@${chat.username}, chat id ${chat.id}` : `Chat id ${chat.id}`),
  ];
}

/** Draw what stands between a shared chat and its composer while the bot is not there: how to let it in. */
export function drawInvite(node, { chat, person, bot }, addBot) {
  const isOutside = chat.type !== "private" && !isInside(chat);
  node.hidden = !isOutside;
  if (!isOutside) return node.replaceChildren();
  const where = chat.type === "channel" ? "channel" : "group";
  const mayAdd = chat.type !== "channel" || isAdministrator(chat, person);
  const words = `${bot.first_name} is not in this ${where}.${mayAdd ? "" : " Only an administrator can add it."}`;
  node.replaceChildren(el("p", {}, words), ...(mayAdd ? [button("solid-button", "Add the bot", addBot)] : []));
}

function readerSelect({ chat, person, world }, acts) {
  const people = Object.keys(chat.members).map((id) => world.person(Number(id))).filter(Boolean);
  const select = el("select", { id: "reader", "data-tool": "reader", onchange: (event) => acts.readAs(Number(event.target.value)) },
    ...people.map((each) => el("option", { value: each.id }, each.first_name)));
  select.value = String(person.id);
  return el("p", { class: "reader" }, el("label", { for: "reader" }, "You are"), select);
}

export const isInside = (chat) => !["left", "kicked"].includes(chat.bot_status);

export const isAdministrator = (chat, person) => ["creator", "administrator"].includes(chat.members[person.id]);

function languageName(code) {
  const name = NAMES.of(code);
  return name === code ? code : `${name} (${code})`;
}
