/*
 * The only place where elements are made.
 *
 * Everything a chat contains is hostile, so there is no markup here: text goes in as text nodes, and the few
 * attributes that could act (links, picture sources) are set by the modules that checked them.
 */

/** An element with attributes (`on*` are listeners, null ones are left out) and children (strings become text). */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

/** A real button; `label` is its text, or its accessible name when an icon is given. */
export function button(className, label, onclick, drawn = null, attributes = {}) {
  const named = drawn ? { "aria-label": label, title: label } : {};
  return el("button", { type: "button", class: className, onclick, ...named, ...attributes }, drawn ?? label);
}

const ISOLATED = /[\u2066-\u2068][^\u2069]*\u2069?/gu;
const STRONG = /[\p{L}\u200e\u200f]/u;
const RIGHT_TO_LEFT = /[\u0590-\u08ff\u200f\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/**
 * The direction of a text: that of its first letter which stands in no isolate, as phones have it. `dir="auto"` would
 * look into isolates, and past what has a direction of its own.
 */
export function directionOf(text) {
  const first = STRONG.exec(text.replace(ISOLATED, "")) ?? STRONG.exec(text);
  return first && RIGHT_TO_LEFT.test(first[0]) ? "rtl" : "ltr";
}

export const byId = (id) => document.getElementById(id);

const SVG = "http://www.w3.org/2000/svg";
const PATHS = {
  back: "M15 5l-7 7 7 7",
  send: "M5 12h13M12 5.5l6.5 6.5-6.5 6.5",
  attach: "M19 11.5l-7.4 7.3a4.6 4.6 0 0 1-6.5-6.5l7.9-7.8a3.1 3.1 0 0 1 4.4 4.4l-7.7 7.6a1.5 1.5 0 0 1-2.2-2.1l6.9-6.8",
  menu: "M5 7h14M5 12h14M5 17h9",
  close: "M6 6l12 12M18 6L6 18",
  reply: "M9.5 6.5L4.5 11.5l5 5M5 11.5h8.5c3.5 0 6 2 6 6",
  settings: "M4 7.5h9M17 7.5h3M4 16.5h3M11 16.5h9M15 5.3v4.4M9 14.3v4.4",
  file: "M7 3.5h7l4 4v13H7zM13.5 3.5v4.5H18",
  outward: "M8 16l8-8M9.5 8H16v6.5",
  down: "M12 5v13M6 12.5l6 6 6-6",
};

/** A line icon, drawn in the colour of its surroundings and hidden from screen readers. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const attributes = { viewBox: "0 0 24 24", class: `icon icon-${name}`, "aria-hidden": "true", focusable: "false" };
  for (const [key, value] of Object.entries(attributes)) svg.setAttribute(key, value);
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

const TONES = 6;

/** Draw a round avatar of initials into `node`; the same id keeps its tone. */
export function avatar(node, id, name) {
  const letters = name.trim().split(/\s+/u).slice(0, 2).map((word) => [...word][0] ?? "").join("");
  node.className = `avatar tone-${Math.abs(id) % TONES}`;
  node.textContent = letters.toUpperCase();
  return node;
}
