"""Pure reading of what diners type: `read(text)` finds the entities and what they mean."""

from nlu.reading.reader import read
from nlu.reading.spans import Span

__all__ = ["Span", "read"]
