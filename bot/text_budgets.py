"""Whom we text, and how often: what limits the texts that others can make us send.

A text costs money and may bother a stranger. So a number that nobody has vouched for gets nothing but codes, and only in
the countries that are served; and every code, and every notification that a call of the API causes, is taken from budgets.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

import phonenumbers
from limits import RateLimitItem, parse_many
from limits.errors import StorageError
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import SlidingWindowCounterRateLimiter
from phonenumbers import PhoneNumberType
from prometheus_client import Counter, Gauge

from bot.rates import TextRates

logger = logging.getLogger(__name__)

BudgetName = Literal[
    "codes_per_phone", "codes_per_phone_in_all", "codes_per_conversation", "codes_per_address", "codes_per_prefix",
    "codes_per_day", "notifications_per_phone", "notifications_per_address", "notifications_per_key", "notifications_per_prefix",
    "notifications_per_day",
]  # fmt: skip
Refusal = Literal["country", "budget"]

_LINE_DIGITS = 4  # the last digits of a number; what is before them is a block that one carrier has
_COSTLY = frozenset({PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST})
_ALONE_FOR = 15.0  # seconds for which a Redis that failed is left alone: nobody waits for it once per budget
_ALARM_EVERY = 60.0  # seconds between two lines in the log about the same budget

_refused = Counter("tabletalk_texts_refused", "Texts that were not queued, by the budget that was used up", ["budget"])
_unserved = Counter("tabletalk_texts_unserved", "Codes that were not texted, since the number's country is not served")
_last_refused = Gauge(
    "tabletalk_text_budget_used_up_timestamp_seconds",
    "When a text was last refused because this budget was used up",
    ["budget"],
    multiprocess_mode="max",
)


for _name in get_args(BudgetName):  # what has not happened yet is 0, not missing
    _refused.labels(_name)
    _last_refused.labels(_name)


class _Spending(NamedTuple):
    """What a text takes from a budget: the budget's name, and whose share of it."""

    budget: BudgetName
    whose: str


@dataclass(frozen=True)
class Caller:
    """Who makes us send a text, as far as it is known: the digest of the network a request came from, the name of its key."""

    address: str | None = None
    key: str | None = None


class TextBudgets:
    """Decides which texts are queued. Safe to share between threads.

    All processes count together in Redis. While that is down, each counts on its own.
    """

    def __init__(self, redis_address: str, rates: TextRates, served_countries: Callable[[], Collection[str]]) -> None:
        """Take the rates of each budget, and what names the countries that are served, as ISO codes."""
        self._served_countries = served_countries
        self._rates: Mapping[str, list[RateLimitItem]] = {
            name: parse_many(rate) for name, rate in rates._asdict().items()
        }
        address = redis_address.replace("unix://", "redis+unix://", 1)
        together = storage_from_string(address, socket_timeout=1, socket_connect_timeout=1, wrap_exceptions=True)
        self._together = SlidingWindowCounterRateLimiter(together)
        self._alone = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._alone_until = -_ALONE_FOR
        self._alarmed: dict[str, float] = {}

    def refuse_code(self, phone: str, caller: Caller, conversation: str, *, is_known: bool = False) -> Refusal | None:
        """Take a code to this phone from the budgets, and return None; or return why it must not be texted.

        Strangers use up a phone's budget each for their own address. `is_known`: the phone was verified from there
        lately; then not even the budget of all addresses together stands in the way.
        """
        if not is_served(phone, self._served_countries()):
            _unserved.inc()
            return "country"
        spendings = [
            _Spending("codes_per_phone", f"{phone} {caller.address or conversation}"),
            _Spending("codes_per_conversation", conversation),
            *([_Spending("codes_per_address", caller.address)] if caller.address else []),
            *([] if is_known else [_Spending("codes_per_phone_in_all", phone)]),
            _Spending("codes_per_prefix", phone[:-_LINE_DIGITS]),
            _Spending("codes_per_day", ""),
        ]
        return None if self._spend(spendings) else "budget"

    def take_notification(self, phone: str, caller: Caller) -> bool:
        """Take a text about a booking that an API call or a chat causes from the budgets; False if one is used up."""
        return self._spend(
            [
                _Spending("notifications_per_phone", phone),
                *([_Spending("notifications_per_key", caller.key)] if caller.key else []),
                *([_Spending("notifications_per_address", caller.address)] if caller.address else []),
                _Spending("notifications_per_prefix", phone[:-_LINE_DIGITS]),
                _Spending("notifications_per_day", ""),
            ]
        )

    def _spend(self, spendings: list[_Spending]) -> bool:
        """Take one from each budget until one is used up: what belongs to the caller alone first, what all share last."""
        for budget, whose in spendings:
            if not all(self._hit(rate, budget, whose) for rate in self._rates[budget]):
                self._alarm(budget)
                return False
        return True

    def _hit(self, rate: RateLimitItem, budget: str, whose: str) -> bool:
        name = hashlib.sha256(whose.encode("utf-8", "surrogatepass")).hexdigest()[:32]
        if time.monotonic() >= self._alone_until:
            try:
                return self._together.hit(rate, "texts", budget, name)
            except StorageError:
                self._alone_until = time.monotonic() + _ALONE_FOR
        return self._alone.hit(rate, "texts", budget, name)

    def _alarm(self, budget: BudgetName) -> None:
        _refused.labels(budget).inc()
        _last_refused.labels(budget).set_to_current_time()
        now = time.monotonic()
        if now - self._alarmed.get(budget, -_ALARM_EVERY) >= _ALARM_EVERY:
            self._alarmed[budget] = now
            logger.error("the budget %s is used up, so a text was not queued", budget)


def is_served(phone: str, countries: Collection[str]) -> bool:
    """Whether a number (E.164) is of one of these countries (ISO codes), and its texts cost no more than others."""
    number = phonenumbers.parse(phone)
    # A number that no operator has yet counts for the country that has its calling code to itself, or the largest one.
    country = phonenumbers.region_code_for_number(number) or phonenumbers.region_code_for_country_code(
        number.country_code or 0
    )
    return country in countries and phonenumbers.number_type(number) not in _COSTLY
