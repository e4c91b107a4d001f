"""Restaurants of a tester's own."""

from __future__ import annotations

from dataclasses import asdict

from flask import Blueprint, Response, jsonify, request

from booking_engine import ImportRejected
from webhooks.problems import Problem
from webhooks.simulator.testing.tools import Tools

_LARGEST_IMPORT = 16 * 1024 * 1024  # bytes
_MOST_PROBLEMS = 100  # of an import that are told


def add_routes(blueprint: Blueprint, tools: Tools) -> None:
    @blueprint.post("/restaurants")
    def import_restaurants() -> Response:
        request.max_content_length = _LARGEST_IMPORT
        try:
            lines = request.get_data().decode("utf-8-sig").splitlines()
        except UnicodeDecodeError:
            raise Problem(422, "invalid_body", "body: must be UTF-8, one restaurant in JSON on each line") from None
        try:
            report = tools.engine.import_restaurants(lines)
        except ImportRejected as rejected:
            errors = [asdict(problem) for problem in rejected.problems[:_MOST_PROBLEMS]]
            raise Problem(422, "import_rejected", str(rejected), errors=errors) from None
        return jsonify(asdict(report))
