"""Work that is done again and again in a background thread."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.background_loop import BackgroundLoop
from tests.support.running import wait_until


class Counting(BackgroundLoop):
    """Counts, and fails at it each second time."""

    def __init__(self, pause: float) -> None:
        super().__init__("counting")
        self.pause, self.count, self.went_well = pause, 0, [False]

    def once(self) -> float:
        self.went_well.append(self.tried(self.work))
        return self.pause

    def work(self) -> None:
        self.count += 1
        if self.count % 2 == 0:
            raise ValueError


@pytest.fixture
def loop(request: pytest.FixtureRequest) -> Iterator[Counting]:
    counting = Counting(request.param)
    counting.start()
    yield counting
    counting.stop()


@pytest.mark.parametrize("loop", [0.001], indirect=True)
def test_it_goes_on_whatever_fails_until_it_is_stopped(loop: Counting) -> None:
    wait_until(lambda: loop.count > 5, "it is done again and again")
    assert loop.went_well[1:5] == [True, False, True, False]
    loop.stop()
    assert not loop._thread.is_alive()


@pytest.mark.parametrize("loop", [3600], indirect=True)
def test_it_begins_at_once_and_stops_amid_a_pause(loop: Counting) -> None:
    wait_until(lambda: loop.count == 1, "it begins")
    loop.stop()
    assert not loop._thread.is_alive()
