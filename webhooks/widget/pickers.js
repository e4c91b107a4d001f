/** What can be picked instead of typed, for what the bot asks. What is sent is what a diner would type. */
import { button, icon, make, text, toggle } from "./dom.js";
import { calendar } from "./calendar.js";
import { say } from "./words.js";

const MOST_AT_ONE_TOUCH = 6;
const LARGEST_PARTY = 20; // where the service does not say

/** Parties of up to six are one touch; larger ones are counted up. `sentence` makes a text of the number. */
function partySizes(largest, send, sentence) {
  const touch = Math.min(MOST_AT_ONE_TOUCH, largest);
  const pick = (n) => send(sentence(n));
  const sizes = Array.from({ length: touch }, (_, i) => button(String(i + 1), () => pick(i + 1), { "aria-label": say("size", { n: i + 1 }) }));
  const group = make("div", { class: "sizes", role: "group", "aria-label": say("party") }, ...sizes);
  const title = make("p", { class: "asked", "aria-hidden": "true" }, say("party"));
  if (largest <= touch) return [title, group];

  let n = touch + 1;
  const shown = make("output", { "aria-live": "polite" });
  const accept = button("", () => pick(n), { class: "quiet" });
  const fewer = button(icon("M6 12h12"), () => step(-1), { class: "step", "aria-label": say("fewer") });
  const more = button(icon("M6 12h12M12 6v12"), () => step(1), { class: "step", "aria-label": say("more") });
  function step(by) {
    n = Math.min(Math.max(n + by, 1), largest);
    text(shown, String(n));
    text(accept, say("size", { n }));
    toggle(fewer, "disabled", n <= 1);
    toggle(more, "disabled", n >= largest);
  }
  step(0);
  return [title, group, make("div", { class: "stepper" }, fewer, shown, more, accept)];
}

const chips = (options, send, label, kind = "chips") =>
  make("div", { class: kind, role: "group", "aria-label": label }, ...options.map((option) => button(option.label, () => send(option.text))));

const quick = (name, text) => ({ label: say(name), text });

/**
 * Elements for where the conversation stands: `state` of the chat API, `choices` of the last answer, whether nothing has been
 * said yet (`isNew`), whether a reservation is shown (`hasCard`). Empty where only typing makes sense.
 */
export function pickers({ state, choices, isNew, hasCard, restaurant, now, send }) {
  if (choices.length > 0) return [chips(choices, send, say("answers"), "choices")];
  const { asks } = state;
  switch (state.expects) {
    case "party_size":
      return partySizes(asks?.max_party ?? restaurant?.max_party ?? LARGEST_PARTY, send, String);
    case "date":
      return [calendar(asks, now, send)];
    case "time":
      return asks?.times ? [chips(asks.times, send, say("time"), "chips times")] : [];
    case "confirmation":
      return [
        make("div", { class: "actions" }, button(say("accept"), () => send("Y"), { class: "main" }), button(say("decline"), () => send("N"), { class: "quiet" })),
      ];
    case "code":
      return [chips([quick("newCode", "send a new code")], send, say("answers"))];
    case null:
    case undefined:
      if (isNew && restaurant) {
        const start = partySizes(restaurant.max_party, send, (n) => `Table for ${n}`);
        return [...start, chips([quick("mine", "what have I booked?")], send, say("answers"))];
      }
      return [chips(hasCard ? [quick("byText", "text me")] : [quick("book", "Book a table"), quick("mine", "what have I booked?")], send, say("answers"))];
    default:
      return [];
  }
}
