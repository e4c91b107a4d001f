"""The restaurants that texts are read with: fetched from our side, and again when a turn names a newer catalogue."""

from __future__ import annotations

import asyncio
import logging
import os
from http import HTTPStatus
from typing import Any

import aiohttp

from dialogue.rasa.server import tokens
from nlu.reading.places import Place, PlaceIndex
from nlu.reading.reader import know_places

logger = logging.getLogger(__name__)

_TIMEOUT = aiohttp.ClientTimeout(total=3.0)  # seconds, of the ten in which a turn has to be answered


class Unknown(Exception):
    """No restaurants are known yet, so no text can be read."""


class Catalogue:
    """The version of the catalogue that this process reads with; none before the first fetch."""

    def __init__(self, address: str, token: str) -> None:
        self._address = address
        self._headers = {"Authorization": f"Bearer {token}"}
        self._version: int | None = None
        self._fetching: asyncio.Task[None] | None = None

    async def know(self, version: int | None) -> None:
        """Read with this version or a newer one from now on; with whichever there is if it is None and one is known.

        An older one will do while a newer cannot be fetched. Raises Unknown if there is none at all.
        """
        for _ in range(2):  # a fetch that others wait for may have begun before this version was there
            if self._is_known(version):
                return
            if self._fetching is None or self._fetching.done():
                self._fetching = asyncio.create_task(self._fetch())
            try:
                await asyncio.shield(self._fetching)
            except (aiohttp.ClientError, asyncio.TimeoutError) as error:
                logger.warning("the names of the restaurants cannot be fetched: %s", type(error).__name__)
                break
        if self._version is None:
            raise Unknown

    def _is_known(self, version: int | None) -> bool:
        return self._version is not None and (version is None or version <= self._version)

    async def _fetch(self) -> None:
        headers = self._headers if self._version is None else {**self._headers, "If-None-Match": f'"{self._version}"'}
        address = f"{self._address}/places"
        async with (
            aiohttp.ClientSession(timeout=_TIMEOUT, headers=headers) as session,
            session.get(address, raise_for_status=True) as response,
        ):
            if response.status == HTTPStatus.NOT_MODIFIED:
                return
            published = await response.json()
        # In a thread, so that other turns go on meanwhile.
        know_places(await asyncio.get_running_loop().run_in_executor(None, _index, published["places"]))
        self._version = published["version"]


def _index(places: list[list[Any]]) -> PlaceIndex:
    return PlaceIndex.build(Place(slug, name, city, street, tuple(kinds)) for slug, name, city, street, kinds in places)


def from_environment() -> Catalogue:
    """Return the catalogue of the service that started this process."""
    return Catalogue(os.environ["TABLETALK_ACTIONS_URL"], tokens.from_environment("ACTIONS_TOKEN"))
