"""What Rasa's process asks of ours, in a Flask app of its own, on loopback, protected by a token: actions and names."""

from __future__ import annotations

import logging
from collections.abc import Coroutine
from typing import Any, TypeVar

from flask import Blueprint, Response, abort, jsonify, request
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException

from booking_engine import BookingEngine
from bot.outages import is_outage
from bot.secret_keys import KeyRing

logger = logging.getLogger(__name__)
_Result = TypeVar("_Result")


def create_blueprint(executor: ActionExecutor, engine: BookingEngine, tokens: KeyRing) -> Blueprint:
    """Create the routes that run actions and publish the restaurants' names. All but the health check require one of the tokens."""
    blueprint = Blueprint("actions", __name__)

    @blueprint.before_request
    def check_token() -> None:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if request.endpoint != "actions.ready" and not tokens.admits(given):
            abort(401)

    @blueprint.get("/readyz")
    def ready() -> Response:
        return jsonify({"ready": True})

    @blueprint.post("/webhook")
    def webhook() -> tuple[Response, int]:
        call: dict[str, Any] = request.get_json()
        try:
            result = _run(executor.run(call))
        except ActionExecutionRejection as rejection:  # a regular response that Rasa handles, not an error
            return jsonify({"error": str(rejection), "action_name": rejection.action_name}), 400
        except ActionNotFoundException as unknown:
            return jsonify({"error": str(unknown), "action_name": call.get("next_action")}), 404
        except Exception as error:
            if not is_outage(error):
                raise
            logger.warning("action %s has to wait: %s", call.get("next_action"), type(error).__name__)
            return jsonify({"error": "the database is away"}), 503
        return jsonify(result.model_dump() if result else {}), 200

    @blueprint.get("/places")
    def places() -> Response:
        """Return the names of all restaurants; 304 to who knows this version of the catalogue already."""
        published = engine.published_names()
        response = jsonify({"version": published.version, "places": published.places})
        response.set_etag(str(published.version))
        response.make_conditional(request)
        return response

    return blueprint


def _run(coroutine: Coroutine[Any, Any, _Result]) -> _Result:
    """Run a coroutine that waits for nothing, without making an event loop for it.

    rasa-sdk's executor is one, since our actions are plain functions. Raises RuntimeError at an action that waits.
    """
    try:
        coroutine.send(None)
    except StopIteration as done:
        result: _Result = done.value
        return result
    coroutine.close()
    raise RuntimeError("an action waits for something, which only an event loop could tell it of")
