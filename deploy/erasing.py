"""`tabletalk diners`: forget a diner, and cancel what is still booked once that is agreed to."""

from __future__ import annotations

from uuid import uuid4

import click

from booking_engine import Reservation
from bot.context import AppContext
from bot.diners import Diners


def diners_of(context: AppContext) -> Diners:
    """Return what exports and forgets diners."""
    return Diners(context.database, context.engine, context.redis, context.clock, context.settings.for_digests)


def forget_diner(context: AppContext, phone: str, *, is_agreed: bool) -> None:
    """Forget a diner and print what that came to. What is still booked is named and cancelled after a yes, else nothing is done.

    `is_agreed`: whether there is a yes already.

    Raises:
        InvalidRequest: this is no phone number.
        click.Abort: the answer was no.
    """
    standing = context.engine.reservations_of(phone)
    for booking in standing:
        click.echo(_told(booking))
    if standing and not is_agreed:
        click.confirm("Cancel what is still booked?", abort=True)
    for booking in standing:
        context.engine.cancel_reservation(booking.code, command_id=str(uuid4()), channel="operator", notify=False)
        click.echo(f"Cancelled: {booking.code}")
    done = diners_of(context).forget(phone)
    click.echo(f"Forgotten: {done.conversations} conversations; {done.bookings} bookings are kept without a person.")


def _told(booking: Reservation) -> str:
    return (
        f"{booking.code}: {booking.restaurant.name}, {booking.starts_at:%a %d %b %Y %H:%M}, {booking.party_size} people"
    )
