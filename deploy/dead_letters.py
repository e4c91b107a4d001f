"""What `tabletalk outbox` does, for those who run the service. No names, numbers or words of diners are shown."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import timezone
from uuid import UUID

from booking_engine import Clock, dead_letters
from booking_engine.dead_letters import DeadLetter
from bot.context import open_database
from bot.settings import Settings

_MOST_LISTED = 200


def lines(settings: Settings, kind: str | None) -> Iterator[str]:
    """Yield a line for each dead letter, of a kind if it is given, 200 at most."""
    with open_database(settings).connect() as connection:
        found = dead_letters.dead_letters(connection, kind=kind, limit=_MOST_LISTED + 1)
    yield from map(_line, found[:_MOST_LISTED])
    if len(found) > _MOST_LISTED:
        yield "… and more"


def _line(letter: DeadLetter) -> str:
    failed = letter.failed_at.astimezone(timezone.utc)
    sent = "not delivered" if letter.was_sent else f"{letter.attempts} attempts"
    what = " ".join(filter(None, [letter.kind, letter.reservation_code]))
    return f"{letter.id}  {failed:%Y-%m-%d %H:%M} UTC  {what}  {sent}  {letter.error}"


def retry(settings: Settings, ids: Collection[UUID] | None, kind: str | None) -> int:
    """Send dead letters again: these, or all, of a kind if it is given. Returns their number."""
    with open_database(settings).begin() as connection:
        chosen = dead_letters.dead_letters(connection, ids=ids, kind=kind)
        return dead_letters.retry(connection, chosen, now=Clock(settings.clock_offset).now())


def drop(settings: Settings, ids: Collection[UUID] | None, kind: str | None) -> int:
    """Take dead letters off the list: these, or all, of a kind if it is given. Returns their number."""
    with open_database(settings).begin() as connection:
        chosen = dead_letters.dead_letters(connection, ids=ids, kind=kind)
        return dead_letters.drop(connection, [letter.id for letter in chosen], now=Clock(settings.clock_offset).now())
