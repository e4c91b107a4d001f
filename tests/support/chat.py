"""A client of the chat API, as the widget or a partner's back end is one."""

from __future__ import annotations

from types import TracebackType
from typing import Any

import httpx

from tests.support.phone import Phone


class Conversation:
    """One conversation and the token that opens it."""

    def __init__(self, client: httpx.Client, opened: dict[str, Any]) -> None:
        self._client = client
        self.opened = opened
        self.path = f"/api/chat/conversations/{opened['conversation_id']}/messages"
        self.headers = {"Authorization": f"Bearer {opened['token']}"}

    def post(self, text: str, **headers: str) -> httpx.Response:
        """Send a message; further headers such as Idempotency_Key as keyword arguments."""
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._client.post(self.path, json={"text": text}, headers={**self.headers, **more})

    def say(self, text: str) -> dict[str, Any]:
        """The answer to a message."""
        response = self.post(text)
        assert response.status_code == httpx.codes.OK, f"{response.status_code}: {response.text[:300]}"
        answer: dict[str, Any] = response.json()
        return answer

    def verify(self, phone: Phone) -> dict[str, Any]:
        """Give the phone's number, and the code that is texted to it; the answer to that."""
        known = len(phone.codes())
        asked = self.say(phone.number)
        assert asked["expects"] == "code", asked
        return self.say(phone.wait_for_code(known))

    def thread(self) -> dict[str, Any]:
        """The whole conversation, to draw it again."""
        response = self._client.get(self.path, headers=self.headers)
        thread: dict[str, Any] = response.raise_for_status().json()
        return thread


class Chat:
    """Opens conversations."""

    def __init__(self, base_url: str, api_key: str) -> None:
        self.client = httpx.Client(base_url=base_url, timeout=20, trust_env=False)
        self.api_key = api_key

    def __enter__(self) -> Chat:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.client.close()

    def post_opening(self, body: Any = None, *, key: str | None = None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        return self.client.post("/api/chat/conversations", json=body if body is not None else {}, headers=headers)

    def open(self, **wish: str) -> Conversation:
        """Open a conversation; with the API key where the caller says who the diner is."""
        key = self.api_key if {"phone", "name"} & wish.keys() else None
        response = self.post_opening(wish, key=key)
        assert response.status_code == httpx.codes.CREATED, f"{response.status_code}: {response.text[:300]}"
        return Conversation(self.client, response.json())
