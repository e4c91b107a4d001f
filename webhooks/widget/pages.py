"""Serves the widget's files to restaurants' pages, and in development a demo page of a fictional restaurant.

Every page with the button loads `/widget.js`, which may be cached for five minutes. The open panel's files are below
`/widget/VERSION/`. The version is a digest of all files, so these may be cached forever. The loader contains the text
`@VERSION@` as a placeholder. Without a version, a file is served too, but revalidated each time.

The files are built once (see `bundle`): the panel's modules become one script, and comments are stripped. If a catalog
of words is missing, the language's general one is served instead, or else English.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Response, abort, request

from bot.settings import Settings
from webhooks.widget import bundle

_HERE = Path(__file__).parent
_DEMO = "demo"
_LOADER = "widget.js"
_PANEL = "panel.js"
_WORDS = re.compile(r"words/([a-z]{2,3})\b[\w-]*\.json", re.IGNORECASE)
_ENGLISH = "words/en.json"
_PLACEHOLDER = "@VERSION@"
_VERSION = re.compile("([0-9a-f]{16})/")
_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
    ".png": "image/png",
}
_MADE_SMALL = frozenset({".js", ".css", ".json"})
_COMPRESSED = frozenset({".js", ".css", ".json", ".html", ".svg"})
_A_WHILE = "public, max-age=300"
_FOR_EVER = "public, max-age=31536000, immutable"
_LOOK_AGAIN = "no-cache"


@dataclass(frozen=True)
class _File:
    """A file as it is served, with its digest."""

    content: bytes
    compressed: bytes | None
    content_type: str
    digest: str


@dataclass(frozen=True)
class _Shelf:
    """All files by their path below this folder, with their joint version."""

    version: str
    files: dict[str, _File]


def create_blueprint(settings: Settings) -> Blueprint:
    """Create the widget's routes. Files are built at startup; in development, again after every edit."""
    blueprint = Blueprint("widget", __name__)
    shelves: dict[object, _Shelf] = {None: _read_shelf()}

    def shelf() -> _Shelf:
        edition = None if settings.is_production else tuple((path, path.stat().st_mtime_ns) for path in _files())
        if edition not in shelves:
            shelves[edition] = _read_shelf()
        return shelves[edition]

    @blueprint.get("/widget.js")
    def loader() -> Response:
        return _for_every_page(_send(shelf().files.get(_LOADER), _A_WHILE if settings.is_production else _LOOK_AGAIN))

    @blueprint.get("/widget/<path:name>")
    def asset(name: str) -> Response:
        present = shelf()
        version = _VERSION.match(name)
        name = _in_words_we_have(present, name[version.end() :] if version else name)
        if name.startswith(f"{_DEMO}/"):
            abort(404)
        # A page with a cached old loader gets the current files, but must not cache them forever.
        is_present = version is not None and version[1] == present.version
        return _for_every_page(_send(present.files.get(name), _FOR_EVER if is_present else _LOOK_AGAIN))

    if not settings.is_production:

        @blueprint.get("/demo")
        def demo() -> Response:
            response = _send(shelf().files.get(f"{_DEMO}/index.html"), _LOOK_AGAIN)
            response.headers["Content-Security-Policy"] = _demo_policy(settings)
            return response

        @blueprint.get("/demo/<path:name>")
        def demo_asset(name: str) -> Response:
            return _send(shelf().files.get(f"{_DEMO}/{name}"), _LOOK_AGAIN)

    return blueprint


def _in_words_we_have(shelf: _Shelf, name: str) -> str:
    language = _WORDS.fullmatch(name)
    if language is None or name in shelf.files:
        return name
    at_large = f"words/{language[1].lower()}.json"
    return at_large if at_large in shelf.files else _ENGLISH


def _demo_policy(settings: Settings) -> str:
    """A policy as strict as a restaurant's may be. It allows only what the widget is documented to need."""
    rules = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self'",
        "font-src": "'self'",
        "connect-src": f"'self' {settings.events_address}",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
        "require-trusted-types-for": "'script'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def _files() -> list[Path]:
    return [path for path in sorted(_HERE.rglob("*")) if path.suffix in _TYPES and path.is_file()]


def _read_shelf() -> _Shelf:
    raw = {path.relative_to(_HERE).as_posix(): path.read_bytes() for path in _files()}
    digest = hashlib.sha256()
    for name, content in raw.items():
        digest.update(name.encode() + b"\0" + content + b"\0")
    version = digest.hexdigest()[:16]
    modules = {name: raw.pop(name).decode() for name in list(raw) if "/" not in name and name.endswith(".js")}
    texts = {name: content.decode() for name, content in raw.items() if Path(name).suffix in _MADE_SMALL}
    texts[_LOADER] = modules[_LOADER].replace(_PLACEHOLDER, version)
    texts[_PANEL] = bundle.join(modules, _PANEL)
    raw |= {name: text.encode() for name, text in bundle.small(texts).items()}
    return _Shelf(version, {name: _file(name, content) for name, content in raw.items()})


def _file(name: str, content: bytes) -> _File:
    kind = Path(name).suffix
    compressed = gzip.compress(content, mtime=0) if kind in _COMPRESSED else None
    return _File(content, compressed, _TYPES[kind], hashlib.sha256(content).hexdigest()[:16])


def _send(file: _File | None, caching: str) -> Response:
    """Return the file, gzipped if the browser accepts that; 304 if it is already cached."""
    if file is None:
        abort(404)
    takes_gzip = file.compressed is not None and request.accept_encodings["gzip"] > 0
    response = Response(file.compressed if takes_gzip else file.content, content_type=file.content_type)
    if takes_gzip:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = caching
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.set_etag(f"{file.digest}{'-gzip' if takes_gzip else ''}")
    response.make_conditional(request)
    return response


def _for_every_page(response: Response) -> Response:
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
