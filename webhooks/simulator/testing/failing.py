"""Failures on demand: texts that Twilio refuses or that are never delivered."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify
from pydantic import BaseModel, ConfigDict, Field

from webhooks.bodies import read_body
from webhooks.rest.fields import PhoneNumber
from webhooks.simulator.failures import Failure, Failures, Kind
from webhooks.simulator.testing.tools import Tools

_MOST = 100


class _Planned(BaseModel):
    model_config = ConfigDict(extra="forbid")

    phone: PhoneNumber
    code: int = Field(ge=10_000, le=99_999, description="Twilio's error code")
    kind: Kind
    times: int = Field(default=1, ge=0, le=_MOST)


def add_routes(blueprint: Blueprint, tools: Tools) -> None:
    """Add the route that plans failures."""
    failures = Failures(tools.redis)

    @blueprint.put("/failures")
    def plan() -> Response:
        planned = read_body(_Planned)
        failures.plan(planned.phone, Failure(planned.kind, planned.code), planned.times)
        return jsonify(planned.model_dump())
