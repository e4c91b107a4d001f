"""A table booked, moved and cancelled in the chat widget, by clicking, by typing and by keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.support.phone import Phone
from tests.support.running import wait_until

from .widget import ANSWER_MS, DAY, NAME, SLUG, TIME, Widget, told


def give_name_and_phone(widget: Widget, phone: Phone) -> None:
    """Enter what a first-time visitor enters: name, number and the code texted to it."""
    widget.expect_asked("Your name")
    widget.type("Ana Lima")
    widget.expect_asked("Your mobile number")
    widget.type(phone.number)
    widget.expect_asked("Six-digit code")
    widget.box.fill(phone.wait_for_code())  # sent automatically once it is complete


def book(widget: Widget, phone: Phone, day: str = DAY, time: str = TIME) -> None:
    widget.pick(day)
    widget.pick(time)
    give_name_and_phone(widget, phone)
    expect(widget.card).to_be_visible(timeout=ANSWER_MS)


def test_a_first_time_visitor_books_with_five_presses_and_two_fields(demo: Widget, phone: Phone) -> None:
    demo.open()
    opened = demo.page.evaluate("window.presses")
    fields: list[str] = []
    for name in ("4 people", DAY, TIME):
        demo.pick(name)
    for asked, given in (("Your name", "Ana Lima"), ("Your mobile number", phone.number)):
        demo.expect_asked(asked)
        demo.box.fill(given)
        demo.pick("Send")
        fields.append(given)
    demo.expect_asked("Six-digit code")
    demo.box.fill(phone.wait_for_code())

    expect(demo.card).to_be_visible(timeout=ANSWER_MS)
    assert demo.page.evaluate("window.presses") - opened <= 5
    assert len(fields) == 2
    booking = phone.booking()
    assert booking.when == "2026-12-05 18:00"
    expect(demo.card).to_contain_text("Saturday, December 5")
    expect(demo.card).to_contain_text("6:00 PM · 4 people")
    expect(demo.card).to_contain_text(NAME)


def test_everything_can_be_typed(demo: Widget, phone: Phone) -> None:
    demo.open()
    demo.say("table for 3 on saturday at 6pm")
    give_name_and_phone(demo, phone)
    expect(demo.card).to_contain_text("3 people", timeout=ANSWER_MS)
    assert phone.booking().when == "2026-12-05 18:00"


def test_a_table_is_booked_by_keys_alone(demo: Widget, phone: Phone) -> None:
    page = demo.page
    demo.button.focus()
    page.keyboard.press("Enter")
    expect(demo.choice(DAY)).to_be_visible(timeout=ANSWER_MS)
    expect(demo.box).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(demo.choice("My bookings")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(demo.choice("Wednesday, December 2, 2026")).to_be_focused()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(demo.choice(DAY)).to_be_focused()
    page.keyboard.press("Enter")

    first = demo.panel.get_by_role("group", name="Which time?").get_by_role("button").first
    expect(first).to_be_focused(timeout=ANSWER_MS)
    page.keyboard.press("Enter")

    demo.expect_asked("Your name")
    expect(demo.box).to_be_focused()
    page.keyboard.type("Ana Lima")
    page.keyboard.press("Enter")
    demo.expect_asked("Your mobile number")
    page.keyboard.type(phone.number)
    page.keyboard.press("Enter")
    demo.expect_asked("Six-digit code")
    page.keyboard.type(phone.wait_for_code())
    expect(demo.card).to_be_visible(timeout=ANSWER_MS)
    page.keyboard.press("Escape")
    expect(demo.panel).to_be_hidden()
    expect(demo.button).to_be_focused()
    assert phone.booking().when.startswith("2026-12-05")


def test_the_calendar_goes_by_weeks_and_months_with_keys(demo: Widget) -> None:
    demo.open()
    day = demo.choice("Wednesday, December 2, 2026")
    expect(day).to_be_visible(timeout=ANSWER_MS)
    day.focus()
    for key, name in (
        ("ArrowDown", "Wednesday, December 9, 2026"),
        ("Home", "Sunday, December 6, 2026"),
        ("End", "Saturday, December 12, 2026"),
        ("PageDown", "Tuesday, January 12, 2027"),
        ("PageUp", "Saturday, December 12, 2026"),
        ("PageUp", "Wednesday, December 2, 2026"),
    ):
        demo.page.keyboard.press(key)
        expect(demo.choice(name)).to_be_focused()
    expect(demo.choice("Tuesday, December 1, 2026, closed")).to_have_attribute("aria-disabled", "true")


def test_the_card_changes_cancels_and_brings_back_the_booking(demo: Widget, phone: Phone) -> None:
    book(demo.open(), phone)
    demo.pick("Change")
    demo.expect_asked("Write a message")
    demo.say("make it 8pm")
    expect(demo.card.last).to_contain_text("8:00 PM")
    expect(demo.panel.get_by_role("button", name="Cancel booking")).to_have_count(1)
    demo.pick("Cancel booking")
    expect(demo.panel.get_by_role("region", name="Cancelled")).to_be_visible(timeout=ANSWER_MS)
    demo.pick("Undo")
    expect(demo.panel.get_by_role("button", name="Cancel booking")).to_be_visible(timeout=ANSWER_MS)

    assert phone.booking().when == "2026-12-05 20:00"
    # The stream may show the card before the message's own answer tells the page of it.
    names = ["open", "booked", "changed", "cancelled", "changed"]
    wait_until(lambda: [event["name"] for event in told(demo.page)] == names, "the page is told of all")
    events = told(demo.page)
    assert set(events[1]) == {"name", "code", "status", "starts_at", "ends_at", "party_size", "restaurant"}
    assert events[1]["restaurant"] == SLUG
    assert events[2]["starts_at"] == "2026-12-05T20:00:00-05:00"


def test_a_larger_party_is_counted_up(demo: Widget) -> None:
    demo.open().pick("7 people or more")
    more = demo.choice("More")
    for n in range(8, 13):
        more.click()
        expect(demo.panel.get_by_role("status").filter(has_text=f"{n} people")).to_be_visible()
    expect(more).to_be_disabled()
    demo.pick(DAY)
    expect(demo.choice(TIME)).to_be_visible(timeout=ANSWER_MS)
    expect(demo.said).to_have_text(["Table for 12 on Sat, Dec 5"])


def test_another_day_than_the_one_spoken_of_is_picked(demo: Widget) -> None:
    demo.open()
    demo.say("table for 2 tomorrow")
    demo.pick("Another day")
    demo.pick(DAY)
    demo.wait_until_settled()
    demo.pick(TIME)
    expect(demo.panel.get_by_role("timer")).to_contain_text("Sat, Dec 5 · 6:00 PM", timeout=ANSWER_MS)


def test_a_held_table_counts_down(demo: Widget) -> None:
    demo.open()
    demo.say("table for 2 on saturday at 6pm")
    left = demo.panel.get_by_role("timer")
    expect(left).to_contain_text("Sat, Dec 5 · 6:00 PM · 2 people")
    first = left.inner_text()
    expect(left).to_contain_text(re.compile(r"4:\d\d left"))
    expect(left).not_to_have_text(first, use_inner_text=True)
    demo.say("forget it")
    expect(left).to_be_hidden()


def test_the_booking_goes_into_a_calendar(demo: Widget, phone: Phone, tmp_path: Path) -> None:
    book(demo.open(), phone)
    with demo.page.expect_download() as download:
        demo.pick("Add to calendar")
    path = tmp_path / "table.ics"
    download.value.save_as(path)
    content = path.read_bytes()
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    lines = content.decode().replace("\r\n ", "").split("\r\n")
    fields: dict[str, str] = dict(line.split(":", 1) for line in lines if ":" in line)
    assert fields["DTSTART"] == "20261205T230000Z"
    assert fields["DTEND"] > fields["DTSTART"]
    assert fields["SUMMARY"] == f"{NAME}\\, table for 2 people"
    assert "540 Columbus Avenue" in fields["LOCATION"]
    assert (lines[0], lines[-2]) == ("BEGIN:VCALENDAR", "END:VCALENDAR")
    assert download.value.suggested_filename.endswith(".ics")


def test_a_wrong_code_is_not_taken_and_another_one_can_be_had(
    demo: Widget, phone: Phone, new_phone: Callable[..., Phone]
) -> None:
    demo.open()
    demo.say("table for 2 on saturday at 6pm, I'm Ana Lima")
    demo.say(phone.number)
    right = phone.wait_for_code()
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    demo.box.fill(wrong)
    demo.wait_until_settled()
    expect(demo.card).to_have_count(0)
    demo.pick("Send a new code")
    demo.box.fill(phone.wait_for_code(1))
    expect(demo.card).to_be_visible(timeout=ANSWER_MS)
