"""The testers' API under /simulator/api, for scripted conversations. Never served in production."""

from __future__ import annotations

from flask import Blueprint, Response

from booking_engine import BookingError
from webhooks.problems import problem_response
from webhooks.rest.refusals import as_problem
from webhooks.simulator.testing import clocks, coverage, evenings, expecting, failing, outbox, reservations, restaurants
from webhooks.simulator.testing.tools import Tools


def create_blueprint(tools: Tools) -> Blueprint:
    """Create the routes of the testers' API."""
    blueprint = Blueprint("testing", __name__, url_prefix="/simulator/api")
    for module in (clocks, restaurants, reservations, evenings, outbox, failing, expecting, coverage):
        module.add_routes(blueprint, tools)

    @blueprint.errorhandler(BookingError)
    def refused(error: BookingError) -> Response:
        problem = as_problem(error)
        return problem_response(problem.status, problem.code, problem.detail, **problem.extra)

    return blueprint
