"""A client of the chat API, like the widget or a partner's back end."""

from __future__ import annotations

from types import TracebackType
from typing import Any

import httpx

from tests.support import replies
from tests.support.http import PLAIN
from tests.support.phone import LATE, Phone
from tests.support.running import wait_until


class Conversation:
    """One conversation and its access token."""

    def __init__(self, client: httpx.Client, opened: dict[str, Any]) -> None:
        self._client = client
        self.opened = opened
        self.path = f"/api/chat/conversations/{opened['conversation_id']}/messages"
        self.headers = {"Authorization": f"Bearer {opened['token']}"}

    def post(self, text: str, **headers: str) -> httpx.Response:
        """Send a message. Keyword arguments are further headers, such as Idempotency_Key."""
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._client.post(self.path, json={"text": text}, headers={**self.headers, **more})

    def say(self, text: str) -> dict[str, Any]:
        """Send a message and return the answer, waiting for it if it is promised for later."""
        response = self.post(text)
        assert response.status_code == httpx.codes.OK, f"{response.status_code}: {response.text[:300]}"
        answer: dict[str, Any] = response.json()
        said = answer["messages"]
        return self._kept(said[-1]["id"]) if said and said[0]["text"].startswith(replies.PROMISE) else answer

    def _kept(self, promise: int) -> dict[str, Any]:
        """Return the answer that follows a promise, with the state after it."""
        wait_until(lambda: self._answers_after(promise), "what was promised is answered", seconds=LATE)
        return {**self.thread(), "messages": self._answers_after(promise)}

    def _answers_after(self, promise: int) -> list[dict[str, Any]]:
        return [line for line in self.thread()["messages"] if line["id"] > promise and line["direction"] == "out"]

    def verify(self, phone: Phone) -> dict[str, Any]:
        """Send the phone's number, then the code texted to it, and return the answer to the code."""
        known = len(phone.codes())
        asked = self.say(phone.number)
        assert asked["expects"] == "code", asked
        return self.say(phone.wait_for_code(known))

    def thread(self) -> dict[str, Any]:
        """Return the whole conversation, as the widget does when it is reopened."""
        response = self._client.get(self.path, headers=self.headers)
        thread: dict[str, Any] = response.raise_for_status().json()
        return thread


class Chat:
    """Opens conversations."""

    def __init__(self, base_url: str, api_key: str) -> None:
        self.client = httpx.Client(base_url=base_url, timeout=20, **PLAIN)
        self.api_key = api_key

    def __enter__(self) -> Chat:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.client.close()

    def post_opening(self, body: Any = None, *, key: str | None = None) -> httpx.Response:
        """Post the request that opens a conversation, and return the response."""
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        return self.client.post("/api/chat/conversations", json=body if body is not None else {}, headers=headers)

    def open(self, **wish: str) -> Conversation:
        """Open a conversation. Use the API key if the caller identifies the diner."""
        key = self.api_key if {"phone", "name"} & wish.keys() else None
        response = self.post_opening(wish, key=key)
        assert response.status_code == httpx.codes.CREATED, f"{response.status_code}: {response.text[:300]}"
        return Conversation(self.client, response.json())
