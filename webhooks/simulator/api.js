const BASE = "/simulator/api";

/** JSON of one request. Throws an Error whose message can be shown as it is. */
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

/** {numbers: [{number, label}], now}: the numbers that can be texted, and the time on the server's clock. */
export const fetchConfig = () => request("/config", { cache: "no-store" });

/** Text `to` from `from` through a signed webhook; settles once the webhook has answered. */
export const sendText = (text) =>
  request("/messages", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(text),
  });

/** Messages of one thread newer than the id `after`, waiting up to `wait` seconds for the first of them. */
export const fetchThread = ({ phone, to, after, wait, signal }) =>
  request(`/threads?${new URLSearchParams({ phone, to, after, wait })}`, { signal, cache: "no-store" });
