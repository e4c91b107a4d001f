"""Pure reading of what diners type: `read(text)` finds the entities and what they mean."""

from nlu.reading.message import Span
from nlu.reading.reader import read

__all__ = ["Span", "read"]
