"""Texts that a request causes: who causes them, whether they fit the budgets, and codes for phones that nobody vouches for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn

from flask import request, url_for
from werkzeug.exceptions import TooManyRequests

from booking_engine import Hold
from bot.hold_verification import Booking, CodeNotTexted, CodeWrong, HoldVerification, NoCodeWaiting, PhoneOptedOut
from bot.phone_codes import PhoneCodes
from bot.text_budgets import Caller, TextBudgets
from webhooks.problems import Problem
from webhooks.rate_limits import RateLimits
from webhooks.rest.answers import AskByText

_RETRY_AFTER = 3600  # seconds; budgets are per hour


@dataclass(frozen=True)
class Texting:
    """What decides on the texts that requests cause."""

    budgets: TextBudgets
    holds: HoldVerification
    codes: PhoneCodes
    our_number: str

    def may_notify(self, phone: str, rate_limits: RateLimits) -> bool:
        """Take a notification for the current request from the budgets; False if the diner must get no text of it."""
        return self.budgets.take_notification(phone, self._caller(rate_limits))

    def may_notify_or_refuse(self, phone: str, rate_limits: RateLimits) -> bool:
        """Take a notification from the budgets like `may_notify`; what a visitor changes is not changed if it cannot be told.

        Raises:
            TooManyRequests: a budget is used up, and the caller has no API key.
        """
        may = self.may_notify(phone, rate_limits)
        if not may and not rate_limits.has_key():
            raise TooManyRequests("This phone gets too many texts from us. Try again later.", retry_after=_RETRY_AFTER)
        return may

    def text_code(self, hold: Hold, booking: Booking, rate_limits: RateLimits) -> datetime:
        """Text a code for the hold, and return when it lapses.

        Raises:
            Problem: 409, the phone has opted out; 422, its country is not served; 429, a budget is used up. The last two say how
                the phone itself can ask for the code.
        """
        try:
            return self.holds.ask(hold.id, booking, self._caller(rate_limits))
        except PhoneOptedOut:
            detail = f"This phone wants no texts from us. Text START from it to {self.our_number} first."
            raise Problem(409, "phone_opted_out", detail) from None
        except CodeNotTexted as refused:
            self._refuse(refused, hold)

    def read_code(self, hold_id: str, typed: str) -> Booking:
        """Return what to confirm the hold with, if the code is right.

        Raises:
            Problem: 422, it is wrong; 409, there is none that could be right.
        """
        try:
            return self.holds.check(hold_id, typed)
        except CodeWrong as wrong:
            raise Problem(
                422, "code_wrong", "This is not the code that was texted.", tries_left=wrong.tries_left
            ) from None
        except NoCodeWaiting:
            detail = (
                "No code is waited for, or not yet, or no longer. Confirm the hold again, and do as its answer says."
            )
            raise Problem(409, "code_expired", detail) from None

    def _caller(self, rate_limits: RateLimits) -> Caller:
        if rate_limits.has_key():
            return Caller(key=rate_limits.identity())
        return Caller(self.codes.digest_of_address(request.remote_addr or ""))

    def _refuse(self, refused: CodeNotTexted, hold: Hold) -> NoReturn:
        way_out = AskByText(
            text=refused.word.word,
            to=self.our_number,
            expires_at=refused.word.expires_at.astimezone(hold.restaurant.zone),
        )
        how = f"Text {way_out.text} from the phone to {way_out.to}, and the answer has the code."
        extra: dict[str, Any] = {
            "ask_by_text": way_out.model_dump(mode="json"),
            "verify_url": url_for("api.verify_hold", hold_id=hold.id),
        }
        if refused.reason == "country":
            detail = f"We text no codes unasked to numbers of this kind or country. {how}"
            raise Problem(422, "phone_not_served", detail, **extra) from None
        detail = f"Too many codes were asked for. {how} Or try again later."
        raise Problem(429, "too_many_requests", detail, retry_after=_RETRY_AFTER, **extra) from None
