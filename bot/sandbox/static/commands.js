/*
 * The menu of commands above the composer: opened by its button or by typing a slash.
 *
 * A listbox that the text field owns: focus stays in the field, arrows move, Enter takes, Escape closes. Enter takes
 * a command only after an arrow chose it, so that a command the menu does not list can still be typed and sent.
 */
import * as api from "./api.js";
import { byId, el } from "./dom.js";

export class CommandMenu {
  #all = [];
  #shown = [];
  #active = -1;

  constructor(field, list, taken) {
    this.field = field;
    this.list = list;
    this.taken = taken;
  }

  get open() {
    return !this.list.hidden;
  }

  /** Ask what the bot registered for this person here. */
  async load(person, chat) {
    this.#all = (await api.profile(person, chat)).commands;
    return this.#all.length;
  }

  /** Show what fits the beginning of a command; everything for an empty one. */
  show(beginning = "") {
    this.#shown = this.#all.filter(({ command }) => command.startsWith(beginning));
    if (this.#shown.length === 0) return this.hide();
    this.#active = -1;
    this.list.replaceChildren(...this.#shown.map((each, at) => this.#option(each, at)));
    this.list.hidden = false;
    this.field.setAttribute("aria-expanded", "true");
    this.field.removeAttribute("aria-activedescendant");
  }

  hide() {
    this.list.hidden = true;
    this.#active = -1;
    this.field.setAttribute("aria-expanded", "false");
    this.field.removeAttribute("aria-activedescendant");
  }

  /** Follow what is typed. */
  typed(text) {
    const slash = /^\/([a-z0-9_]*)$/iu.exec(text);
    if (slash) this.show(slash[1].toLowerCase());
    else this.hide();
  }

  /** True when the key was the menu's. */
  key(event) {
    if (!this.open) return false;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") this.#move(event.key === "ArrowDown" ? 1 : -1);
    else if (event.key === "Enter" && this.#active >= 0) this.#take(this.#active);
    else if (event.key === "Tab" && !event.shiftKey && this.field.value.startsWith("/")) this.#complete();
    else if (event.key === "Escape") this.hide();
    else return false;
    event.preventDefault();
    return true;
  }

  #option({ command, description }, at) {
    return el("li", { role: "option", id: `command-${at}`, "aria-selected": "false", onclick: () => this.#take(at) },
      el("span", { class: "command-name" }, `/${command}`),
      el("span", { class: "command-words", dir: "auto" }, description));
  }

  #move(step) {
    const count = this.#shown.length;
    this.#active = this.#active < 0 && step < 0 ? count - 1 : (this.#active + step + count) % count;
    [...this.list.children].forEach((option, at) => option.setAttribute("aria-selected", String(at === this.#active)));
    const option = byId(`command-${this.#active}`);
    option.scrollIntoView({ block: "nearest" });
    this.field.setAttribute("aria-activedescendant", option.id);
  }

  #complete() {
    this.field.value = `/${this.#shown[Math.max(0, this.#active)].command} `;
    this.hide();
  }

  #take(at) {
    const { command } = this.#shown[at];
    this.hide();
    this.taken(`/${command}`);
  }
}
