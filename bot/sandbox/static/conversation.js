/*
 * The open conversation: its log in order, its days, and where the reader stands in it.
 *
 * The view follows new messages only when the reader is at the end; otherwise a pill counts them.
 */
import * as api from "./api.js";
import { dayKey, dayName } from "./clock.js";
import { avatar, byId, el, icon } from "./dom.js";
import { drawMessage, isMine, serviceLine } from "./message.js";

const AT_END_PX = 80;
const JOINED_SECONDS = 300;

export class Conversation {
  #messages = new Map();
  #reactions = new Map(); // message → people by emoji
  #articles = new Map();
  #days = new Map();
  #context = null;
  #unseen = 0;
  #following = true;
  #opening = 0; // counts, so that a slow answer for a chat left meanwhile is dropped
  #description = "";

  constructor() {
    this.log = byId("log");
    this.scroller = byId("scroller");
    this.pill = byId("pill");
    this.earlier = byId("earlier");
    this.pill.addEventListener("click", () => this.toEnd("smooth"));
    this.earlier.addEventListener("click", () => this.#loadEarlier());
    this.scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    // The composer grows, a phone turns, its keyboard opens: who was at the end stays there.
    new ResizeObserver(() => this.#following && this.toEnd()).observe(this.scroller);
  }

  /** Show the conversation that `context` reads, from its end. */
  async open(context) {
    const turn = ++this.#opening;
    this.#context = context;
    this.log.setAttribute("aria-live", "off");
    this.log.setAttribute("aria-busy", "true");
    const [{ messages, earlier, reactions }, { description }] = await Promise.all([
      api.messages(context.chat.id, context.person.id),
      api.profile(context.person.id, context.chat.id),
    ]);
    if (turn !== this.#opening) return;
    this.#description = description;
    this.#messages.clear();
    this.#reactions.clear();
    this.#articles.clear();
    this.#days.clear();
    this.log.replaceChildren();
    this.#learn(messages, reactions);
    this.#draw();
    this.earlier.hidden = !earlier;
    this.toEnd();
    this.log.removeAttribute("aria-busy");
    requestAnimationFrame(() => this.log.setAttribute("aria-live", "polite"));
  }

  /** After a break in the stream: fetch the newest again and correct what changed meanwhile. */
  async refresh() {
    if (this.#context === null) return;
    const turn = this.#opening;
    const { messages, reactions } = await api.messages(this.#context.chat.id, this.#context.person.id);
    if (turn !== this.#opening) return;
    // Nothing in common: more was said than one answer holds, and what is shown would have a hole.
    if (!messages.some(({ message_id: id }) => this.#messages.has(id))) return this.open(this.#context);
    const oldest = messages[0].message_id;
    const present = new Set(messages.map((message) => message.message_id));
    for (const id of this.#messages.keys()) if (id >= oldest && !present.has(id)) this.#drop(id);
    this.#learn([], reactions);
    for (const message of messages) this.put(message);
    this.#draw();
  }

  /** Somebody's reactions to a message changed. */
  react(id, reactions) {
    this.#reactions.set(id, reactions);
    if (this.#articles.has(id)) this.#redrawOne(this.#messages.get(id));
  }

  #learn(messages, reactions) {
    for (const message of messages) this.#messages.set(message.message_id, message);
    for (const [id, people] of Object.entries(reactions)) this.#reactions.set(Number(id), people);
  }

  #drawOne(article, message) {
    drawMessage(article, message, this.#context, this.#reactions.get(message.message_id) ?? {});
  }

  /** Something about the reader changed (language, a block): draw everything again where it stands. */
  redraw(context) {
    this.#context = context;
    for (const [id, article] of this.#articles) this.#drawOne(article, this.#messages.get(id));
    this.#draw();
  }

  /** A message arrived or was edited. */
  put(message) {
    const known = this.#messages.get(message.message_id);
    const isNew = known === undefined;
    if (!isNew && JSON.stringify(known) === JSON.stringify(message)) return;
    const follow = this.#atEnd();
    this.#messages.set(message.message_id, message);
    if (!isNew) this.#redrawOne(message);
    this.#draw();
    if (follow || (isNew && isMine(message, this.#context.person))) this.toEnd();
    else if (isNew) this.#count();
  }

  remove(id) {
    this.#drop(id);
    this.#draw();
  }

  toEnd(behavior = "instant") {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.scroller.scrollTo({ top: this.scroller.scrollHeight, behavior: calm ? "instant" : behavior });
    this.#following = true;
    this.#seen();
  }

  /** Bring a message into view and point at it. */
  goTo(id) {
    const article = this.#articles.get(id);
    if (article === undefined) return;
    article.scrollIntoView({ block: "center" });
    article.classList.remove("pointed");
    void article.offsetWidth; // restarts the animation
    article.classList.add("pointed");
    article.focus({ preventScroll: true });
  }

  #drop(id) {
    this.#messages.delete(id);
    this.#articles.get(id)?.remove();
    this.#articles.delete(id);
  }

  /** Put articles and day lines in order, moving only what is not in its place. */
  #draw() {
    const wanted = [];
    let previous = null;
    for (const id of [...this.#messages.keys()].sort((one, other) => one - other)) {
      const message = this.#messages.get(id);
      const article = this.#article(message);
      const day = dayKey(message.date);
      const newDay = previous === null || dayKey(previous.date) !== day;
      if (newDay) wanted.push(this.#day(day, message.date));
      article.classList.toggle("joined", !newDay && belongTogether(previous, message));
      wanted.push(article);
      previous = message;
    }
    if (wanted.length === 0) wanted.push(this.#nothing());
    wanted.forEach((node, at) => {
      if (this.log.children[at] !== node) this.log.insertBefore(node, this.log.children[at] ?? null);
    });
    while (this.log.children.length > wanted.length) this.log.lastElementChild.remove();
  }

  #article(message) {
    let article = this.#articles.get(message.message_id);
    if (article === undefined) {
      article = el("article", { tabindex: "-1", "data-id": message.message_id });
      this.#drawOne(article, message);
      this.#articles.set(message.message_id, article);
    }
    return article;
  }

  /** An edit: the same article with new content; focus stays where it was, nothing is read aloud again. */
  #redrawOne(message) {
    const article = this.#articles.get(message.message_id);
    const controls = () => [...article.querySelectorAll("a, button")];
    const focused = controls().indexOf(document.activeElement);
    article.setAttribute("aria-live", "off");
    this.#drawOne(article, message);
    if (focused < 0) return;
    const left = controls();
    (left[Math.min(focused, left.length - 1)] ?? article).focus({ preventScroll: true });
  }

  #day(key, date) {
    if (!this.#days.has(key)) this.#days.set(key, el("h2", { class: "day" }, el("span", {}, dayName(date))));
    return this.#days.get(key);
  }

  /** An empty chat: what the bot says of itself, as Telegram shows it before the first word. */
  #nothing() {
    const { bot, chat } = this.#context;
    if (chat.type !== "private") return el("p", { class: "nothing" }, "Nothing has been said here yet.");
    return el("div", { class: "nothing greeting" },
      avatar(el("div", { "aria-hidden": "true" }), bot.id, bot.first_name),
      el("h2", { dir: "auto" }, bot.first_name),
      el("p", { dir: "auto" }, this.#description || "This bot has not said yet what it does."));
  }

  async #loadEarlier() {
    const oldest = Math.min(...this.#messages.keys());
    this.earlier.setAttribute("aria-busy", "true");
    try {
      const { messages, earlier, reactions } = await api.messages(
        this.#context.chat.id,
        this.#context.person.id,
        oldest,
      );
      const below = this.scroller.scrollHeight - this.scroller.scrollTop;
      this.log.setAttribute("aria-live", "off");
      this.#learn(messages, reactions);
      this.earlier.hidden = !earlier;
      this.#draw();
      this.scroller.scrollTop = this.scroller.scrollHeight - below;
      requestAnimationFrame(() => this.log.setAttribute("aria-live", "polite"));
    } finally {
      this.earlier.removeAttribute("aria-busy");
    }
  }

  #scrolled() {
    this.#following = this.#atEnd();
    if (this.#following) this.#seen();
  }

  #atEnd() {
    return this.scroller.scrollHeight - this.scroller.scrollTop - this.scroller.clientHeight < AT_END_PX;
  }

  #count() {
    this.#unseen += 1;
    this.pill.replaceChildren(`${this.#unseen} new ${this.#unseen === 1 ? "message" : "messages"}`, icon("down"));
    this.pill.hidden = false;
  }

  #seen() {
    this.#unseen = 0;
    this.pill.hidden = true;
  }
}

function belongTogether(previous, message) {
  const sender = (each) => each.sender_chat?.id ?? each.from?.id ?? each.chat.id;
  return !serviceLine(previous) && sender(previous) === sender(message) && message.date - previous.date < JOINED_SECONDS;
}
