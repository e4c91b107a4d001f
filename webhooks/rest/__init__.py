"""The REST API: restaurants, openings, holds, reservations."""

from webhooks.rest.callers import Limits
from webhooks.rest.registering import register

__all__ = ["Limits", "register"]
