"""The widget's files: small, cached forever by browsers, and loadable by any page."""

from __future__ import annotations

import gzip
import re

import httpx
import pytest

from tests.support.http import PLAIN
from tests.support.running import Stack


@pytest.fixture
def client(stack: Stack) -> httpx.Client:
    return httpx.Client(base_url=stack.base_url, **PLAIN)


@pytest.mark.parametrize(
    "path", ["/widget/pages.py", "/widget/../app.py", "/widget/demo/index.html", "/widget/none.js"]
)
def test_only_the_widget_is_served(client: httpx.Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_the_loader_may_be_loaded_by_any_page(client: httpx.Client) -> None:
    loader = client.get("/widget.js")
    assert loader.status_code == 200
    assert loader.headers["Content-Type"].startswith("text/javascript")
    assert loader.headers["Access-Control-Allow-Origin"] == "*"
    assert loader.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert loader.headers["X-Content-Type-Options"] == "nosniff"
    assert loader.headers["Content-Encoding"] == "gzip"
    assert "immutable" not in loader.headers["Cache-Control"]
    assert "@VERSION@" not in loader.text


def test_a_file_that_is_known_is_not_sent_again(client: httpx.Client) -> None:
    first = client.get("/widget.js")
    again = client.get("/widget.js", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_browser_that_reads_no_gzip_gets_the_file_as_it_is(client: httpx.Client) -> None:
    plain = client.get("/widget.js", headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    assert plain.headers["Vary"] == "Accept-Encoding"
    assert plain.text == client.get("/widget.js").text


@pytest.mark.parametrize("name", ["panel.js", "panel.css", "words/en.json"])
def test_what_the_panel_loads_is_kept_for_ever_under_its_version(client: httpx.Client, name: str) -> None:
    versions = re.findall(r"widget/([0-9a-f]{16})", client.get("/widget.js").text)
    assert versions, "the loader names the version"
    kept = client.get(f"/widget/{versions[0]}/{name}")
    assert "immutable" in kept.headers["Cache-Control"]
    other = client.get(f"/widget/{'0' * 16}/{name}")
    assert other.content == kept.content == client.get(f"/widget/{name}").content
    assert "immutable" not in other.headers["Cache-Control"]


def test_what_a_page_loads_weighs_next_to_nothing(client: httpx.Client) -> None:
    loader = client.get("/widget.js", headers={"Accept-Encoding": "gzip"})
    assert len(gzip.compress(loader.content, mtime=0)) <= 4096


def test_the_demo_page_is_as_strict_as_a_restaurant_may_be(client: httpx.Client, stack: Stack) -> None:
    page = client.get("/demo")
    assert page.status_code == 200
    policy = page.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert stack.settings.events_address in policy
    assert "/widget.js" in page.text
