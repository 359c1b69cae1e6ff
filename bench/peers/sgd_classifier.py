"""Trains scikit-learn's SGDClassifier as its user would, and says how long each part took.

usage: sgd_classifier.py DATA MODEL.npz PARTS.json L2 PASSES [average]
"""

import json
import sys
import time

start = time.perf_counter()
import numpy
from sklearn.datasets import load_svmlight_file
from sklearn.linear_model import SGDClassifier

data, model, parts, l2, passes = sys.argv[1:6]
imported = time.perf_counter()
rows, labels = load_svmlight_file(data)
read = time.perf_counter()
classifier = SGDClassifier(
    loss="log_loss", alpha=float(l2), fit_intercept=False, max_iter=int(passes), tol=None, average="average" in sys.argv[6:], random_state=1
)
classifier.fit(rows, labels)
fitted = time.perf_counter()
numpy.savez(model, weights=classifier.coef_[0], positive_label=classifier.classes_[1])
with open(parts, "w", encoding="utf-8") as out:
    json.dump({"import_seconds": imported - start, "read_seconds": read - imported, "fit_seconds": fitted - read}, out)
