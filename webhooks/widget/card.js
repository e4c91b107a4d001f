/** A reservation as a card and as a calendar entry. */
import { button, icon, make } from "./dom.js";
import { shell } from "./shell.js";
import { clock, longDay, say } from "./words.js";

const STAY_MS = 2 * 3_600_000; // if the service does not say when the reservation ends
const TICK = "M5 12.500l4.500 4.500L19 7.500";
const CROSS = "M6 6l12 12M18 6L6 18";

const stamp = (instant) => `${instant.toISOString().replace(/[-:]/g, "").slice(0, 15)}Z`;
const escaped = (text) => text.replace(/[\\;,]/g, "\\$&").replace(/\r?\n/g, "\\n");

/** Fold into lines of at most 75 bytes, as iCalendar requires, without splitting a character. */
function folded(line) {
  const encoder = new TextEncoder();
  let width = 0;
  let out = "";
  for (const character of line) {
    const bytes = encoder.encode(character).length;
    if (width + bytes > 74) {
      out += "\r\n ";
      width = 0;
    }
    out += character;
    width += bytes;
  }
  return out;
}

/** The reservation as an iCalendar file (RFC 5545). */
export function calendarFile(reservation, restaurant, now) {
  const { code, starts_at, ends_at, party_size, diner_name } = reservation;
  const { name } = reservation.restaurant;
  const starts = new Date(starts_at);
  const isThisRestaurant = restaurant?.slug === reservation.restaurant.slug;
  const place = (isThisRestaurant && restaurant.address) || reservation.restaurant.city;
  const party = say("size", { n: party_size });
  const facts = { name: diner_name, code, phone: (isThisRestaurant && restaurant.phone) || "" };
  const lines = [
    "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Tabletalk//Widget//EN", "METHOD:PUBLISH", "BEGIN:VEVENT",
    `UID:${code}@${new URL(shell.base).hostname}`,
    `DTSTAMP:${stamp(new Date(now))}`,
    `DTSTART:${stamp(starts)}`,
    `DTEND:${stamp(ends_at ? new Date(ends_at) : new Date(starts.getTime() + STAY_MS))}`,
    `SUMMARY:${escaped(say("event", { restaurant: name, party }))}`,
    `LOCATION:${escaped(`${name}, ${place}`)}`,
    `DESCRIPTION:${escaped(say("eventNotes", facts).trim())}`,
    "STATUS:CONFIRMED", "END:VEVENT", "END:VCALENDAR", "",
  ];
  return lines.map(folded).join("\r\n");
}

function download(name, content) {
  const address = URL.createObjectURL(new Blob([content], { type: "text/calendar" }));
  const link = make("a", { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

const row = (label, value) => value && [make("dt", {}, say(label)), make("dd", {}, value)];

/** The card. Only the newest one of a code `isLatest` and has buttons; `send(text)` sends a text to the bot. */
export function card(reservation, { restaurant, now, isLatest, send }) {
  const { code, status, starts_at, party_size, diner_name, notes } = reservation;
  const starts = new Date(starts_at);
  const isKept = status === "confirmed" && starts.getTime() > now;
  const isCancelled = status === "cancelled";
  const headline = say(isCancelled ? "cancelled" : isKept ? "confirmed" : "over");
  const actions = [];
  if (isLatest && isKept) {
    const save = () => download(`${code}.ics`, calendarFile(reservation, restaurant, now));
    actions.push(
      button(say("calendar"), save, { class: "main" }),
      button(say("change"), () => send("change my booking"), { class: "quiet" }),
      button(say("cancel"), () => send("cancel my booking"), { class: "quiet" }),
    );
  }
  if (isLatest && isCancelled) actions.push(button(say("undo"), () => send("UNDO"), { class: "quiet" }));
  return make(
    "section",
    { class: `card ${isCancelled ? "gone" : ""}`, "aria-label": headline },
    make("h3", {}, make("span", { class: "seal" }, icon(isCancelled ? CROSS : TICK)), headline),
    make("p", { class: "when" }, make("strong", {}, longDay(starts)), make("span", {}, `${clock(starts)} · ${say("size", { n: party_size })}`)),
    make("p", { class: "where" }, [reservation.restaurant.name, reservation.restaurant.city].join(", ")),
    make("dl", {}, ...[row("name", diner_name), row("code", code), row("notes", notes)].filter(Boolean).flat()),
    actions.length > 0 && make("div", { class: "actions" }, ...actions),
  );
}
