"""The context shared by the parts of a process, and how the database and the engine are opened from the settings."""

from __future__ import annotations

from dataclasses import dataclass

from redis import Redis
from sqlalchemy import Engine

from booking_engine import BookingEngine, Clock, create_database
from bot.dialogue_client import DialogueClient
from bot.hold_verification import HoldVerification
from bot.notifier import Notifier
from bot.phone_codes import PhoneCodes
from bot.responses import Languages
from bot.settings import Settings
from bot.shared_cache import RedisSharedCache
from bot.text_budgets import TextBudgets
from bot.turn import TurnTaker


@dataclass(frozen=True)
class AppContext:
    """Services shared by the parts of one process. Built by `app.create_context`."""

    settings: Settings
    clock: Clock
    database: Engine
    redis: Redis
    engine: BookingEngine
    dialogue: DialogueClient
    languages: Languages
    turns: TurnTaker
    codes: PhoneCodes
    budgets: TextBudgets
    hold_verification: HoldVerification
    notifier: Notifier


def open_database(settings: Settings, *, pre_ping: bool = False) -> Engine:
    """Create a connection pool. Connections are opened on first use. `pre_ping`: see `create_database`."""
    return create_database(
        settings.database_address,
        pool_size=8,
        max_overflow=settings.web_threads,
        pre_ping=pre_ping,
        behind_pooler=settings.database_pooler == "transaction",
        patience=settings.answer_within,
    )


def open_engine(settings: Settings, database: Engine) -> BookingEngine:
    """Return the booking engine on this database, with the service's clock and the shared cache on Redis."""
    cache = RedisSharedCache(settings.redis_address)
    return BookingEngine(database, Clock(settings.clock_offset), cache, own_number=settings.twilio_number)


def open_budgets(settings: Settings, engine: BookingEngine) -> TextBudgets:
    """Return the budgets of texts. Unless the settings name the countries, they are the restaurants' and our number's."""
    named = frozenset(filter(None, settings.served_countries.split(",")))

    def served() -> frozenset[str]:
        return named or frozenset(map(str.upper, engine.countries())) | {settings.default_region}

    return TextBudgets(settings.redis_address, settings.text_rates, served)
