/*
 * Asking the bot in any chat: `@bot words` in the composer brings cards, and taking one sends its message there.
 *
 * A listbox that the text field owns, as the menu of commands is. Further cards come when its end is reached.
 * Source: https://core.telegram.org/bots/api#inline-mode
 */
import * as api from "./api.js";
import { button, byId, el } from "./dom.js";

const QUIET_MS = 250; // a client asks when nothing has been typed for so long

export class InlineCards {
  #timer = null;
  #turn = 0; // counts, so that a slow answer to what is no longer asked is dropped
  #shown = null; // { cards, next, words, context }
  #active = -1;

  constructor(field, list, tell) {
    this.field = field;
    this.list = list;
    this.tell = tell;
    this.list.addEventListener("scroll", () => this.#scrolled(), { passive: true });
  }

  get open() {
    return !this.list.hidden;
  }

  /** Follow what is typed; true when it is a question to the bot. */
  typed(text, context) {
    clearTimeout(this.#timer);
    const words = question(text, context.bot.username);
    if (words === null) {
      this.hide();
      return false;
    }
    this.#timer = setTimeout(() => this.#ask(words, context), QUIET_MS);
    return true;
  }

  hide() {
    clearTimeout(this.#timer);
    this.#turn += 1;
    this.#shown = null;
    this.#active = -1;
    this.list.hidden = true;
    this.list.replaceChildren();
    this.field.removeAttribute("aria-activedescendant");
  }

  /** True when the key was the list's. */
  key(event) {
    if (!this.open) return false;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") this.#move(event.key === "ArrowDown" ? 1 : -1);
    else if (event.key === "Enter" && this.#active >= 0) this.#take(this.#active);
    else if (event.key === "Escape") this.hide();
    else return false;
    event.preventDefault();
    return true;
  }

  async #ask(words, context) {
    const turn = ++this.#turn;
    const answer = await this.#asked(words, context, "");
    if (answer === null || turn !== this.#turn) return;
    this.#shown = { ...answer, words, context };
    this.#active = -1;
    this.list.replaceChildren();
    if (answer.button) this.list.append(this.#invitation(answer.button, context));
    this.#append(answer.cards, 0);
    if (answer.cards.length === 0 && !answer.button) this.list.append(el("li", { class: "fine" }, "No results"));
    this.list.hidden = false;
    this.list.scrollTop = 0;
  }

  async #scrolled() {
    const shown = this.#shown;
    const left = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight;
    if (shown === null || !shown.next || left > this.list.clientHeight) return;
    const { next } = shown;
    shown.next = ""; // asked for once
    const turn = this.#turn;
    const answer = await this.#asked(shown.words, shown.context, next);
    if (answer === null || turn !== this.#turn) return;
    this.#append(answer.cards, shown.cards.length);
    shown.cards = [...shown.cards, ...answer.cards];
    shown.next = answer.next;
  }

  async #asked(words, { person, chat }, offset) {
    try {
      const answer = await api.askInline(person.id, chat.id, words, offset);
      for (const card of answer.cards) card.query = answer.query;
      return answer;
    } catch (error) {
      if (!(error instanceof api.Refused)) throw error;
      this.tell(error.message);
      return null;
    }
  }

  #append(cards, from) {
    this.list.append(...cards.map((card, at) => this.#card(card, from + at)));
  }

  #card(card, at) {
    const picture = card.file
      ? el("img", { src: api.fileUrl(card.file), alt: "", width: "48", height: "48", class: "card-picture" })
      : el("span", { class: "card-picture", "aria-hidden": "true" }, [...(card.title ?? "")].find((each) => /\p{L}|\p{N}/u.test(each)) ?? "");
    return el("li", { role: "option", id: `card-${at}`, "aria-selected": "false", class: "card-row", onclick: () => this.#take(at) },
      picture,
      el("span", { class: "card-words" },
        el("strong", { dir: "auto" }, card.title ?? ""),
        el("span", { class: "command-words", dir: "auto" }, card.description ?? "")));
  }

  #invitation({ text, start_parameter: payload }, context) {
    const open = () => { this.hide(); context.start(payload); };
    return el("li", { role: "presentation" }, button("quiet-button", text, open));
  }

  #move(step) {
    const count = this.#shown?.cards.length ?? 0;
    if (count === 0) return;
    this.#active = this.#active < 0 && step < 0 ? count - 1 : (this.#active + step + count) % count;
    for (const option of this.list.querySelectorAll("[role=option]"))
      option.setAttribute("aria-selected", String(option.id === `card-${this.#active}`));
    const option = byId(`card-${this.#active}`);
    option.scrollIntoView({ block: "nearest" });
    this.field.setAttribute("aria-activedescendant", option.id);
  }

  async #take(at) {
    const { cards, context } = this.#shown;
    this.hide();
    this.field.value = "";
    this.field.dispatchEvent(new Event("input"));
    try {
      await api.choose(context.person.id, context.chat.id, cards[at].query, cards[at].id);
    } catch (error) {
      if (!(error instanceof api.Refused)) throw error;
      this.tell(error.message);
    }
  }
}

/** The words of `@bot words`; null when the text is no question to the bot. */
function question(text, username) {
  const name = `@${username} `.toLowerCase();
  return text.toLowerCase().startsWith(name) ? text.slice(name.length).trim() : null;
}

/** Let the person choose one of their chats, in which a question begins: what `switch_inline_query` does. */
export function chooseChat(context, chosen) {
  const dialog = byId("chooser");
  const chats = context.world.chats.filter((chat) => mayWrite(chat, context.person));
  const rows = chats.map((chat) => {
    const name = chat.type === "private" ? context.bot.first_name : chat.title;
    const take = () => { dialog.close(); chosen(chat); };
    return el("li", {}, button("quiet-button", name, take));
  });
  byId("chooser-chats").replaceChildren(...rows);
  dialog.showModal();
}

function mayWrite(chat, person) {
  if (chat.type === "private") return chat.id === person.id;
  const status = chat.members[person.id];
  return chat.type === "channel" ? ["creator", "administrator"].includes(status) : status !== undefined;
}
