"""Headers that keep a browser from doing with our answers what they are not for."""

from __future__ import annotations

from flask import Flask, Response

POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""For answers that are no pages. A page has a policy of its own."""
_HSTS = "max-age=31536000"  # a year; for this host only, since others of the domain may have no certificate


def install(app: Flask, *, is_production: bool) -> None:
    """Add the headers to every answer of the app, errors included. Pages keep the policy that they set themselves."""

    @app.after_request
    def add_headers(response: Response) -> Response:
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Content-Security-Policy", POLICY)
        if is_production:
            response.headers.setdefault("Strict-Transport-Security", _HSTS)
        return response
