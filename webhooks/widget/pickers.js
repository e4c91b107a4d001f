/** Pickers for what the bot asks. They send what a diner would type. */
import { append, button, find, focus, icon, make, replace, setAttribute, text, toggle } from "./dom.js";
import { calendar } from "./calendar.js";
import { say } from "./words.js";

const MOST_AT_ONE_TOUCH = 6;
const LARGEST_PARTY = 20; // if the service does not say
const USUAL_PARTY = 2;

/**
 * Party size: up to six with one tap, more with a stepper. If `chosen` is given, it is highlighted and every change calls
 * `pick(n)`. Otherwise a tap picks, and a larger party has a button to confirm it.
 */
function partySizes(largest, pick, chosen) {
  const touch = Math.min(MOST_AT_ONE_TOUCH, largest);
  const stepper = make("div", { class: "stepper", hidden: true });
  const mark = (n) => {
    if (chosen) for (const [i, size] of sizes.entries()) setAttribute(size, "aria-pressed", String(i === Math.min(n, touch + 1) - 1));
  };
  const choose = (n) => {
    toggle(stepper, "hidden", n <= touch);
    mark(n);
    if (chosen || n <= touch) pick(n);
  };
  const sizes = Array.from({ length: touch }, (_, i) =>
    button(String(i + 1), () => choose(i + 1), { "aria-label": say("size", { n: i + 1 }) }),
  );

  if (largest > touch) {
    let n = touch + 1;
    const shown = make("output", {});
    const accept = button(say("accepted"), () => pick(n), { class: "main" });
    const fewer = button(icon("M6 12h12"), () => step(-1), { class: "step", "aria-label": say("fewer") });
    const more = button(icon("M6 12h12M12 6v12"), () => step(1), { class: "step", "aria-label": say("more") });
    const step = (by) => {
      n = Math.min(Math.max(n + by, touch + 1), largest);
      text(shown, say("size", { n }));
      toggle(fewer, "disabled", n === touch + 1);
      toggle(more, "disabled", n === largest);
      if (by && chosen) pick(n);
    };
    step(0);
    append(stepper, fewer, shown, more, ...(chosen ? [] : [accept]));
    sizes.push(button(`${touch + 1}+`, () => choose(n), { "aria-label": say("larger", { n: touch + 1 }) }));
  }
  mark(chosen);
  const title = make("p", { class: "asked", "aria-hidden": "true" }, say("party"));
  return [title, make("div", { class: "sizes", role: "group", "aria-label": say("party") }, ...sizes), stepper];
}

/** Party size and day, sent in one message. */
function partyAndDay({ restaurant, now, send }) {
  let party = Math.min(USUAL_PARTY, restaurant.max_party);
  const sizes = partySizes(restaurant.max_party, (n) => (party = n), party);
  return [...sizes, calendar(restaurant, now, (day) => send(`Table for ${party} on ${day}`))];
}

const chips = (options, send, label, kind = "chips") =>
  make("div", { class: kind, role: "group", "aria-label": label }, ...options.map((option) => button(option.label, () => send(option.text))));

/** A calendar for picking a different day than the one discussed. */
function otherDay(restaurant, now, send) {
  const line = make("div", {});
  const open = () => {
    replace(line, calendar(restaurant, now, send));
    focus(find(line, "[tabindex='0']"));
  };
  append(line, chips([{ label: say("otherDay") }], open, say("day")));
  return line;
}

const quick = (name, text) => ({ label: say(name), text });

/**
 * Elements for the current state of the conversation: `state` of the chat API, `choices` of the last answer, whether it has
 * no messages yet (`isNew`), whether a reservation is shown (`hasCard`). Empty if only typing makes sense.
 */
export function pickers({ state, choices, isNew, hasCard, restaurant, now, send }) {
  if (choices.length > 0) return [chips(choices, send, say("answers"), "choices")];
  const { asks } = state;
  switch (state.expects) {
    case "party_size":
      return partySizes(asks?.max_party ?? restaurant?.max_party ?? LARGEST_PARTY, (n) => send(String(n)));
    case "date":
      return [calendar(asks ?? restaurant, now, send)];
    case "time":
      return [...(asks?.times ? [chips(asks.times, send, say("time"), "chips times")] : []), otherDay(restaurant, now, send)];
    case "confirmation":
      return [
        make("div", { class: "actions" }, button(say("accept"), () => send("Y"), { class: "main" }), button(say("decline"), () => send("N"), { class: "quiet" })),
      ];
    case "code":
      return [chips([quick("newCode", "send a new code")], send, say("answers"))];
    case null:
    case undefined:
      if (isNew && restaurant) {
        return [...partyAndDay({ restaurant, now, send }), chips([quick("mine", "what have I booked?")], send, say("answers"))];
      }
      return [chips(hasCard ? [quick("byText", "text me")] : [quick("book", "Book a table"), quick("mine", "what have I booked?")], send, say("answers"))];
    default:
      return [];
  }
}
