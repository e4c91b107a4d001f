/** Words, numbers and times in the visitor's language. Times are in the restaurant's zone. */
import { options, words } from "./shell.js";

const PLACE = /\{(\w+)\}/g;
const plural = new Intl.PluralRules(words.lang);

let zone;
let region = "";

/** Set where the restaurant is, as far as the service has reported it. */
export function settle(restaurant) {
  zone = restaurant?.timezone;
  region = restaurant?.country ?? "";
}

/** The text of this name with its placeholders filled in. `n` selects the plural form. */
export function say(name, facts = {}) {
  const found = words[name];
  const form = typeof found === "string" ? found : (found[plural.select(facts.n)] ?? found.other);
  return form.replace(PLACE, (_, place) => facts[place]);
}

/** The language combined with the restaurant's country, for local date and time formats. */
function locale() {
  return region ? `${words.lang}-${region}` : words.lang;
}

/** Creating a formatter is too slow to do for each day of a month. */
const formats = new Map();
function format(instant, style, timeZone, language = locale()) {
  const key = JSON.stringify([language, style, timeZone]);
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat(language, { ...style, timeZone }));
  return formats.get(key).format(instant);
}

const SHORT_DAY = { weekday: "short", month: "short", day: "numeric" };
const LONG_DAY = { weekday: "long", month: "long", day: "numeric" };
const CLOCK = { hour: "numeric", minute: "2-digit" };

export const shortDay = (instant) => format(instant, SHORT_DAY, zone);
export const longDay = (instant) => format(instant, LONG_DAY, zone);
export const clock = (instant) => format(instant, CLOCK, zone);

/** A date such as 2026-12-05 as noon UTC of that day, for the functions below. */
export const noon = (day) => new Date(`${day}T12:00:00Z`);
export const isDay = (day) => !Number.isNaN(noon(day).getTime());
export const plainDay = (day, style = SHORT_DAY) => format(noon(day), style, "UTC");
export const fullDay = (day) => plainDay(day, { ...LONG_DAY, year: "numeric" });
export const month = (day) => plainDay(day, { month: "long", year: "numeric" });
export const weekday = (day, width) => plainDay(day, { weekday: width });

/** The date of an instant in the restaurant's zone. */
export const dayOf = (instant) => format(instant, { year: "numeric", month: "2-digit", day: "2-digit" }, zone, "en-CA");

/** First day of the week there: 1 is Monday, 7 is Sunday. */
export function firstWeekday() {
  const known = new Intl.Locale(locale());
  const week = known.getWeekInfo?.() ?? known.weekInfo;
  return week?.firstDay ?? (region === "US" || region === "CA" ? 7 : 1);
}

/** Minutes and seconds left, such as 4:05. */
export const left = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

/** The restaurant's name, as its page gives it. */
export const title = (restaurant) => options.name ?? restaurant?.name ?? say("title");
