"""The REST API: restaurants, openings, holds, reservations."""

from webhooks.rest.registering import register

__all__ = ["register"]
