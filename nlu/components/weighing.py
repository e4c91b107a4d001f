"""The features of one text, weighed: what scikit-learn's tf-idf computes, without a matrix for each step of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
from sklearn.pipeline import FeatureUnion


class Weighed(NamedTuple):
    """The features that a text has: their columns in the union, and their weights there. All others weigh nothing."""

    columns: np.ndarray
    weights: np.ndarray


class _Vocabulary(NamedTuple):
    """The features of one vectorizer of the union, which begin there at column `first`."""

    analyze: Callable[[Any], Iterable[str]]
    columns: Mapping[str, int]
    idf: np.ndarray
    first: int

    def weigh(self, sample: Any) -> Weighed:
        """Return the features of a sample, by sublinear tf-idf of length one."""
        counts = Counter(map(self.columns.get, self.analyze(sample)))
        counts.pop(None, None)  # what is not in the vocabulary
        columns = np.fromiter(counts, dtype=np.intp, count=len(counts))
        weights = (1 + np.log(np.fromiter(counts.values(), dtype=np.float64, count=len(counts)))) * self.idf[columns]
        length = float(np.sqrt(weights @ weights))
        return Weighed(columns + self.first, weights / length if length else weights)


class Weighing:
    """Weighs texts as a fitted union of `TfidfVectorizer(sublinear_tf=True)` does: a tenth of a millisecond, not one."""

    def __init__(self, union: FeatureUnion) -> None:
        self._parts: list[_Vocabulary] = []
        first = 0
        for _, vectorizer in union.transformer_list:
            self._parts.append(_Vocabulary(vectorizer.build_analyzer(), vectorizer.vocabulary_, vectorizer.idf_, first))
            first += len(vectorizer.vocabulary_)

    def of(self, sample: Any) -> Weighed:
        """Return the features of a sample."""
        parts = [part.weigh(sample) for part in self._parts]
        return Weighed(
            np.concatenate([part.columns for part in parts]), np.concatenate([part.weights for part in parts])
        )
