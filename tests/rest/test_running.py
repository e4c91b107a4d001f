"""The API in the running service, with its real database, worker and text to the diner."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.support.http import PLAIN
from tests.support.phone import Phone
from tests.support.replies import CODE
from tests.support.running import Stack

SLUG = "brasserie-tournesol-new-york"


@pytest.fixture
def api(stack: Stack) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=stack.base_url, timeout=20, **PLAIN) as client:
        yield client


def test_a_visitor_books_and_the_code_comes_by_text(api: httpx.Client, phone: Phone) -> None:
    query = {"date": "2026-12-03", "time": "18:00", "party_size": "2"}
    seen = api.get(f"/api/restaurants/{SLUG}/availability", params=query).raise_for_status().json()
    wish = {"starts_at": seen["openings"][0]["starts_at"], "party_size": 2}
    held = api.post(f"/api/restaurants/{SLUG}/holds", json=wish).raise_for_status().json()
    diner = {"name": "Ana Lima", "phone": phone.number}
    asked = api.post(f"/api/holds/{held['hold_id']}/confirm", json=diner)
    assert (asked.status_code, asked.json()["code"]) == (202, "phone_unverified")
    code = {"code": phone.wait_for_code()}
    made = api.post(asked.json()["verify_url"], json=code).raise_for_status().json()
    assert made["starts_at"] == wish["starts_at"] == phone.booking().starts_at.isoformat()
    assert made["code"] in phone.wait_for_text(1)

    path, theirs = f"/api/reservations/{made['code']}", {"X-Diner-Phone": phone.number}
    assert api.get(path).status_code == httpx.codes.UNAUTHORIZED
    assert api.delete(path, headers=theirs).raise_for_status().json()["status"] == "cancelled"
    assert "Cancelled" in phone.wait_for_text(2)
    assert phone.booking().status == "cancelled"


def test_who_gets_no_code_any_more_asks_for_it_by_text(api: httpx.Client, phone: Phone) -> None:
    """Others have asked for codes to this phone until it gets no more."""
    query = {"date": "2026-12-04", "time": "18:00", "party_size": "2"}
    diner = {"name": "Ana Lima", "phone": phone.number}

    def confirm() -> httpx.Response:
        seen = api.get(f"/api/restaurants/{SLUG}/availability", params=query).raise_for_status().json()
        wish = {"starts_at": seen["openings"][0]["starts_at"], "party_size": 2}
        held = api.post(f"/api/restaurants/{SLUG}/holds", json=wish).raise_for_status().json()
        answer = api.post(f"/api/holds/{held['hold_id']}/confirm", json=diner)
        if answer.status_code == httpx.codes.ACCEPTED:
            api.delete(f"/api/holds/{held['hold_id']}").raise_for_status()
        return answer

    texted = 0
    while (answer := confirm()).status_code == httpx.codes.ACCEPTED:
        texted += 1
        assert texted < 20, "there is an end to it"
    refused = answer.json()
    assert (answer.status_code, refused["code"]) == (429, "too_many_requests")
    for n in range(texted):
        phone.wait_for_code(n)
    way_out = refused["ask_by_text"]
    assert way_out["to"] == phone.to
    assert phone.text(way_out["text"]) == [], "the code is all the answer"
    code = {"code": phone.wait_for_code(texted)}
    made = api.post(refused["verify_url"], json=code).raise_for_status().json()
    assert made["diner_phone"] == phone.number
    assert phone.booking().status == "confirmed"
    assert len(phone.codes()) == texted + 1
    api.delete(f"/api/reservations/{made['code']}", headers={"X-Diner-Phone": phone.number}).raise_for_status()


def test_what_is_booked_by_text_is_seen_by_a_partner(api: httpx.Client, stack: Stack, phone: Phone) -> None:
    phone.say("Hi, table for 2 at Brasserie Tournesol tomorrow at 6pm")
    confirmed = phone.say("Ana Lima")
    found = CODE.search(confirmed)
    assert found, confirmed
    shown = api.get(f"/api/reservations/{found[1]}", headers={"Authorization": f"Bearer {stack.api_key}"}).json()
    assert shown["status"] == "confirmed"
    assert shown["diner_phone"] == phone.number
    assert shown["restaurant"]["slug"] == SLUG


def test_the_api_and_its_page_are_served(api: httpx.Client) -> None:
    names: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = api.get("/api/restaurants", params={"cursor": cursor}).raise_for_status().json()
        names += [one["slug"] for one in page["restaurants"]]
        cursor = page["next_cursor"]
    assert len(names) == len(set(names)) >= 40
    assert api.get("/openapi.json").raise_for_status().json()["openapi"].startswith("3.1")
    assert "redoc" in api.get("/docs", follow_redirects=True).raise_for_status().text
