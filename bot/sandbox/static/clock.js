/*
 * Times as a reader sees them: the page speaks English, an entity speaks the language of the person's client.
 */

const TIME = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long" });
const DAY_AND_YEAR = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric" });
const SHORT_DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const FULL = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "medium" });

const date = (unix) => new Date(unix * 1000);
const daysAgo = (unix) => Math.round((midnight(new Date()) - midnight(date(unix))) / 86_400_000);
const midnight = (day) => new Date(day.getFullYear(), day.getMonth(), day.getDate()).getTime();

export const timeOf = (unix) => TIME.format(date(unix));
export const fullTime = (unix) => FULL.format(date(unix));
export const isoTime = (unix) => date(unix).toISOString();
export const dayKey = (unix) => midnight(date(unix));

/** The heading above a day's messages. */
export function dayName(unix) {
  const ago = daysAgo(unix);
  if (ago === 0) return "Today";
  if (ago === 1) return "Yesterday";
  return date(unix).getFullYear() === new Date().getFullYear() ? DAY.format(date(unix)) : DAY_AND_YEAR.format(date(unix));
}

/** The stamp in the list of chats: a time today, a day before. */
export const stamp = (unix) => (daysAgo(unix) === 0 ? timeOf(unix) : SHORT_DAY.format(date(unix)));

const UNITS = [["year", 31_536_000], ["month", 2_592_000], ["day", 86_400], ["hour", 3_600], ["minute", 60], ["second", 1]];

/**
 * A `date_time` entity's text, or null when the text is to stay as written.
 * The format is `r|w?[dD]?[tT]?`: relative; weekday, short or long date, short or long time.
 * Source: https://core.telegram.org/bots/api#date-time-entity-formatting
 */
export function entityTime(unix, format, language) {
  if (!Number.isFinite(unix) || Math.abs(unix) > 8.64e12 || !/^(r|w?[dD]?[tT]?)$/u.test(format ?? "") || !format) return null;
  if (format === "r") return relative(unix, language);
  const options = {};
  if (format.includes("w")) options.weekday = "long";
  if (format.includes("d")) Object.assign(options, { day: "2-digit", month: "2-digit", year: "2-digit" });
  if (format.includes("D")) Object.assign(options, { day: "numeric", month: "long", year: "numeric" });
  if (/[tT]/u.test(format)) Object.assign(options, { hour: "2-digit", minute: "2-digit" });
  if (format.includes("T")) options.second = "2-digit";
  return new Intl.DateTimeFormat(known(language), options).format(date(unix));
}

function relative(unix, language) {
  const seconds = unix - Date.now() / 1000;
  const [unit, size] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? UNITS.at(-1);
  return new Intl.RelativeTimeFormat(known(language), { numeric: "auto" }).format(Math.round(seconds / size), unit);
}

function known(language) {
  try {
    return Intl.getCanonicalLocales(language)[0] ?? "en";
  } catch {
    return "en";
  }
}
