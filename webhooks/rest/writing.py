"""Repeatable writes: one effect and one response per idempotency key."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable

from flask import Response, jsonify, request
from pydantic import BaseModel
from sqlalchemy import Engine

from bot.idempotency import KeptAnswer, KeyedRequest, KeyReused, claim, keep
from webhooks.problems import Problem
from webhooks.rest.answers import UnverifiedPhone

NO_CONTENT = 204
ACCEPTED = 202


def answer(status: int, model: BaseModel | None) -> Response:
    """Return the model as a JSON response, or an empty response."""
    return _response(_kept(status, model))


def once(
    database: Engine, caller: str, key: str | None, status: int, act: Callable[[str], BaseModel | None]
) -> Response:
    """Perform the current request, or replay its stored response.

    `act` performs it under the given command id. Only successes are stored: a refusal has changed nothing, and the same
    request may be retried. Without a key, every request counts as new.

    Raises:
        Problem: 422, the key was used for a different request.
    """
    if key is None:
        return answer(status, act(uuid.uuid4().hex))
    body = json.dumps(request.get_json(silent=True), sort_keys=True)
    keyed = KeyedRequest(caller, key, f"{request.method} {request.path} {body}")
    try:
        known = claim(database, keyed)
    except KeyReused:
        raise Problem(
            422, "idempotency_key_reused", "This Idempotency-Key came with another request before; take a new one."
        ) from None
    if known is None:
        return _response(keep(database, keyed, _kept(status, act(keyed.command_id))))
    response = _response(known)
    response.headers["Idempotent-Replayed"] = "true"
    return response


def _kept(status: int, model: BaseModel | None) -> KeptAnswer:
    if isinstance(model, UnverifiedPhone):  # nothing is created yet
        status = ACCEPTED
    return KeptAnswer(status, model.model_dump(mode="json") if model else None)


def _response(kept: KeptAnswer) -> Response:
    if kept.status == NO_CONTENT:
        empty = Response(status=NO_CONTENT)
        del empty.headers["Content-Type"]
        return empty
    response = jsonify(kept.body)
    response.status_code = kept.status
    return response
