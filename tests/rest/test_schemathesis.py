"""Valid and invalid requests generated from the API's own description, against the running API."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Engine

from booking_engine import Restaurant
from tests.engine.helpers import doubles, events, tables

from .helpers import DAY, Caller, ok

SCHEMATHESIS = Path(sys.executable).with_name("st")
AS_MANY = ["--max-examples", "15", "--generation-deterministic"]
"""generated requests per operation and phase"""
AS_MANY_WHEN_SLOW = ["--max-examples", "300"]


def run(folder: Path, address: str, slow: bool, *options: str, config: str = "") -> None:
    """Run Schemathesis with every check in every phase, as an outsider would."""
    (folder / "schemathesis.toml").write_text(config)
    arguments = ["run", f"{address}/openapi.json", "--checks", "all", "--no-color", "--no-shrink", *options]
    done = subprocess.run(
        [
            str(SCHEMATHESIS),
            "--config-file",
            "schemathesis.toml",
            *arguments,
            *(AS_MANY_WHEN_SLOW if slow else AS_MANY),
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=1800,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert "10 selected / 10 total" in done.stdout


def known_values(operation: str, **values: list[object]) -> str:
    """Make parameters of an operation often take a value that exists. Location and name are joined by `__`."""
    dictionaries, parameters = [], [f'[[operations]]\ninclude-operation-id = "{operation}"\n[operations.parameters]']
    for parameter, known in values.items():
        name = f"{operation}__{parameter}"
        # Numbers that no phone can have are rejected, which no pattern can express.
        often = 1.0 if parameter == "body__phone" else 0.8
        dictionaries.append(f"[dictionaries.{name}]\nvalues = {json.dumps(known)}")
        place = parameter.replace("__", ".")
        parameters.append(f'"{place}" = {{ dictionary = "{name}", probability = {often} }}')
    return "\n".join([*dictionaries, *parameters]) + "\n"


def test_a_visitor_finds_no_fault(served: str, restaurant: Restaurant, tmp_path: Path, slow: bool) -> None:
    run(tmp_path, served, slow)


def test_a_partner_who_knows_what_exists_finds_no_fault(
    served: str,
    open_restaurant: Callable[..., Restaurant],
    partner: Caller,
    tmp_path: Path,
    database: Engine,
    slow: bool,
) -> None:
    restaurant = open_restaurant(tables=tables(*[4] * 20))
    slug = restaurant.slug
    times: list[object] = [f"{DAY}T{hour}:00" for hour in range(17, 21)]

    def hold_ids() -> list[object]:
        return [ok(partner.hold(slug, str(at)), 201)["hold_id"] for at in times]

    def codes() -> list[object]:
        return [partner.book(slug, str(at))["code"] for at in times]

    here: dict[str, list[object]] = {"path__slug": [slug]}
    config = "".join(
        [
            known_values("show_restaurant", **here),
            known_values("show_availability", **here),
            known_values("place_hold", **here, body__starts_at=times, body__party_size=[1, 4]),
            known_values("confirm_hold", path__hold_id=hold_ids(), body__phone=["+14155550123", "+442079460123"]),
            known_values("release_hold", path__hold_id=hold_ids()),
            known_values("show_reservation", path__code=codes()),
            known_values("change_reservation", path__code=codes(), body__starts_at=times, body__party_size=[1, 4]),
            known_values("cancel_reservation", path__code=codes()),
        ]
    )
    before = Counter(kind for kind, _ in events(database, restaurant))
    run(tmp_path, served, slow, "-H", "Authorization: Bearer partner-key", config=config)
    done = Counter(kind for kind, _ in events(database, restaurant)) - before
    assert set(done) == {"hold", "confirm", "release", "change", "cancel"}, done
    assert doubles(database, restaurant) == 0
