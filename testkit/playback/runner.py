"""Run many scripts: those that would interfere one after another, the rest in parallel."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from deploy.stack.programs import Programs
from testkit.phone_numbers import Numbers
from testkit.playback.claims import Claim, claims_of
from testkit.playback.player import play
from testkit.playback.restaurants import RestaurantDirectory, lines_of
from testkit.playback.results import Result, Run
from testkit.playback.scenario import Environment
from testkit.script.loading import Script
from testkit.service import Service

OnResult = Callable[[Result], None]


def connect(service: Service, programs: Programs | None = None) -> Environment:
    """Return what scripts need of a running service.

    Raises:
        testkit.service.ServiceError: the service does not answer or has no testers' API.
    """
    our_number = str(service.config()["numbers"][0]["number"])

    def is_known(number: str) -> bool:
        return bool(service.thread(number, our_number) or service.reservations(number))

    return Environment(service, our_number, RestaurantDirectory(service), Numbers(is_known), programs)


def import_restaurants_of(service: Service, scripts: Iterable[Script]) -> None:
    """Import the restaurants that the scripts' files define.

    Raises:
        testkit.script.loading.ScriptError: two files define one slug differently.
        testkit.service.ServiceError: the service refused the import.
    """
    if lines := lines_of(scripts):
        service.import_restaurants(lines)


def run(
    scripts: Sequence[Script],
    environment: Environment,
    *,
    jobs: int = 4,
    fail_fast: bool = False,
    told: OnResult | None = None,
) -> Run:
    """Play scripts, at most `jobs` at a time, and call `told` with each result in the calling thread.

    With `fail_fast` no script starts after one has failed; those already running finish.

    Raises:
        testkit.script.loading.ScriptError, testkit.service.ServiceError: see `import_restaurants_of`.
    """
    begin = time.monotonic()
    import_restaurants_of(environment.service, scripts)
    results: dict[int, Result] = {}
    waiting = claims_of(scripts)
    playing: dict[Future[Result], Claim] = {}
    with ThreadPoolExecutor(jobs) as threads:
        while playing or waiting:
            for claim in _startable(waiting, list(playing.values()), jobs):
                waiting.remove(claim)
                playing[threads.submit(play, scripts[claim.place], environment)] = claim
            done, _ = wait(playing, return_when=FIRST_COMPLETED)
            for future in done:
                result = results[playing.pop(future).place] = future.result()
                if told is not None:
                    told(result)
                if fail_fast and result.outcome != "passed":
                    waiting.clear()
    ordered = tuple(results[place] for place in sorted(results))
    return Run(ordered, time.monotonic() - begin, len(scripts) - len(ordered))


def _startable(waiting: Sequence[Claim], playing: Sequence[Claim], jobs: int) -> list[Claim]:
    """Claims that can start now, in order. Scripts that must run alone come last, once no others wait."""
    shared = [claim for claim in waiting if not claim.is_alone]
    chosen: list[Claim] = []
    for claim in shared or waiting:
        running = [*playing, *chosen]
        if len(running) < jobs and not any(claim.conflicts_with(other) for other in running):
            chosen.append(claim)
    return chosen
