"""What all commands have in common: settings that are right, and one way to say that something is wrong."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any, NoReturn

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
