/** A month to pick a day from, by pointer or keyboard: arrows, Home and End, Page Up and Page Down. */
import { button, find, focus, icon, listen, make, replace, text, toggle } from "./dom.js";
import { dayOf, firstWeekday, fullDay, month, noon, say, weekday } from "./words.js";

const DAY_MS = 86_400_000;
const FARTHEST_DAYS = 365;

const plain = (instant) => instant.toISOString().slice(0, 10);
const shift = (day, days) => plain(new Date(noon(day).getTime() + days * DAY_MS));
const firstOf = (day) => `${day.slice(0, 8)}01`;

/** The same day `months` later, or the last day of a shorter month. */
function shiftMonths(day, months) {
  const first = noon(firstOf(day));
  first.setUTCMonth(first.getUTCMonth() + months);
  const last = new Date(first.getTime());
  last.setUTCMonth(last.getUTCMonth() + 1, 0);
  return `${plain(first).slice(0, 8)}${String(Math.min(Number(day.slice(8)), last.getUTCDate())).padStart(2, "0")}`;
}

/** `asks` gives the range and the closed days. Without it, every day from today is open. */
export function calendar(asks, now, pick) {
  const first = asks?.first_day ?? dayOf(now);
  const last = asks?.last_day ?? shift(first, FARTHEST_DAYS);
  const closed = new Set(asks?.closed_days);
  const starts = firstWeekday();
  const within = (day) => (day < first ? first : day > last ? last : day);
  const isOpen = (day) => day >= first && day <= last && !closed.has(day);

  let at = first;
  while (at < last && !isOpen(at)) at = shift(at, 1);

  const title = make("h3", { "aria-live": "polite" });
  const body = make("tbody");
  const turn = (months) => {
    at = within(shiftMonths(firstOf(at), months));
    draw();
  };
  const back = button(icon("M15 5l-7 7 7 7"), () => turn(-1), { class: "turn", "aria-label": say("previous") });
  const on = button(icon("M9 5l7 7-7 7"), () => turn(1), { class: "turn", "aria-label": say("next") });

  function cell(day) {
    if (day.slice(0, 7) !== at.slice(0, 7)) return make("td");
    const open = isOpen(day);
    const name = open ? fullDay(day) : `${fullDay(day)}, ${say("closed")}`;
    const attributes = { "data-day": day, "aria-label": name, tabindex: day === at ? 0 : -1, "aria-disabled": !open && "true" };
    if (day === dayOf(now)) attributes["aria-current"] = "date";
    return make("td", {}, button(String(Number(day.slice(8))), () => open && pick(day), attributes));
  }

  function draw() {
    text(title, month(at));
    toggle(back, "disabled", at.slice(0, 7) <= first.slice(0, 7));
    toggle(on, "disabled", at.slice(0, 7) >= last.slice(0, 7));
    const offset = (noon(firstOf(at)).getUTCDay() - starts + 7) % 7;
    const weeks = [];
    for (let day = shift(firstOf(at), -offset); day.slice(0, 7) <= at.slice(0, 7); day = shift(day, 7)) {
      weeks.push(make("tr", {}, ...Array.from({ length: 7 }, (_, n) => cell(shift(day, n)))));
    }
    replace(body, ...weeks);
  }

  const steps = {
    ArrowLeft: () => shift(at, -1),
    ArrowRight: () => shift(at, 1),
    ArrowUp: () => shift(at, -7),
    ArrowDown: () => shift(at, 7),
    Home: () => shift(at, -((noon(at).getUTCDay() - starts + 7) % 7)),
    End: () => shift(at, 6 - ((noon(at).getUTCDay() - starts + 7) % 7)),
    PageUp: () => shiftMonths(at, -1),
    PageDown: () => shiftMonths(at, 1),
  };
  listen(body, "keydown", (event) => {
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    at = within(step());
    draw();
    focus(find(body, `[data-day="${at}"]`));
  });

  const heads = Array.from({ length: 7 }, (_, n) => {
    const day = shift("2026-11-30", starts - 1 + n); // a Monday
    return make("th", { scope: "col", abbr: weekday(day, "long") }, weekday(day, "short").slice(0, 2));
  });
  draw();
  const grid = make("table", { "aria-label": say("day") }, make("thead", {}, make("tr", {}, ...heads)), body);
  return make("div", { class: "calendar" }, make("div", { class: "month" }, back, title, on), grid);
}
