"""The REST API: restaurants, openings, holds, reservations."""

from webhooks.rest.registering import register
from webhooks.rest.texting import Texting

__all__ = ["Texting", "register"]
