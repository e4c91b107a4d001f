"""Trouble at will: texts that Twilio refuses or that never arrive."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify
from pydantic import BaseModel, ConfigDict, Field

from webhooks.bodies import read_body
from webhooks.rest.fields import PhoneNumber
from webhooks.simulator.failures import Failure, Failures, Kind
from webhooks.simulator.testing.tools import Tools

_MOST = 100


class _Wish(BaseModel):
    model_config = ConfigDict(extra="forbid")

    phone: PhoneNumber
    code: int = Field(ge=10_000, le=99_999, description="Twilio's error code")
    kind: Kind
    times: int = Field(default=1, ge=0, le=_MOST)


def add_routes(blueprint: Blueprint, tools: Tools) -> None:
    failures = Failures(tools.redis)

    @blueprint.put("/failures")
    def plan() -> Response:
        wish = read_body(_Wish)
        failures.plan(wish.phone, Failure(wish.kind, wish.code), wish.times)
        return jsonify(wish.model_dump())
