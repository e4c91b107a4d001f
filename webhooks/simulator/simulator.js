import { fetchConfig } from "./api.js";
import { Phone, pretty } from "./phone.js";

const STORE = "tabletalk.simulator.phones";
const E164 = /^\+[1-9]\d{6,14}$/;
// +1 415 555 0100 to 0199 is reserved for fiction. A new page starts with 0123.
const FIRST_NUMBER = 14155550123;
const CLOCK = new Intl.DateTimeFormat(undefined, {
  weekday: "short", day: "numeric", month: "short", year: "numeric",
  hour: "numeric", minute: "2-digit", timeZoneName: "short",
});
const RETRY_MS = 3000;

const board = document.getElementById("phones");
const banner = document.getElementById("banner");
const form = document.getElementById("add-phone");
const addProblem = document.getElementById("add-problem");
const phones = [];

function remembered() {
  try {
    const stored = JSON.parse(localStorage.getItem(STORE));
    if (Array.isArray(stored)) return stored.filter(({ number }) => E164.test(number));
  } catch {
    // Storage holds something else or is unavailable: start over.
  }
  return [{ number: `+${FIRST_NUMBER}` }, { number: `+${FIRST_NUMBER + 1}` }];
}

function remember() {
  try {
    localStorage.setItem(STORE, JSON.stringify(phones.map(({ own, to }) => ({ number: own, to }))));
  } catch {
    // Private windows may refuse storage. The phones then last as long as the page.
  }
}

function suggestNumber() {
  let number = FIRST_NUMBER;
  while (phones.some(({ own }) => own === `+${number}`)) number += 1;
  form.number.value = pretty(`+${number}`);
}

function addPhone(numbers, { number, to }) {
  const phone = new Phone({
    own: number,
    to: numbers.some((known) => known.number === to) ? to : numbers[0].number,
    numbers,
    phoneCount: () => phones.length,
    onChange: remember,
    onRemove: (gone) => {
      phones.splice(phones.indexOf(gone), 1);
      remember();
      suggestNumber();
      form.number.focus();
    },
  });
  phones.push(phone);
  board.append(phone.root);
  return phone;
}

function whyNot(number, numbers) {
  if (!E164.test(number)) return "Write it with + and the country code, like +1 415 555 0123.";
  if (phones.some(({ own }) => own === number)) return "That phone is already here.";
  if (numbers.some((known) => known.number === number)) return "That number belongs to a restaurant.";
  return "";
}

function showClock(now) {
  const clock = document.getElementById("clock");
  const offset = Date.parse(now) - Date.now();
  const tick = () => {
    const time = new Date(Date.now() + offset);
    clock.dateTime = time.toISOString();
    clock.textContent = CLOCK.format(time);
  };
  tick();
  setInterval(tick, 1000);
}

async function loadConfig() {
  for (;;) {
    try {
      const config = await fetchConfig();
      banner.hidden = true;
      return config;
    } catch (error) {
      banner.textContent = `${error.message} Trying again.`;
      banner.hidden = false;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

const { numbers, now } = await loadConfig();
showClock(now);
for (const phone of remembered()) addPhone(numbers, phone);
remember();
suggestNumber();
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const number = form.number.value.replace(/[\s().-]/g, "");
  addProblem.textContent = whyNot(number, numbers);
  if (addProblem.textContent !== "") return;
  addPhone(numbers, { number }).focus();
  remember();
  suggestNumber();
});
form.querySelector("button").disabled = false;
