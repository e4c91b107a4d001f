"""Order in which the pytest-xdist workers take the test modules, and which of them stay together."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from xdist.scheduler import LoadFileScheduling

_SHARES_A_SERVICE = "tests/stack/pair/"
"""Folder of the fixture `pair`, which is not to be had elsewhere: one worker takes all its modules, so that it is started once."""
_MOSTLY_WAITS = "tests/stack/test_recovery.py"
_LONG = (
    "tests/stack/pair/test_two_of_each.py",
    "tests/browser/test_widget_access.py",
    "tests/testkit/test_command.py",
    "tests/testkit/test_running.py",
    "tests/faults/test_soak.py",
    "tests/browser/test_widget_thread.py",
    "tests/browser/test_simulator.py",
    "tests/conversations/outages.yml",
    "tests/faults/test_database.py",
    "tests/bot/test_sender.py",
    "tests/browser/test_widget_page.py",
    "tests/faults/test_sending.py",
    "tests/bot/test_code_words.py",
    "tests/browser/test_widget_booking.py",
    "tests/testkit/test_crowd.py",
    "tests/rest/test_schemathesis.py",
    "tests/rest/test_errors.py",
    "tests/test_architecture.py",
    "tests/eval/test_gate.py",
    "tests/webhooks/test_hostile.py",
    "tests/stack/test_serving.py",
    "tests/engine/test_saturday.py",
    "tests/engine/test_stateful.py",
    "tests/webhooks/test_hanging_database.py",
)
"""Modules that take longer than 15 seconds, longest first. If the list is outdated, the workers only finish less evenly."""


class Together(LoadFileScheduling):
    """Gives each module to one worker, as `--dist loadfile` does, and the folder that shares a service to the same one."""

    def _split_scope(self, nodeid: str) -> str:
        module: str = super()._split_scope(nodeid)
        return _SHARES_A_SERVICE if module.startswith(_SHARES_A_SERVICE) else module


def module_of(item: pytest.Item) -> str:
    """Return the file that an item stands in, which a worker takes as a whole with `--dist loadfile`."""
    return item.path.relative_to(item.config.rootpath).as_posix()


def schedule(items: list[pytest.Item]) -> None:
    """Sort the items by module.

    First the module that mostly waits. Next the modules that need no service, which run while the model is trained, if it
    has to be. Then the others, which use the running service or start their own. The longest of each go first, so that all
    workers finish at about the same time.
    """
    with_service = modules_with_service(items)
    places = {module: place for place, module in enumerate(_LONG)}

    def turn(item: pytest.Item) -> tuple[int, int]:
        module = module_of(item)
        if module == _MOSTLY_WAITS:
            return 0, 0
        return 2 if module in with_service else 1, places.get(module, len(_LONG))

    items.sort(key=turn)


def modules_with_service(items: Iterable[pytest.Item]) -> set[str]:
    """Return the modules in which any test uses a service that has started."""
    return {module_of(item) for item in items if item.get_closest_marker("service")}


def needs_service(item: pytest.Item) -> bool:
    """Return whether a test uses a running service."""
    return not {"stack", "pair"}.isdisjoint(getattr(item, "fixturenames", ()))
