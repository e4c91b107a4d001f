"""What the learned model is, and how it is fitted: logistic regression on tf-idf of words and letters.

Of words there are one to three in a row, and where nothing was asked also two that stand apart; of letters two to four. The pairs
apart are worth as much as two thousand more examples: of 965 strangers' texts that wish for nothing, 23 looked like a wish, and 32
without them; but of 59 answers that ask for time they lost three.
There is a model for each thing asked; one against the rest (liblinear) fits in a tenth of the time of a joint fit and is no
worse. Acts and intents are told from the same features, of which there are ten times as many as examples: the dual problem,
an unknown for each example, has the same solution and is solved in less than half the time.

Nothing of Rasa is in here: each process that fits a part imports it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np
from scipy.special import expit
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, make_union

from nlu.acts import Example
from nlu.components.weighing import Weighed
from nlu.features import NOTHING, Features, features
from nlu.second_opinion import ACT, Opinion, around

_TOLD = 6
_REACH = 5
"""Words. From farther off, hardly anything tells what a word is said of."""
_AT_ONCE = 1000
_UNKNOWN = 0.1
"""Weight of nothing at all: what is like nothing that was taught is likely to be nothing of it."""


class Ranks(NamedTuple):
    """One output of the model: `names` stand in the order of the columns of `weights`."""

    names: Sequence[str]
    weights: np.ndarray
    intercepts: np.ndarray

    def of(self, seen: Weighed) -> dict[str, float]:
        """Return the probabilities of the likeliest names, the likeliest first."""
        each = expit(seen.weights @ self.weights[seen.columns] + self.intercepts)
        shares = each / (each.sum() + _UNKNOWN)
        return {self.names[n]: round(float(shares[n]), 3) for n in shares.argsort()[::-1][:_TOLD]}


class Model(NamedTuple):
    """What one asked question's answers are told apart by."""

    vectorizer: FeatureUnion
    acts: Ranks
    intents: Ranks


class Learned(NamedTuple):
    """All that was learned: a model for each thing asked, and the second opinion on one act."""

    models: Mapping[str, Model]
    opinion: Opinion


def fit(taught: Mapping[str, Sequence[Example]], **regression: Any) -> Learned:
    """Return what the examples teach, by what was asked before them, on all cores. `regression`: settings of each."""
    # In processes, not threads: most of it is Python, and liblinear draws its random numbers from one generator of the process.
    # Forked, they bring no process of their own that outlives them.
    with ProcessPoolExecutor(len(os.sched_getaffinity(0)), get_context("fork")) as pool:
        every = [each for of_one in taught.values() for each in of_one]
        looked = pool.map(_look, every, chunksize=_AT_ONCE)
        looks = {asked: list(islice(looked, len(of_one))) for asked, of_one in taught.items()}
        largest_first = sorted(taught, key=lambda asked: -len(taught[asked]))
        fitted = [pool.submit(fit_one, looks[asked], taught[asked], regression) for asked in largest_first]
        models = [each.result() for each in fitted]
    return Learned(dict(zip(largest_first, models, strict=True)), _opinion(taught[NOTHING], looks[NOTHING], regression))


def _look(example: Example) -> Features:
    return features(example.text, example.expecting)


def fit_one(looks: Sequence[Features], taught: Sequence[Example], settings: Mapping[str, Any]) -> Model:
    """Return what the examples of one asked question teach; `looks` is what the model looks at in each."""
    union = _union(of_answers=taught[0].asked != NOTHING)
    seen = union.fit_transform(looks)
    acts, intents = ([getattr(each, kind) for each in taught] for kind in ("act", "intent"))
    return Model(union, _ranks(seen, acts, settings), _ranks(seen, intents, settings))


def _union(*, of_answers: bool) -> FeatureUnion:
    apart = [] if of_answers else [TfidfVectorizer(analyzer=_pairs, sublinear_tf=True, min_df=2)]
    return make_union(
        TfidfVectorizer(preprocessor=itemgetter(0), token_pattern=r"\S+", ngram_range=(1, 3), sublinear_tf=True),  # noqa: S106
        *apart,
        *(
            TfidfVectorizer(
                preprocessor=itemgetter(n), analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True, min_df=2
            )
            for n in range(len(Features._fields))
        ),
    )


def _pairs(seen: Features) -> list[str]:
    """Return the words that stand near each other with others between: who it is that "is 90", and what is "like 4:30 now"."""
    words = seen.words.split()
    return [f"{word} {other}" for at, word in enumerate(words) for other in words[at + 2 : at + _REACH + 1]]


def _opinion(taught: Sequence[Example], looks: Sequence[Features], settings: Mapping[str, Any]) -> Opinion:
    read = [(around(look.words.split()), each.act == ACT) for each, look in zip(taught, looks, strict=True) if each.act]
    places = [(place, is_wished) for found, is_wished in read for place in found[-1:]]
    vectorizer = CountVectorizer(analyzer=list)
    regression = _regression(settings).fit(
        vectorizer.fit_transform([place for place, _ in places]), [is_wished for _, is_wished in places]
    )
    names, weights = vectorizer.get_feature_names_out().tolist(), regression.coef_[0].tolist()
    return Opinion(dict(zip(names, weights, strict=True)), float(regression.intercept_[0]))


def _regression(settings: Mapping[str, Any]) -> LogisticRegression:
    return LogisticRegression(
        solver="liblinear", dual=True, max_iter=1000, class_weight="balanced", random_state=42, **settings
    )


def _ranks(seen: Any, names: Sequence[str | None], settings: Mapping[str, Any]) -> Ranks:
    named = [place for place, name in enumerate(names) if name is not None]
    regression = _regression(settings).fit(seen[named], [names[place] for place in named])
    # A feature's weights side by side; half as exact, they are enough for shares of three digits, and load in half the time.
    weights = np.ascontiguousarray(regression.coef_.T, dtype=np.float32)
    return Ranks([str(name) for name in regression.classes_], weights, regression.intercept_)
