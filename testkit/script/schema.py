"""The JSON Schema of a script file. `python -m testkit.script.schema` updates the file that the service publishes."""

from __future__ import annotations

import json
from typing import Any

from testkit.script.format import ScriptFile
from webhooks.schemas import SCRIPT_SCHEMA


def script_schema(address: str | None = None) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a script file. `address`: its `$id`, the URL where it is published.

    The loader refuses everything that the schema refuses. It also checks what a schema cannot express: that diners are
    declared, that a step is one event, that names are unique, that restaurants are consistent.
    """
    identity = {"$id": address} if address else {}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **identity, **ScriptFile.model_json_schema()}


if __name__ == "__main__":
    SCRIPT_SCHEMA.write_text(json.dumps(script_schema(), indent=2) + "\n", encoding="utf-8")
