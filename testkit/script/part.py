"""Base class of all mappings in a script. It refuses unknown keys and lists the known ones."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic_core import PydanticCustomError

from testkit.script.fields import expected


class Part(BaseModel):
    """A mapping in a script."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    @model_validator(mode="before")
    @classmethod
    def _has_known_keys(cls, value: Any) -> Any:
        if isinstance(value, cls):
            return value
        known = [field.alias or name for name, field in cls.model_fields.items()]
        if not isinstance(value, dict):
            raise expected(f"a mapping with {_listed(known)}")
        for key in value:
            if key not in known:
                found = {"key": key, "known": known, "what": f"one of {', '.join(known)}"}
                raise PydanticCustomError("unknown_key", "{what}", found)
        return value


def _listed(keys: list[str]) -> str:
    return " or ".join(part for part in (", ".join(keys[:-1]), keys[-1]) if part)
