"""What the chat API gives a page, so that a question can be answered by picking."""

from __future__ import annotations

import secrets
from datetime import date, datetime, timedelta
from typing import Any

from tests.support.chat import Chat, Conversation

SLUG = "brasserie-tournesol-new-york"
CLOSED_ON_MONDAYS = "copperleaf-and-rye-palo-alto"
LATE = "izakaya-paper-crane-new-york"


def asked_for_time(chat: Chat, slug: str = SLUG, party_size: int = 2, day: str = "2026-12-03") -> Conversation:
    talk = chat.open(restaurant=slug, phone="+14155550188", name="Ana Lima")
    talk.say(f"a table for {party_size} please")
    assert talk.say(day)["expects"] == "time"
    return talk


def times(talk: Conversation) -> list[str]:
    asks = talk.thread()["asks"]
    return [time["text"] for time in asks["times"]] if asks else []


def test_who_is_asked_how_many_is_told_the_most(chat: Chat) -> None:
    talk = chat.open(restaurant=SLUG)
    assert talk.opened["asks"] is None
    answer = talk.say("a table for 0 please")
    assert (answer["expects"], answer["asks"]) == ("party_size", {"max_party": 12})
    assert talk.opened["restaurant"]["max_party"] == 12


def test_who_is_asked_for_a_day_is_told_which_can_be_booked(chat: Chat) -> None:
    talk = chat.open(restaurant=CLOSED_ON_MONDAYS)
    answer = talk.say("a table for 2 on February 30")
    assert answer["expects"] == "date"
    asks = answer["asks"]
    first, last = date.fromisoformat(asks["first_day"]), date.fromisoformat(asks["last_day"])
    assert (first, last) == (date(2026, 12, 2), date(2027, 1, 31))
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    closed = [day.isoformat() for day in days if day.weekday() == 0 or day == date(2026, 12, 25)]
    assert asks["closed_days"] == closed


def test_what_is_presumed_can_be_picked_beside_the_time(chat: Chat) -> None:
    asks = chat.open(restaurant=CLOSED_ON_MONDAYS).say("a table please")["asks"]
    assert (asks["day"], asks["party_size"], asks["max_party"]) == ("2026-12-02", 2, 8)
    assert asks["first_day"] == "2026-12-02"
    assert "2026-12-07" in asks["closed_days"]
    assert asks["times"]


def test_what_was_told_is_not_to_be_picked_again(chat: Chat) -> None:
    asks = chat.open(restaurant=SLUG).say("a table for 4 tomorrow")["asks"]
    assert (asks["day"], asks["party_size"]) == ("2026-12-03", 4)
    assert not {"max_party", "first_day", "closed_days"} & set(asks)


def test_who_is_asked_for_a_time_is_told_which_are_free(chat: Chat) -> None:
    talk = asked_for_time(chat)
    offered = times(talk)
    assert 6 < len(offered) <= 12
    moments = [datetime.strptime(time, "%I:%M %p").time() for time in offered]  # noqa: DTZ007
    assert moments == sorted(moments)
    assert (moments[0].hour < 12, moments[-1].hour > 18) == (True, True), "spread over the day"
    answer = talk.say(offered[-1])
    assert answer["hold"]["starts_at"].startswith("2026-12-03T")
    assert datetime.fromisoformat(answer["hold"]["starts_at"]).time() == moments[-1]
    assert answer["asks"] is None


def test_a_time_that_is_taken_is_not_offered(chat: Chat) -> None:
    """Kumo no Niwa has one table for four, which stays taken for more than a quarter of an evening."""
    first, second = (asked_for_time(chat, "kumo-no-niwa-palo-alto", 4, "2026-12-05") for _ in range(2))
    free = times(second)
    assert first.say(free[0])["hold"]
    third = asked_for_time(chat, "kumo-no-niwa-palo-alto", 4, "2026-12-05")
    assert free[0] not in times(third)
    first.say("never mind")


def test_times_after_midnight_belong_to_the_evening_before(chat: Chat) -> None:
    """On Fridays this restaurant is open until 1:30 AM."""
    talk = asked_for_time(chat, LATE, 2, "2026-12-04")
    late = [time for time in times(talk) if time.endswith("AM")]
    assert late
    answer = talk.say(late[-1])
    assert answer["hold"]["starts_at"].startswith("2026-12-05T0")


def test_without_a_restaurant_nothing_can_be_picked(chat: Chat) -> None:
    talk = chat.open()
    assert talk.opened["restaurant"] is None
    assert talk.say("a table for 2 please")["asks"] is None


def test_a_conversation_tells_of_its_restaurant(chat: Chat) -> None:
    told: dict[str, Any] = chat.open(restaurant=SLUG).opened["restaurant"]
    assert set(told) == {"slug", "name", "city", "phone", "address", "timezone", "country", "max_party"} | {
        "first_day",
        "last_day",
        "closed_days",
    }
    assert (told["slug"], told["name"], told["timezone"]) == (SLUG, "Brasserie Tournesol", "America/New_York")
    assert told["address"].endswith("New York, NY 10014") or "New York" in told["address"]


def test_messages_have_places_and_the_keys_they_were_sent_with(chat: Chat) -> None:
    talk = chat.open(restaurant=SLUG)
    key = secrets.token_hex(8)
    answer = talk.post("a table please", Idempotency_Key=key).json()
    talk.say("for 3 people")
    lines = talk.thread()["messages"]
    ids = [line["id"] for line in lines]
    assert ids == sorted(set(ids))
    assert ids[0] == talk.opened["messages"][0]["id"]
    assert answer["messages"][0]["id"] in ids
    assert [line["key"] for line in lines if line["direction"] == "in"] == [key, None]
    assert all(line["key"] is None for line in lines if line["direction"] == "out")
    later = chat.client.get(talk.path, params={"after": ids[1]}, headers=talk.headers).json()
    assert [line["id"] for line in later["messages"]] == ids[2:]
    assert later["expects"] == "time"


def test_the_clock_of_an_answer_is_that_of_its_hold(chat: Chat) -> None:
    talk = chat.open(restaurant=SLUG, phone="+14155550187", name="Ana Lima")
    answer = talk.say("table for 2 tomorrow at 6pm")
    left = datetime.fromisoformat(answer["hold"]["expires_at"]) - datetime.fromisoformat(answer["now"])
    assert timedelta(minutes=4, seconds=50) < left <= timedelta(minutes=5, seconds=1)


def test_a_booking_tells_when_it_ends(chat: Chat) -> None:
    talk = chat.open(restaurant=SLUG, phone="+14155550186", name="Ana Lima")
    talk.say("table for 2 tomorrow at 6pm")
    made = talk.say("yes")["reservation"]
    length = datetime.fromisoformat(made["ends_at"]) - datetime.fromisoformat(made["starts_at"])
    assert length == timedelta(minutes=90)
    assert made["ends_at"].endswith("-05:00")
    talk.say("cancel my booking")
    talk.say("yes")
