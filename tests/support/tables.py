"""Release tables after a test, so that no test fills a restaurant for another."""

from __future__ import annotations

import secrets

from booking_engine.confirmation_codes import CodeBook
from booking_engine.reservations.reservation import HoldKey
from booking_engine.time_slots import quarter_of
from tests.support import lookups
from tests.support.running import Stack

_STANDING = """
    SELECT r.restaurant_id, r.id, r.status, r.starts_at, r.code_number, c.code_key
      FROM reservation r CROSS JOIN catalogue c
     WHERE r.status IN ('held', 'confirmed') AND r.ends_at > :now
"""


def give_all_back(stack: Stack) -> None:
    """Release all holds and cancel all reservations, without texting the diners."""
    for row in lookups.rows(stack.database, _STANDING, now=stack.engine.clock.now()):
        command_id = secrets.token_hex(8)
        if row.status == "held":
            key = HoldKey(row.restaurant_id, quarter_of(row.starts_at), row.id)
            stack.engine.release_hold(key.spell(), command_id=command_id, channel="tests")
        else:
            code = CodeBook(row.code_key).spell(row.restaurant_id, row.code_number)
            stack.engine.cancel_reservation(code, command_id=command_id, channel="tests", notify=False)
