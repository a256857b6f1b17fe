/*
 * Inline keyboards, and the wait between a press and its answer.
 *
 * Source: https://core.telegram.org/bots/api#inlinekeyboardbutton
 */
import { press, Refused } from "./api.js";
import { button, el, icon } from "./dom.js";
import { destination, follow, outward } from "./links.js";

const PATIENCE_MS = 20_000;
const STYLES = new Set(["danger", "success", "primary"]);
const ELSEWHERE = "The sandbox does not play this kind of button.";

export class Keyboards {
  #busy = new Map(); // the pressed key → its timer
  #asked = new Map(); // callback query → the pressed key
  #early = new Set(); // answers that overtook the request's own response

  constructor(log, tell) {
    this.log = log;
    this.tell = tell;
  }

  /** The rows under a message, or null. */
  draw(message, context) {
    const rows = message.reply_markup?.inline_keyboard;
    if (!Array.isArray(rows) || rows.length === 0) return null;
    const label = "Buttons of this message";
    return el("div", { class: "keyboard", role: "group", "aria-label": label }, ...rows.map((row) =>
      el("div", { class: "keyboard-row" }, ...row.map((key) => this.key(key, message, context)))));
  }

  /** The bot answered a press. */
  answered(query) {
    const pressed = this.#asked.get(query);
    if (pressed === undefined) {
      this.#early.add(query);
      return;
    }
    this.#asked.delete(query);
    this.#finish(pressed);
  }

  /** One key; it may also stand within a rich message. */
  key(key, message, context) {
    const className = STYLES.has(key.style) ? `key key-${key.style}` : "key";
    const label = el("span", { class: "key-label", dir: "auto" }, key.text);
    if (key.url) return urlKey(key.url, label, className, context);
    if (key.callback_data !== undefined) {
      const pressed = `${message.message_id} ${key.callback_data}`;
      const node = el("button", { type: "button", class: className, "data-press": pressed }, label);
      if (this.#busy.has(pressed)) node.setAttribute("aria-busy", "true");
      node.addEventListener("click", () => this.#press(pressed, message, key.callback_data, context));
      return node;
    }
    if (key.switch_inline_query !== undefined) return button(className, "", () => context.ask(key.switch_inline_query), label);
    if (key.switch_inline_query_current_chat !== undefined)
      return button(className, "", () => context.askHere(key.switch_inline_query_current_chat), label);
    if (key.copy_text) return button(className, "", () => context.copy(key.copy_text.text, "Copied."), label);
    return button(className, "", () => this.tell(ELSEWHERE), label);
  }

  async #press(pressed, message, data, context) {
    if (this.#busy.has(pressed)) return;
    this.#busy.set(pressed, setTimeout(() => {
      this.#finish(pressed);
      this.tell("The bot has not answered this press.");
    }, PATIENCE_MS));
    this.#mark(pressed, true);
    try {
      const { query } = await press(context.person.id, message.chat.id, message.message_id, data);
      if (this.#early.delete(query)) this.#finish(pressed);
      else this.#asked.set(query, pressed);
    } catch (error) {
      this.#finish(pressed);
      if (!(error instanceof Refused)) throw error;
      this.tell(error.message);
    }
  }

  #finish(pressed) {
    clearTimeout(this.#busy.get(pressed));
    this.#busy.delete(pressed);
    this.#mark(pressed, false);
  }

  #mark(pressed, busy) {
    for (const node of this.log.querySelectorAll("[data-press]")) {
      if (node.dataset.press !== pressed) continue;
      if (busy) node.setAttribute("aria-busy", "true");
      else node.removeAttribute("aria-busy");
    }
  }
}

function urlKey(url, label, className, context) {
  const where = destination(url, context.bot.username);
  if (where?.kind === "web") {
    const hint = el("span", { class: "visually-hidden" }, " (opens a new tab)");
    return outward(where.href, [label, icon("outward"), hint], `${className} key-url`);
  }
  const act = where === null ? () => context.tell("This link leads nowhere the sandbox knows.") : () => follow(where, context);
  return el("button", { type: "button", class: className, onclick: act }, label);
}
