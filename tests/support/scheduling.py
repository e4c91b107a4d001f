"""Order in which the pytest-xdist workers take the test modules."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

_MOSTLY_WAITS = "tests/stack/test_recovery.py"
_LONG = (
    "tests/testkit/test_command.py",
    "tests/stack/test_starting.py",
    "tests/browser/test_widget_access.py",
    "tests/testkit/test_running.py",
    "tests/testkit/test_crowd.py",
    "tests/browser/test_widget_thread.py",
)
"""Modules that take longer than 20 seconds, longest first. If the list is outdated, the workers only finish less evenly."""


def module_of(item: pytest.Item) -> str:
    """Return the file that an item stands in, which a worker takes as a whole with `--dist loadfile`."""
    return item.path.relative_to(item.config.rootpath).as_posix()


def schedule(items: list[pytest.Item]) -> None:
    """Sort the items by module.

    First the module that mostly waits. Next the modules that need no service, which run while the model is trained, if it
    has to be. Then the others, longest first, so that all workers finish at about the same time.
    """
    with_service = modules_with_service(items)

    def turn(item: pytest.Item) -> tuple[int, int]:
        module = module_of(item)
        if module == _MOSTLY_WAITS:
            return 0, 0
        if module not in with_service:
            return 1, 0
        return 2, _LONG.index(module) if module in _LONG else len(_LONG)

    items.sort(key=turn)


def modules_with_service(items: Iterable[pytest.Item]) -> set[str]:
    """Return the modules in which any test uses the running service."""
    return {module_of(item) for item in items if needs_service(item)}


def needs_service(item: pytest.Item) -> bool:
    """Return whether a test uses the running service."""
    return "stack" in getattr(item, "fixturenames", ())
