/*
 * Writing: a message, a command, a reply, a document. What stands here depends on who the person is in the chat.
 */
import * as api from "./api.js";
import { CommandMenu } from "./commands.js";
import { button, byId, el, icon } from "./dom.js";
import { InlineCards } from "./inline.js";
import { senderName, summary } from "./message.js";

const MAX_TEXT_LENGTH = 4096;
const TALLEST_PX = 180;

export class Composer {
  #context = null;
  #reply = null;
  #file = null;

  constructor(tell) {
    this.tell = tell;
    this.foot = byId("foot");
    this.hint = byId("drop-hint");
    this.field = el("textarea", {
      id: "write", rows: "1", maxlength: MAX_TEXT_LENGTH, "aria-label": "Message", dir: "auto", enterkeyhint: "send",
      autocomplete: "off", role: "combobox", "aria-controls": "commands", "aria-expanded": "false",
      "aria-autocomplete": "list", "aria-haspopup": "listbox",
    });
    this.list = el("ul", { id: "commands", class: "commands", role: "listbox", "aria-label": "Commands", hidden: true });
    this.menu = new CommandMenu(this.field, this.list, (command) => this.#command(command));
    this.found = el("ul", { id: "cards", class: "commands", role: "listbox", "aria-label": "Results", hidden: true });
    this.cards = new InlineCards(this.field, this.found, tell);
    this.menuButton = button("icon-button menu-button", "Menu of commands", () => this.#toggleMenu(), icon("menu"));
    this.picker = el("input", { type: "file", hidden: true, "aria-hidden": "true", tabindex: "-1", id: "file" });
    this.replyChip = el("div", { class: "chip", hidden: true });
    this.fileChip = el("div", { class: "chip", hidden: true });
    this.send = el("button", { type: "submit", class: "icon-button send", "aria-label": "Send", title: "Send" }, icon("send"));
    this.form = this.#form();
    this.#listen();
  }

  /** Offer what `context`'s person can do in its chat. */
  async open(context) {
    const moved = this.#context?.chat.id !== context.chat.id || this.#context?.person.id !== context.person.id;
    this.#context = context;
    if (moved) this.#clear();
    const instead = this.#instead();
    const hadFocus = this.foot.contains(document.activeElement);
    // The form is moved only when it is not there: moving it would take the focus out of a half-written message.
    if (instead !== null || !this.form.isConnected) this.foot.replaceChildren(instead ?? this.form);
    if (hadFocus && !this.foot.contains(document.activeElement)) this.#refocus();
    if (instead !== null) return;
    this.field.placeholder = context.chat.type === "private" ? "Message" : `Message as ${context.person.first_name}`;
    const count = await this.menu.load(context.person.id, context.chat.id).catch(() => 0);
    this.menuButton.hidden = count === 0;
  }

  replyTo(message) {
    this.#reply = message;
    this.#chip(this.replyChip, icon("reply"), senderName(message), summary(message), () => { this.#reply = null; });
    this.field.focus();
  }

  attach(file) {
    if (!file || !this.#context?.canWrite) return;
    this.#file = file;
    this.#chip(this.fileChip, icon("file"), file.name, "Will be sent as a document", () => { this.#file = null; });
    this.field.focus();
  }

  /** Begin a message with this text, as if it had been typed. */
  write(text) {
    if (!this.form.isConnected) return;
    this.field.value = text;
    this.#typed();
    this.field.focus();
  }

  focus() {
    if (this.form.isConnected) this.field.focus();
  }

  #refocus() {
    (this.foot.querySelector("textarea") ?? this.foot.querySelector("button"))?.focus();
  }

  #form() {
    const attach = button("icon-button", "Attach a document", () => this.picker.click(), icon("attach"));
    return el("form", { class: "composer" }, this.list, this.found, this.replyChip, this.fileChip,
      el("div", { class: "composer-row" }, this.menuButton, attach, this.picker, this.field, this.send));
  }

  #listen() {
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.#send(); });
    this.field.addEventListener("input", () => this.#typed());
    this.field.addEventListener("keydown", (event) => this.#key(event));
    this.field.addEventListener("blur", () => setTimeout(() => this.foot.contains(document.activeElement) || this.#hideLists(), 150));
    this.field.addEventListener("paste", (event) => this.attach(event.clipboardData.files[0]));
    this.picker.addEventListener("change", () => { this.attach(this.picker.files[0]); this.picker.value = ""; });
    // A press on the list must not take the focus out of the field that owns it.
    for (const list of [this.list, this.found]) list.addEventListener("pointerdown", (event) => event.preventDefault());
    const room = byId("conversation");
    const hasFiles = (event) => this.#context?.canWrite && [...event.dataTransfer.types].includes("Files");
    room.addEventListener("dragover", (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      this.hint.hidden = false;
    });
    room.addEventListener("dragleave", (event) => { if (!room.contains(event.relatedTarget)) this.hint.hidden = true; });
    room.addEventListener("drop", (event) => {
      this.hint.hidden = true;
      if (!hasFiles(event)) return;
      event.preventDefault();
      this.attach(event.dataTransfer.files[0]);
    });
  }

  #key(event) {
    if (event.isComposing || this.menu.key(event) || this.cards.key(event)) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.#send();
    } else if (event.key === "Escape" && (this.#reply || this.#file)) {
      this.#clear({ keepText: true });
    }
  }

  async #send() {
    const { person, chat } = this.#context;
    const text = this.field.value.trim();
    const [file, reply] = [this.#file, this.#reply];
    if (!text && !file) return;
    this.#hideLists();
    this.#clear();
    try {
      if (file) await api.upload(person.id, chat.id, file, text);
      else await api.say(person.id, chat.id, text, reply?.message_id, reply?.is_topic_message ? reply.message_thread_id : null);
    } catch (error) {
      if (!(error instanceof api.Refused)) throw error;
      this.tell(error.message);
      if (this.#context.chat.id !== chat.id) return;
      this.field.value ||= text;
      this.#grow();
      if (file) this.attach(file);
      if (reply) this.replyTo(reply);
    }
  }

  #command(command) {
    this.field.value = "";
    this.#grow();
    this.#context.command(command);
  }

  async #toggleMenu() {
    if (this.menu.open) return this.menu.hide();
    await this.menu.load(this.#context.person.id, this.#context.chat.id);
    this.menu.show();
    // On a touch screen the keyboard would cover the list that was just opened.
    if (matchMedia("(hover: hover)").matches) this.field.focus();
    else this.list.scrollTop = 0;
  }

  #chip(chip, mark, title, words, dropped) {
    const drop = () => { dropped(); chip.hidden = true; this.field.focus(); };
    chip.replaceChildren(mark,
      el("span", { class: "chip-words" }, el("strong", { dir: "auto" }, title), el("span", { dir: "auto" }, words)),
      button("icon-button", "Remove", drop, icon("close")));
    chip.hidden = false;
  }

  #clear({ keepText = false } = {}) {
    this.#reply = null;
    this.#file = null;
    this.replyChip.hidden = true;
    this.fileChip.hidden = true;
    if (!keepText) this.field.value = "";
    this.#grow();
    this.#hideLists();
  }

  #typed() {
    this.#grow();
    if (this.#context !== null && this.cards.typed(this.field.value, this.#context)) this.menu.hide();
    else this.menu.typed(this.field.value);
  }

  #hideLists() {
    this.menu.hide();
    this.cards.hide();
  }

  #grow() {
    this.field.style.height = "auto";
    this.field.style.height = `${Math.min(this.field.scrollHeight, TALLEST_PX)}px`;
  }

  /** What stands in place of the form when the person cannot write here; null when they can. */
  #instead() {
    const { person, chat, canWrite, start, unblock } = this.#context;
    if (chat.type === "private" && person.blocked)
      return notice("You blocked this bot. It cannot write to you.", button("solid-button", "Unblock", unblock));
    if (chat.type === "private" && !person.started)
      return notice(null, button("solid-button start-button", "Start", () => start("")));
    return canWrite ? null : notice("Only administrators write in this channel.", null);
  }
}

function notice(words, act) {
  return el("div", { class: "instead" }, words ? el("p", {}, words) : null, act);
}
