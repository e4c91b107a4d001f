/** The panel: displays a conversation, opens and closes, and manages the focus. */
import { append, button, contains, dispatch, find, focus, icon, listen, make, replace, setAttribute, text, toggle } from "./dom.js";
import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { pickers } from "./pickers.js";
import { options, page, root, shell, words } from "./shell.js";
import { Store } from "./store.js";
import { Thread } from "./thread.js";
import { clock, left, say, settle, shortDay, title } from "./words.js";

const SMALL = page.matchMedia("(max-width: 480px), (max-height: 480px)");
const FINE = page.matchMedia("(pointer: fine)");
const TICK_MS = 1000;
const ANSWERED_WITHIN_MS = 12_000;

const heading = make("h2", { id: "tabletalk-title", tabindex: -1 });
const subtitle = make("p", { role: "status" });
const restart = button(icon("M4 12a8 8 0 1 0 2.500-5.800L4 8.500M4 4v4.500h4.500"), askToStartOver, { class: "plain", "aria-label": say("startOver") });
const shut = button(icon("M6 6l12 12M18 6L6 18"), close, { class: "plain", "aria-label": say("close") });
const hold = make("div", { class: "hold", role: "timer", hidden: true });
const thread = new Thread({ send, retry: () => conversation.retry(), drop: (key) => conversation.drop(key) });
const composer = new Composer(send);
const dialog = make(
  "dialog",
  { class: "panel", popover: "manual", "aria-labelledby": "tabletalk-title", lang: words.lang, "data-theme": options.theme },
  make("div", { class: "head" }, make("div", {}, heading, subtitle), restart, shut),
  hold,
  thread.scroller,
  composer.root,
);

const conversation = new Conversation(new Store(`tabletalk.${new URL(shell.base).host}.${options.restaurant ?? ""}`), {
  changed: draw,
  made: announce,
});

/** Dispatch an event to the page. `detail` does not identify the diner. */
function tell(name, detail = {}) {
  dispatch(page, new CustomEvent(`tabletalk:${name}`, { detail }));
}

/** Report a reservation that a message from this page made, changed or cancelled, but not one that was only shown. */
const known = new Map();
function announce(reservation, before) {
  const { code, status, starts_at, ends_at, party_size, restaurant } = reservation;
  const was = known.get(code);
  known.set(code, reservation);
  const detail = { code, status, starts_at, ends_at, party_size, restaurant: restaurant.slug };
  if (status === "cancelled") {
    if (was?.status !== status) tell("cancelled", detail);
  } else if (!was && before.hold && before.hold.expires_at !== conversation.state.hold?.expires_at) {
    // The next of several tables may be on hold by now.
    tell("booked", detail);
  } else if (was && (was.status !== status || was.starts_at !== starts_at || was.party_size !== party_size)) {
    tell("changed", detail);
  }
}

function send(text) {
  if (contains(thread.answers, root.activeElement)) focus(thread.answers);
  isAsking = false;
  conversation.send(text);
}

let offered = "";
let isAsking = false;

function draw() {
  const { restaurant, state, problem } = conversation;
  settle(restaurant);
  text(heading, title(restaurant));
  const line = conversation.isReached ? (restaurant ? say("subtitle") : "") : say("offline");
  if (text(subtitle) !== line) text(subtitle, line);
  if (problem) return complain();
  const messages = conversation.thread;
  const newest = messages.at(-1);
  // Also wait, for a limited time, if another tab sent the message, or this one did before a reload.
  const isAwaited = newest?.direction === "in" && newest.at && !newest.outcome && conversation.now() - Date.parse(newest.at) < ANSWERED_WITHIN_MS;
  const isTyping = conversation.isSending || Boolean(isAwaited);
  thread.draw(messages, { restaurant, now: conversation.now(), isTyping });
  if (isAwaited) setTimeout(draw, ANSWERED_WITHIN_MS);
  drawHold();
  composer.ask(state.expects ?? null);
  if (isAsking) return;
  const key = newest && !isTyping ? `${conversation.store.kept?.id} ${newest.id ?? newest.key} ${state.expects}` : "";
  if (key !== offered) {
    offered = key;
    offer(messages, key === "");
  }
}

function offer(messages, isNothing) {
  const { restaurant, state } = conversation;
  const hadFocus = contains(thread.answers, root.activeElement) || root.activeElement === thread.answers;
  const told = messages.filter(({ outcome }) => outcome === undefined); // unsent messages have changed nothing
  const last = told.findLastIndex(({ direction }) => direction === "in");
  const choices = told.slice(last + 1).flatMap((message) => message.choices ?? []);
  const hasCard = told.slice(last + 1).some((message) => message.reservation);
  const about = { state, choices, hasCard, restaurant, isNew: last < 0, now: conversation.now(), send };
  thread.offer(isNothing ? [] : pickers(about));
  if (conversation.notice) append(thread.answers, make("p", { class: "notice" }, conversation.notice));
  conversation.notice = "";
  if (!hadFocus || isNothing) return;
  const first = find(thread.answers, "[tabindex='0'], button:not([disabled], [tabindex='-1'])");
  if (first && state.expects) focus(first);
  else composer.focus();
}

function complain() {
  offered = "";
  thread.draw([], { now: Date.now(), isTyping: false });
  const { status, message } = conversation.problem;
  if (message) console.warn(`tabletalk: ${message}`); // for the site's developers, such as an origin that is not listed or a wrong slug
  thread.notice(status === 429 ? message : say("cannotOpen"), button(say("tryAgain"), () => start(), { class: "main" }));
}

function askToStartOver() {
  const settleIt = (isMeant) => {
    isAsking = false;
    offered = "";
    if (isMeant) {
      known.clear();
      thread.clear();
      conversation.startOver();
    } else draw();
    focus(restart);
  };
  isAsking = true;
  const yes = button(say("startOverYes"), () => settleIt(true), { class: "main" });
  thread.notice(say("startOverQuestion"), yes, button(say("startOverNo"), () => settleIt(false), { class: "quiet" }));
  focus(yes);
}

/** The held table and the time left. */
function drawHold() {
  const { hold: held } = conversation.state;
  toggle(hold, "hidden", !held);
  if (!held) return;
  const seconds = (Date.parse(held.expires_at) - conversation.now()) / TICK_MS;
  const starts = new Date(held.starts_at);
  const facts = [shortDay(starts), clock(starts), say("size", { n: held.party_size })].join(" · ");
  const time = seconds > 0 ? say("left", { time: left(seconds) }) : "";
  setAttribute(hold, "data-lapsed", String(seconds <= 0));
  replace(hold, make("span", {}, make("b", {}, say(seconds > 0 ? "held" : "lapsed")), make("span", {}, facts)), make("time", {}, time));
}
setInterval(() => {
  if (isShown() && conversation.state.hold) drawHold();
}, TICK_MS);

const isShown = () => dialog.open || dialog.matches(":popover-open");

/** Full-screen and modal on small screens; beside the page elsewhere. */
function present() {
  if (dialog.matches(":popover-open")) dialog.hidePopover();
  if (dialog.open) dialog.close();
  if (SMALL.matches) dialog.showModal();
  else dialog.showPopover();
  fit();
  thread.toBottom();
}

/** Fit the panel into what an on-screen keyboard leaves of a small screen. */
function fit() {
  const seen = page.visualViewport;
  if (!seen || !SMALL.matches) return;
  dialog.style.setProperty("--height", `${seen.height}px`);
  dialog.style.setProperty("--top", `${seen.offsetTop}px`);
  thread.toBottom();
}

async function start() {
  await conversation.open();
  for (const { reservation } of conversation.thread) if (reservation) known.set(reservation.code, reservation);
}

let opener = null;

function open() {
  if (isShown()) return;
  const { activeElement, body } = page.document;
  opener = activeElement === body || activeElement === shell.host ? shell.button : activeElement;
  setAttribute(shell.button, "aria-expanded", "true");
  toggle(shell.button, "hidden", true);
  shell.button.classList.remove("news");
  present();
  conversation.stream.watch(true);
  if (FINE.matches) composer.focus();
  else focus(heading);
  if (!conversation.isOpen) start();
  tell("open", { restaurant: options.restaurant });
}

function close() {
  if (dialog.open) dialog.close();
  if (dialog.matches(":popover-open")) dialog.hidePopover();
  setAttribute(shell.button, "aria-expanded", "false");
  toggle(shell.button, "hidden", options.launcher === "none");
  conversation.stream.watch(false);
  focus(opener?.isConnected ? opener : shell.button);
}

listen(dialog, "keydown", (event) => {
  if (event.key === "Escape") {
    event.preventDefault();
    close();
  }
  event.stopPropagation(); // keep the page's own shortcuts from firing
});
listen(dialog, "cancel", (event) => {
  event.preventDefault();
  close();
});
listen(SMALL, "change", () => {
  if (isShown()) present();
});
if (page.visualViewport) for (const name of ["resize", "scroll"]) listen(page.visualViewport, name, fit);

if (shell.isWanted) start();
const sheet = new page.CSSStyleSheet();
sheet.replaceSync(await shell.style);
append(root, dialog);
root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
toggle(shell.button, "aria-busy", false);
shell.open = open;
if (shell.isWanted) open();
