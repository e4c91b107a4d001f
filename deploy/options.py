"""What all commands have in common: settings that are right, and one way to say that something is wrong."""

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
    """Say why a command cannot do what it was asked to, and exit 2."""
    click.echo(f"tabletalk: {message}", err=True)
    sys.exit(2)


def with_settings(command: Callable[..., None]) -> Callable[..., None]:
    """Hand the checked settings to a command; a wrong one is one line and exit 2."""

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
    """A span of time: 90, 60s, 5m, 1h."""

    name = "time"
    _units: ClassVar = {"": 1, "s": 1, "m": 60, "h": 3600}

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        found = re.fullmatch(r"(\d+(?:\.\d+)?) ?([smh]?)", str(value))
        if not found:
            self.fail(f"{value!r} is no span of time such as 90, 60s or 5m", param, ctx)
        return float(found[1]) * self._units[found[2]]


class Share(click.ParamType[float]):
    """A part of all: 1%. Gives 0 to 1."""

    name = "share"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        found = re.fullmatch(r"(\d+(?:\.\d+)?) ?%", str(value))
        if not found or float(found[1]) > 100:
            self.fail(f"{value!r} is no share such as 1%", param, ctx)
        return float(found[1]) / 100
