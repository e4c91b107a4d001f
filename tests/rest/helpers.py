"""Callers of the API, and checks of responses."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from webhooks.rate_limits import Limits

KEYS = ("partner-key", "reader-key:read", "booker-key:read+book", "manager-key:manage")
NO_LIMITS = Limits(*["100000/minute"] * 8)
DAY = "2026-12-05"
PHONE = "+14155550123"
DINER = {"name": "Ada Lovelace", "phone": PHONE}


@dataclass
class Caller:
    """A caller with or without an API key."""

    client: FlaskClient
    key: str | None = None
    headers: dict[str, str] = field(default_factory=dict)

    def call(self, method: str, path: str, **more: Any) -> TestResponse:
        """Send a request. `headers` and other arguments as for Flask's test client."""
        headers = self.headers | ({"Authorization": f"Bearer {self.key}"} if self.key else {})
        return self.client.open(path, method=method, headers=headers | more.pop("headers", {}), **more)

    def get(self, path: str, **query: Any) -> TestResponse:
        """Send a GET with a query."""
        return self.call("GET", path, query_string=query)

    def post(self, path: str, body: Any, **headers: str) -> TestResponse:
        return self.call("POST", path, json=body, headers=_dashed(headers))

    def patch(self, path: str, body: Any, **headers: str) -> TestResponse:
        return self.call("PATCH", path, json=body, headers=_dashed(headers))

    def delete(self, path: str, **headers: str) -> TestResponse:
        return self.call("DELETE", path, headers=_dashed(headers))

    def hold(self, slug: str, starts_at: str = f"{DAY}T19:00", party_size: int = 2, **headers: str) -> TestResponse:
        """Request a hold."""
        return self.post(
            f"/api/restaurants/{slug}/holds", {"starts_at": starts_at, "party_size": party_size}, **headers
        )

    def book(self, slug: str, starts_at: str = f"{DAY}T19:00", party_size: int = 2, **diner: str) -> dict[str, Any]:
        """Place and confirm a hold. Return the reservation."""
        held = ok(self.hold(slug, starts_at, party_size), 201)
        return ok(self.confirm(held["hold_id"], DINER | diner), 201)

    def confirm(self, hold_id: str, diner: dict[str, str]) -> TestResponse:
        """Confirm a hold, and type in the code if one is asked for."""
        path = f"/api/holds/{hold_id}"
        response = self.post(f"{path}/confirm", diner)
        if response.status_code != 202:
            return response
        return self.post(f"{path}/verify", {"code": self.texted_code(hold_id)})

    def texted_code(self, hold_id: str) -> str:
        """Return the code that was texted for a hold, as the phone shows it."""
        code: str = self.client.application.extensions["texted_code"](hold_id)
        return code


def _dashed(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


def ok(response: TestResponse, status: int = 200) -> dict[str, Any]:
    """The JSON of a response with this status."""
    assert response.status_code == status, response.text
    assert response.mimetype == "application/json"
    answer: dict[str, Any] = response.get_json()
    return answer


def problem(response: TestResponse, status: int, code: str) -> dict[str, Any]:
    """The problem document of an error."""
    document: dict[str, Any] = response.get_json()
    assert (response.status_code, document["code"]) == (status, code), response.text
    assert response.mimetype == "application/problem+json"
    assert document["status"] == status
    assert document["detail"]
    return document
