"""A text is weighed as scikit-learn weighs it, whose transform takes ten times as long."""

from __future__ import annotations

from tests.support.rasas_python import in_rasas_python

WEIGHED = """
import json
from operator import itemgetter
import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import make_union
from nlu.components.learning import _pairs
from nlu.components.weighing import Weighing
from nlu.features import Features

said = ["table for two tonight", "can we come at eight, at eight sharp?", "cancel it", "é ü", "move it to 8"]
samples = [Features(text, text.upper()) for text in said]
union = make_union(
    TfidfVectorizer(preprocessor=itemgetter(0), token_pattern=r"\\S+", ngram_range=(1, 3), sublinear_tf=True),
    TfidfVectorizer(analyzer=_pairs, sublinear_tf=True),
    TfidfVectorizer(preprocessor=itemgetter(1), analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True, min_df=2),
)
union.fit(samples)
weighing = Weighing(union)
worst, nonzero = 0.0, 0
for text in [*said, "", "nothing of this", "at at at eight"]:
    theirs = union.transform([Features(text, text.upper())]).toarray()[0]
    ours = np.zeros_like(theirs)
    columns, weights = weighing.of(Features(text, text.upper()))
    ours[columns] = weights
    worst, nonzero = max(worst, float(abs(ours - theirs).max())), nonzero + len(columns)
print(json.dumps({"worst": worst, "nonzero": nonzero}))
"""


def test_the_weights_are_those_of_scikit_learn() -> None:
    told = in_rasas_python(WEIGHED)
    assert told["worst"] < 1e-12
    assert told["nonzero"] > 100
