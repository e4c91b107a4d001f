"""A phone of the simulator's page, worked as a person works it."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, expect

ANSWER_MS = 40_000  # the webhook's own ten seconds, and then a late answer by the outbox
LATE = "One moment please"


class SimulatedPhone:
    """One phone of the page."""

    def __init__(self, root: Locator, number: str) -> None:
        self.root = root
        self.number = number
        self.box = root.get_by_role("textbox", name="Text message")
        self.sent = root.locator(".message[data-direction=in]:not(.pending) .bubble")
        self.answers = root.locator(".message[data-direction=out] .bubble")
        self.extras = root.get_by_text("Twilio extras")

    def type(self, text: str) -> None:
        """Write and send a text, without waiting for the answer."""
        self.box.fill(text)
        self.box.press("Enter")

    def say(self, text: str) -> str:
        """Send a text and give the answer back, the late one if the first only promises it."""
        before = self.answers.count()
        self.type(text)
        return self.answer(after=before)

    def answer(self, *, after: int) -> str:
        """The text that follows the first `after` answers, once nothing is on its way any more."""
        newest = self.answers.nth(after)
        expect(newest).to_be_visible(timeout=ANSWER_MS)
        if newest.inner_text().startswith(LATE):
            newest = self.answers.nth(after + 1)
            expect(newest).to_be_visible(timeout=ANSWER_MS)
        self.wait_until_settled()
        return newest.inner_text()

    def wait_until_settled(self) -> None:
        """Wait until every text sent has been answered and the thread is the server's."""
        expect(self.root.locator(".typing")).to_be_hidden(timeout=ANSWER_MS)
        expect(self.root.locator(".pending")).to_have_count(0)

    def say_until(self, wanted: re.Pattern[str], text: str, replies: dict[str, str]) -> str:
        """Say `text`, then the reply for each question that is asked, until an answer is the wanted one.

        `replies` maps words of a question to what a person replies to it; the first that fits is taken.
        """
        answer = self.say(text)
        asked = []
        for _ in range(6):
            if wanted.search(answer):
                return answer
            asked.append(answer)
            fitting = [reply for words, reply in replies.items() if words.lower() in answer.lower()]
            assert fitting, f"no reply is known to any of {asked}"
            answer = self.say(fitting[0])
        raise AssertionError(f"never came to {wanted.pattern!r}: {asked}")
