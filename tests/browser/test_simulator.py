"""The phone simulator in a real browser, against the running service with Rasa, database and worker."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.support.running import Stack

from .simulated_phone import SimulatedPhone

RESTAURANT = "Brasserie Tournesol"  # a sample restaurant: open every day, no closures, forty tables
WITH_CODE = re.compile(r"\bCode ([0-9A-Z]{6,7})\b")
REPLIES = {
    "what name": "Ana Lima",
    "whose name": "Ana Lima",
    "reply y": "Y",
    "y books": "Y",
    "nearest free": "1",
}

AddPhone = Callable[[], SimulatedPhone]


def test_a_diner_books_moves_and_cancels_a_table(add_phone: AddPhone) -> None:
    phone = add_phone()

    booked = phone.say_until(WITH_CODE, f"Hi, table for 4 at {RESTAURANT} tomorrow around 7pm", REPLIES)
    code = WITH_CODE.search(booked)
    assert code is not None
    assert RESTAURANT in booked
    assert "4 people" in booked

    moved = phone.say_until(WITH_CODE, "can we make it 8 instead?", REPLIES)
    assert code.group() in moved, "a booking keeps its code when it is moved"
    assert moved != booked
    assert "8:" in moved

    shown = phone.say("what have I booked?")
    assert RESTAURANT in shown
    assert code.group(1) in shown

    cancelled = phone.say_until(re.compile("cancelled", re.IGNORECASE), "cancel my booking", REPLIES)
    assert RESTAURANT in cancelled
    assert RESTAURANT not in phone.say("what have I booked?")


def test_two_phones_do_not_see_each_others_messages(add_phone: AddPhone) -> None:
    one, other = add_phone(), add_phone()

    one.type("hello from the first phone")
    other.type("and good evening from the second")
    one.answer(after=0)
    other.answer(after=0)

    expect(one.sent).to_have_text(["hello from the first phone"])
    expect(other.sent).to_have_text(["and good evening from the second"])


def test_what_one_phone_booked_is_not_told_to_another(add_phone: AddPhone) -> None:
    one, other = add_phone(), add_phone()
    booked = one.say_until(WITH_CODE, f"table for 2 at {RESTAURANT} tomorrow at 6pm", REPLIES)
    code = WITH_CODE.search(booked)
    assert code is not None

    assert code.group(1) in one.say("what have I booked?")
    told = other.say("what have I booked?")
    assert code.group(1) not in told
    assert RESTAURANT not in told

    one.say_until(re.compile("cancelled", re.IGNORECASE), "cancel my booking", REPLIES)


def test_a_text_that_is_delivered_twice_is_answered_once(add_phone: AddPhone) -> None:
    phone = add_phone()
    phone.extras.click()
    phone.root.get_by_label("Send the next text twice").check()

    phone.say("hello there")
    expect(phone.root.get_by_label("Send the next text twice")).not_to_be_checked()
    # The next text is handled after both deliveries of the first. A second answer to the first would appear before this one's.
    phone.say("thank you")

    expect(phone.sent).to_have_text(["hello there", "thank you"])
    expect(phone.answers).to_have_count(2)


def test_a_picture_without_words_is_answered(add_phone: AddPhone) -> None:
    phone = add_phone()
    phone.extras.click()
    phone.root.get_by_role("button", name="Send a picture with no text").click()
    assert "pictures" in phone.answer(after=0)


def test_an_answered_text_is_ticked_as_delivered_also_after_a_reload(page: Page, add_phone: AddPhone) -> None:
    phone = add_phone()
    phone.say("hello")
    ticks = phone.root.locator(".message[data-direction=in] .ticks")
    expect(ticks).to_have_text("Delivered")
    page.reload()
    expect(ticks).to_have_text("Delivered")


def test_a_webhook_that_refuses_is_said_in_words(page: Page, add_phone: AddPhone) -> None:
    phone = add_phone()
    refusal = {"sid": "SM0", "status": 403, "replies": [], "elapsed_ms": 3}
    page.route("**/simulator/api/messages", lambda route: route.fulfill(json=refusal))
    phone.type("hello")
    expect(phone.root.get_by_role("alert")).to_contain_text("The webhook answered 403.")


def test_texts_are_shown_as_they_are_and_never_as_markup(add_phone: AddPhone) -> None:
    phone = add_phone()
    text = '<img src="/nowhere" onerror="alert(1)"> & <b>bold</b>'
    phone.say(text)
    expect(phone.sent).to_have_text([text])
    expect(phone.root.locator("img, b")).to_have_count(0)


def test_a_quick_answer_is_sent_at_one_touch(add_phone: AddPhone) -> None:
    phone = add_phone()
    phone.root.get_by_role("button", name="2", exact=True).click()
    phone.answer(after=0)
    expect(phone.sent).to_have_text(["2"])


def test_shift_and_enter_begins_a_new_line_and_blank_texts_are_not_sent(add_phone: AddPhone) -> None:
    phone = add_phone()
    phone.box.fill("   ")
    phone.box.press("Enter")
    phone.box.fill("hello")
    phone.box.press("Shift+Enter")
    phone.box.press_sequentially("again")
    phone.box.press("Enter")
    phone.answer(after=0)
    assert phone.sent.all_inner_texts() == ["hello\nagain"]


def test_a_reload_brings_the_phones_and_their_threads_back(page: Page, add_phone: AddPhone) -> None:
    phone = add_phone()
    answer = phone.say("hello")
    phones = page.get_by_role("region").count()

    page.reload()

    expect(phone.sent).to_have_text(["hello"])
    assert phone.answers.all_inner_texts() == [answer]
    expect(page.get_by_role("region")).to_have_count(phones)


def test_a_removed_phone_stays_away(page: Page, add_phone: AddPhone) -> None:
    phone = add_phone()
    phone.root.get_by_role("button", name="Remove phone").click()
    expect(phone.root).to_have_count(0)
    page.reload()
    expect(page.get_by_role("button", name="Add phone")).to_be_enabled()
    expect(phone.root).to_have_count(0)


def test_each_number_that_is_texted_has_a_thread_of_its_own(add_phone: AddPhone, stack: Stack) -> None:
    phone = add_phone()
    phone.say("hello")
    phone.extras.click()
    choice = phone.root.get_by_label("Text to")
    numbers = choice.locator("option").evaluate_all("options => options.map(option => option.value)")
    assert numbers[0] == stack.sms_number
    assert len(numbers) > 1, "some of the sample restaurants have a number of their own"

    choice.select_option(numbers[1])
    phone.say("good evening")
    expect(phone.sent).to_have_text(["good evening"])

    choice.select_option(stack.sms_number)
    expect(phone.sent).to_have_text(["hello"])


def test_a_number_that_is_none_or_is_there_already_is_refused_in_words(page: Page, add_phone: AddPhone) -> None:
    phone = add_phone()
    before = page.get_by_role("region").count()
    for number, reason in (("12", "country code"), (phone.number, "already here")):
        page.get_by_label("Number of a new phone").fill(number)
        page.get_by_role("button", name="Add phone").click()
        expect(page.get_by_role("alert").filter(has_text=reason)).to_be_visible()
    assert page.get_by_role("region").count() == before


def test_nothing_is_cut_off_on_a_narrow_screen(page: Page, add_phone: AddPhone) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    phone = add_phone()
    phone.extras.click()
    phone.say("a" * 400)
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    for part in ("textbox", "combobox"):
        box = phone.root.get_by_role(part).bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 320
    assert phone.root.locator(".scroller").evaluate("thread => thread.scrollWidth - thread.clientWidth") == 0


def test_a_failing_server_is_said_in_words_and_the_text_is_kept(page: Page, add_phone: AddPhone) -> None:
    phone = add_phone()
    page.route("**/simulator/api/messages", lambda route: route.fulfill(status=200, body="not JSON"))
    phone.type("are you there?")
    expect(phone.root.get_by_role("alert")).to_contain_text("Not answered")
    expect(phone.box).to_have_value("are you there?")
    expect(phone.sent).to_have_count(0)

    page.unroute("**/simulator/api/messages")
    phone.box.press("Enter")
    phone.answer(after=0)
    expect(phone.sent).to_have_text(["are you there?"])
    expect(phone.root.get_by_role("alert")).to_be_hidden()
