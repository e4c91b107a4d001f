"""The widget's thread survives a reload, is shared by all tabs, and sends nothing twice, whatever the network does."""

from __future__ import annotations

import json
from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, expect

from tests.support.phone import Phone
from tests.support.running import Stack

from .widget import ANSWER_MS, DAY, TIME, Sendings, Widget, refuse

Visit = Callable[[], Page]
MESSAGES = "**/api/chat/conversations/*/messages"


def test_a_reload_in_the_middle_goes_on_where_it_was(demo: Widget, phone: Phone) -> None:
    demo.open().pick(DAY)
    demo.pick(TIME)
    demo.expect_asked("Your name")
    said, answers = demo.said.all_inner_texts(), demo.answers.all_inner_texts()

    demo.page.reload()
    demo.open()
    demo.expect_asked("Your name")
    expect(demo.said).to_have_text(said)
    expect(demo.answers).to_have_text(answers)
    expect(demo.panel.get_by_role("timer")).to_contain_text("Sat, Dec 5")

    demo.type("Ana Lima")
    demo.expect_asked("Your mobile number")
    demo.type(phone.number)
    demo.expect_asked("Six-digit code")
    demo.box.fill(phone.wait_for_code())
    expect(demo.card).to_be_visible(timeout=ANSWER_MS)
    demo.page.reload()
    demo.open()
    expect(demo.choice("Add to calendar")).to_be_visible()
    assert phone.booking().when == "2026-12-05 18:00"


def test_a_message_that_did_not_get_through_is_sent_again_with_its_id(demo: Widget) -> None:
    sendings = Sendings(demo.page)
    demo.open()
    demo.page.route(MESSAGES, refuse)
    demo.type("table for 2 tomorrow")
    failed = demo.log.locator("[data-state=failed]")
    expect(failed).to_contain_text("Not sent.")
    demo.page.unroute(MESSAGES)
    failed.get_by_role("button", name="Try again").click()
    expect(demo.choice(TIME)).to_be_visible(timeout=ANSWER_MS)
    expect(demo.said).to_have_text(["table for 2 tomorrow"])
    expect(failed).to_have_count(0)
    assert len(sendings.keys) == 2
    assert len(set(sendings.keys)) == 1


def test_a_message_whose_answer_was_lost_is_taken_once(demo: Widget, stack: Stack) -> None:
    demo.open()
    lost = []

    def lose(route: object) -> None:
        lost.append(route)
        route.fetch()  # type: ignore[attr-defined]
        route.abort()  # type: ignore[attr-defined]

    demo.page.route(MESSAGES, lose, times=1)
    demo.type("table for 2 tomorrow")
    # The stream, or the next poll, may report that it has arrived before it is resent.
    retry = demo.choice("Try again")
    expect(retry.or_(demo.choice(TIME)).first).to_be_visible(timeout=ANSWER_MS)
    if retry.is_visible():
        retry.click()
    expect(demo.choice(TIME)).to_be_visible(timeout=ANSWER_MS)
    assert lost
    expect(demo.said).to_have_text(["table for 2 tomorrow"])
    kept = json.loads(demo.page.evaluate("localStorage.getItem(Object.keys(localStorage)[0])"))
    thread = demo.page.request.get(
        f"/api/chat/conversations/{kept['id']}/messages", headers={"Authorization": f"Bearer {kept['token']}"}
    ).json()
    assert [line["text"] for line in thread["messages"] if line["direction"] == "in"] == ["table for 2 tomorrow"]
    assert kept["unsent"] == []


def test_a_failed_message_can_be_left_out(demo: Widget) -> None:
    demo.open()
    demo.page.route(MESSAGES, refuse)
    demo.type("nonsense")
    demo.pick("Remove")
    expect(demo.said).to_have_count(0)


def test_what_was_written_offline_is_sent_when_the_network_is_back(demo: Widget, context: BrowserContext) -> None:
    demo.open()
    context.set_offline(True)
    demo.type("table for 2 tomorrow")
    expect(demo.log.locator("[data-state=failed]")).to_be_visible()
    context.set_offline(False)
    expect(demo.choice(TIME)).to_be_visible(timeout=ANSWER_MS)
    expect(demo.said).to_have_text(["table for 2 tomorrow"])


def test_what_was_written_before_a_reload_is_not_lost(demo: Widget) -> None:
    demo.open()
    demo.page.route(MESSAGES, refuse)
    demo.type("table for 2 tomorrow")
    expect(demo.log.locator("[data-state=failed]")).to_be_visible()
    demo.page.unroute(MESSAGES)
    demo.page.reload()
    demo.open()
    expect(demo.choice(TIME)).to_be_visible(timeout=ANSWER_MS)
    expect(demo.said).to_have_text(["table for 2 tomorrow"])


def test_opening_without_a_network_says_so_and_can_be_tried_again(demo: Widget) -> None:
    demo.page.route("**/api/chat/conversations", lambda route: route.abort())
    demo.button.click()
    expect(demo.panel.get_by_role("alert")).to_contain_text("cannot be reached")
    demo.page.unroute("**/api/chat/conversations")
    demo.pick("Try again")
    expect(demo.choice(DAY)).to_be_visible(timeout=ANSWER_MS)


def test_a_panel_that_cannot_be_fetched_can_be_opened_later(demo: Widget) -> None:
    demo.page.route("**/panel.js", lambda route: route.abort())
    demo.button.click()
    again = demo.page.locator("tabletalk-widget").get_by_role("button", name="No connection. Try again")
    expect(again).to_be_visible()
    demo.page.unroute("**/panel.js")
    again.click()
    expect(demo.choice(DAY)).to_be_visible(timeout=ANSWER_MS)


def test_two_tabs_are_one_thread(visit: Visit) -> None:
    tabs = [Widget(visit()), Widget(visit())]
    for tab in tabs:
        tab.page.goto("/demo")
        tab.open()
    one, other = tabs
    one.page.bring_to_front()
    one.say("table for 2 tomorrow")
    other.page.bring_to_front()
    expect(other.said).to_have_text(["table for 2 tomorrow"], timeout=ANSWER_MS)
    expect(other.choice(TIME)).to_be_visible(timeout=ANSWER_MS)
    other.say("8pm")
    one.page.bring_to_front()
    expect(one.said).to_have_text(["table for 2 tomorrow", "8pm"], timeout=ANSWER_MS)
    one.expect_asked("Your name")


def test_starting_over_forgets_the_thread_here_and_gives_its_token_back(demo: Widget) -> None:
    demo.open()
    demo.say("table for 2 tomorrow")
    kept = json.loads(demo.page.evaluate("localStorage.getItem(Object.keys(localStorage)[0])"))
    demo.pick("Start over")
    demo.pick("Keep it")
    expect(demo.said).to_have_count(1)
    demo.pick("Start over")
    demo.pick("Forget it")
    expect(demo.choice(DAY)).to_be_visible(timeout=ANSWER_MS)
    expect(demo.said).to_have_count(0)
    old = demo.page.request.get(
        f"/api/chat/conversations/{kept['id']}/messages", headers={"Authorization": f"Bearer {kept['token']}"}
    )
    assert old.status == 401


def test_a_thread_that_has_ended_is_followed_by_a_new_one(demo: Widget) -> None:
    demo.open()
    demo.page.evaluate(
        """() => { const name = Object.keys(localStorage)[0];
        localStorage.setItem(name, JSON.stringify({ ...JSON.parse(localStorage.getItem(name)), token: "x".repeat(43) })); }"""
    )
    demo.page.reload()
    demo.open()
    demo.say("table for 2 tomorrow")
    expect(demo.choice(TIME)).to_be_visible()


def test_texts_are_shown_as_they_are_and_never_as_markup(demo: Widget) -> None:
    demo.open()
    text = '<img src="/nowhere" onerror="alert(1)"> & <b>bold</b>'
    demo.say(text)
    expect(demo.said).to_have_text([text])
    expect(demo.panel.locator("img, b")).to_have_count(0)


def test_a_visitor_who_waits_asks_seldom(demo: Widget) -> None:
    demo.page.route("**/events", lambda route: route.abort())
    asked: list[str] = []
    demo.page.on("request", lambda request: asked.append(request.url) if "messages?after" in request.url else None)
    demo.open()
    demo.page.wait_for_timeout(12_000)
    assert 2 <= len(asked) <= 4, "every three seconds at first, then less often"
