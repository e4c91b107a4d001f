"""The running service and a headless browser, for the tests that ask for them."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis
from playwright.sync_api import Browser, sync_playwright

from tests.support import chromium, running, second_language
from tests.support.chat import Chat
from tests.support.phone import Phone, new_number
from tests.support.running import Stack
from tests.support.scheduling import Together, needs_service, schedule
from tests.support.tables import give_all_back

pytest_plugins = ["testkit.plugin"]

# Examples may take as long as a busy machine makes them. Where CI is set, hypothesis itself takes the same ones each time.
hypothesis.register_profile("patient", hypothesis(), deadline=None)
hypothesis.register_profile("slow", hypothesis.get_profile("patient"), max_examples=5000, derandomize=False)
_SLOW_SECONDS = 3600


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--slow", action="store_true", help="only what is tried by random examples, with many more of them"
    )

    parser.addoption("--faults", action="store_true", help="only what makes parts hang and fail, at full size")
    parser.addoption(
        "--outage-minutes", type=float, default=10, help="with --faults: for how long the provider is away"
    )


def pytest_configure(config: pytest.Config) -> None:
    hypothesis.load_profile("slow" if config.getoption("--slow") else "patient")


@pytest.fixture(scope="session")
def slow(pytestconfig: pytest.Config) -> bool:
    """Whether this run takes its time: a test that asks for it does more then."""
    return bool(pytestconfig.getoption("--slow"))


@pytest.fixture(scope="session")
def full_size(pytestconfig: pytest.Config) -> bool:
    """Whether this run tries faults at full size: thousands of texts, minutes of an outage. Otherwise a few of each."""
    return bool(pytestconfig.getoption("--faults"))


@pytest.fixture(scope="session")
def outage_seconds(pytestconfig: pytest.Config, full_size: bool) -> float:
    """For how long the provider is away: ten minutes at full size, unless an hour or so is asked for."""
    return 60 * float(pytestconfig.getoption("--outage-minutes")) if full_size else 6.0


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark what needs the service, so that `-m "not service"` leaves it out."""
    if needs_service(item):
        item.add_marker(pytest.mark.service)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for option, is_wanted in (("--slow", _grows), ("--faults", _has_full_size)):
        if config.getoption(option):
            wanted = [item for item in items if is_wanted(item)]
            config.hook.pytest_deselected(items=[item for item in items if item not in wanted])
            items[:] = wanted
            seconds = _SLOW_SECONDS + 60 * config.getoption("--outage-minutes")
            for item in items:
                item.add_marker(pytest.mark.timeout(seconds), append=False)
    if hasattr(config, "workerinput"):  # set by pytest-xdist
        schedule(items)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Together | None:
    """Keep together what shares a service, where modules are kept together at all."""
    return Together(config, log) if config.getvalue("dist") == "loadfile" else None


def _has_full_size(item: pytest.Item) -> bool:
    return "full_size" in getattr(item, "fixturenames", ())


def _grows(item: pytest.Item) -> bool:
    made_up = getattr(getattr(item, "obj", None), "is_hypothesis_test", False)
    return made_up or "slow" in getattr(item, "fixturenames", ())


@pytest.fixture(scope="session")
def var_folder() -> Iterator[Callable[[], Path]]:
    """Data folders for services; short, since sockets live in them. Removed at the end."""
    made: list[Path] = []

    def make() -> Path:
        made.append(Path(tempfile.mkdtemp(prefix="tt-")))
        return made[-1]

    yield make
    for folder in made:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def stack(var_folder: Callable[[], Path]) -> Iterator[Stack]:
    """The whole service, one for the run; it is a Wednesday morning in it. Afterwards nothing of it may be left."""
    started = running.start(var_folder(), TABLETALK_WORDS=second_language.write_catalogue(var_folder()))
    yield started
    left = running.end_all(started)
    assert not left, f"still running after Ctrl-C: {left}"
    assert started.process.returncode == 0, started.log.read_text()


@pytest.fixture(autouse=True)
def tables_given_back(request: pytest.FixtureRequest) -> Iterator[None]:
    """After a test with the service nothing is held or booked, whoever did it: a restaurant is never full by another test."""
    yield
    if "stack" in request.fixturenames and not hasattr(request.node, "script"):  # others are still being played
        give_all_back(request.getfixturevalue("stack"))


@pytest.fixture
def new_phone(stack: Stack) -> Callable[..., Phone]:
    """Phones that nobody has texted from; `to` is the number they text, else the service's own."""
    return lambda to=None, number=None: Phone(stack, number or new_number(), to or stack.sms_number)


@pytest.fixture
def phone(new_phone: Callable[..., Phone]) -> Phone:
    """A phone that nobody has texted from."""
    return new_phone()


@pytest.fixture
def chat(stack: Stack) -> Iterator[Chat]:
    """A client of the chat API."""
    with Chat(stack.base_url, stack.api_key) as client:
        yield client


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Headless Chromium."""
    path = chromium.installed()
    if path is None:
        pytest.fail("no Chromium on this machine: install chromium-headless-shell, or set CHROMIUM to the path of one")
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
    with sync_playwright() as playwright:
        running_browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--headless=new", *quiet]
        )
        yield running_browser
        running_browser.close()
