"""Restaurants that testers import."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, jsonify, request
from sqlalchemy import Engine, select

from booking_engine import ImportRejected
from booking_engine.storage.schema import restaurant
from webhooks.problems import Problem
from webhooks.simulator.testing.tools import Tools

_LARGEST_IMPORT = 16 * 1024 * 1024  # bytes
_MOST_PROBLEMS = 100  # reported per import


def documents_of(database: Engine, slugs: Iterable[str]) -> list[dict[str, Any]]:
    """Return the lines that restaurants were imported from, with defaults filled in, by slug. Unknown slugs are left out."""
    columns = restaurant.c
    query = select(columns.document).where(columns.slug.in_(list(slugs))).order_by(columns.slug)
    with database.connect() as connection:
        return list(connection.scalars(query))


def add_routes(blueprint: Blueprint, tools: Tools) -> None:
    """Add the routes that show and import restaurants."""

    @blueprint.get("/restaurants/<slug>")
    def show_line(slug: str) -> Response:
        """Return a restaurant in import format."""
        found = documents_of(tools.database, [slug])
        if not found:
            raise Problem(404, "restaurant_unknown", "There is no such restaurant.")
        return jsonify(found[0])

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
        counts = {"created": report.created, "updated": report.updated, "unchanged": report.unchanged}
        return jsonify({**counts, "misfits": [asdict(conflict) for conflict in report.conflicts]})
