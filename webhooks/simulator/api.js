const BASE = "/simulator/api";

/** Fetch JSON. Throws an Error whose message can be shown to the user. */
async function request(path, options) {
  let response;
  try {
    response = await fetch(BASE + path, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error("The server cannot be reached.");
  }
  const body = await response.json().catch(() => null);
  if (!response.ok) throw new Error(body?.detail ?? `The server answered ${response.status}.`);
  if (body === null) throw new Error("The server's answer cannot be read.");
  return body;
}

/** {numbers: [{number, label}], now}: the numbers that can be texted, and the server's time. */
export const fetchConfig = () => request("/config", { cache: "no-store" });

/** Text `to` from `from` through a signed webhook. Settles once the webhook has responded. */
export const sendText = (text) =>
  request("/messages", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(text),
  });

/** Messages of one thread with an id above `after`. Waits up to `wait` seconds for the first one. */
export const fetchThread = ({ phone, to, after, wait, signal }) =>
  request(`/threads?${new URLSearchParams({ phone, to, after, wait })}`, { signal, cache: "no-store" });
