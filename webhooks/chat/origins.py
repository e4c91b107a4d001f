"""Which web sites may talk with us: our own, and for a restaurant those that it has listed."""

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
_PREFLIGHT_SECONDS = "7200"  # as long as Chromium keeps one


def given_origin() -> str | None:
    """The Origin of the present request. Callers that are no browsers send none."""
    return request.headers.get("Origin")


class Origins:
    """Holds conversations to the sites they may be opened and used from."""

    def __init__(self, settings: Settings, engine: BookingEngine) -> None:
        self._engine = engine
        self._own = {_origin_of(settings.public_address)}
        if not settings.is_production:
            self._own |= {f"http://{host}:{settings.port}" for host in ("127.0.0.1", "localhost", settings.host)}

    def check_opening(self, restaurant: str | None) -> None:
        """Whether the present request may open a conversation about that restaurant.

        Raises:
            Problem: 403, its origin is none of those allowed.
        """
        origin = given_origin()
        if origin is not None and not self._is_allowed(origin, restaurant):
            raise _refused()

    def check_use(self, conversation: Conversation) -> None:
        """Whether the present request may use the conversation: from where it was opened, as long as that is allowed.

        Browsers leave the origin out when they read from our own site. What was opened by no browser may be used by any
        site that might have opened it.

        Raises:
            Problem: 403, it may not.
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
    """Let every site read the answers of these routes, refusals above all.

    What a site may do is decided by `Origins` on our side. Nothing here goes by cookies, so a page can do no more in its
    visitor's name than it could without the visitor.
    """

    @blueprint.after_request
    def tell(response: Response) -> Response:
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
