"""Shared by all commands: validated settings, parameter types, and error output."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any, ClassVar, NoReturn

import click

from bot.settings import SettingsError, load_settings
from webhooks.access import read_api_keys


def refuse(message: str) -> NoReturn:
    """Print why a command cannot run, and exit 2."""
    click.echo(f"tabletalk: {message}", err=True)
    sys.exit(2)


def with_settings(command: Callable[..., None]) -> Callable[..., None]:
    """Pass validated settings to a command. An invalid setting prints one line and exits 2."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        try:
            settings = load_settings()
            read_api_keys(settings.api_keys)
        except SettingsError as error:
            refuse(str(error))
        command(settings, *args, **kwargs)

    return run


class Seconds(click.ParamType[float]):
    """A duration: 90, 60s, 5m, 1h. Converts to seconds."""

    name = "time"
    _units: ClassVar = {"": 1, "s": 1, "m": 60, "h": 3600}

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the duration in seconds."""
        found = re.fullmatch(r"(\d+(?:\.\d+)?) ?([smh]?)", str(value))
        if not found:
            self.fail(f"{value!r} is no span of time such as 90, 60s or 5m", param, ctx)
        return float(found[1]) * self._units[found[2]]


class Share(click.ParamType[float]):
    """A percentage: 1%. Converts to a share from 0 to 1."""

    name = "share"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the share, from 0 to 1."""
        found = re.fullmatch(r"(\d+(?:\.\d+)?) ?%", str(value))
        if not found or float(found[1]) > 100:
            self.fail(f"{value!r} is no share such as 1%", param, ctx)
        return float(found[1]) / 100
