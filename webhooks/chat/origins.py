"""Web sites that may use the chat: our own, and those that the restaurant has listed."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, Response, request

from booking_engine import BookingEngine, RestaurantUnknown
from bot.conversations import Conversation
from bot.settings import Settings
from webhooks.problems import Problem

_METHODS = "GET, POST, DELETE, OPTIONS"
_HEADERS = "Authorization, Content-Type, Idempotency-Key, Last-Event-ID"
_EXPOSED = "Retry-After"
_PREFLIGHT_SECONDS = "7200"  # the longest that Chromium caches one


def given_origin() -> str | None:
    """Return the Origin header of the current request. Callers other than browsers send none."""
    return request.headers.get("Origin")


class Origins:
    """Restricts conversations to the sites that may open and use them."""

    def __init__(self, settings: Settings, engine: BookingEngine) -> None:
        self._engine = engine
        self._own = {_origin_of(settings.public_address)}
        if not settings.is_production:
            self._own |= {f"http://{host}:{settings.port}" for host in ("127.0.0.1", "localhost", settings.host)}

    def check_opening(self, restaurant: str | None) -> None:
        """Check that the current request may open a conversation about this restaurant.

        Raises:
            Problem: 403, the origin is not allowed.
        """
        origin = given_origin()
        if origin is not None and not self._is_allowed(origin, restaurant):
            raise _refused()

    def check_use(self, conversation: Conversation) -> None:
        """Check that the current request comes from where the conversation was opened, and that this is still allowed.

        Browsers omit the origin on same-origin reads. A conversation that was not opened by a browser may be used by any site
        that could have opened it.

        Raises:
            Problem: 403, the request may not use the conversation.
        """
        origin, home = given_origin(), conversation.origin
        if origin is None and (home is None or home in self._own):
            return
        if origin is None or home not in (None, origin) or not self._is_allowed(origin, conversation.restaurant):
            raise _refused()

    def _is_allowed(self, origin: str, slug: str | None) -> bool:
        if origin in self._own:
            return True
        if slug is None:
            return False
        try:
            return origin in self._engine.restaurant(slug).widget_origins
        except RestaurantUnknown:
            return False


def answer_any_site(blueprint: Blueprint) -> None:
    """Allow CORS from every site for these routes, so that pages can read refusals too.

    `Origins` decides on the server what a site may do. No cookies are used, so a page can do no more on its visitor's
    behalf than it could without the visitor.
    """

    @blueprint.after_request
    def add_cors_headers(response: Response) -> Response:
        origin = given_origin()
        response.vary.add("Origin")
        if origin is None or origin == "null":
            return response
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = _EXPOSED
        if request.method == "OPTIONS":
            response.headers["Access-Control-Allow-Methods"] = _METHODS
            response.headers["Access-Control-Allow-Headers"] = _HEADERS
            response.headers["Access-Control-Max-Age"] = _PREFLIGHT_SECONDS
        return response


def _origin_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}".lower()


def _refused() -> Problem:
    return Problem(403, "origin_not_allowed", "This web site may not have this conversation.")
