"""Computes the objective value and the test accuracy of models, in double precision and with no peer's code.

usage: evaluate.py TRAIN [TEST]

Reads the LIBSVM files and prints their facts as one JSON line; then answers each JSON line on standard input with one on standard output
({"error": text} where it cannot):

    {"model": PATH, "format": NAME}                    -> {"objective_value": ..., "test_accuracy": ... or null}
    {"optimum_from": PATH or null, "format": NAME}     -> {"objective_value": ..., "certified_within": ...}

The objective is f(w) = mean(log(1 + exp(-y w.x))) + l2 / 2 |w|^2 with l2 = 1 / rows. It is l2-strongly convex, so that no w has a value
below f(w) - |gradient|^2 / (2 l2): this certifies the optimum, whoever found it.
"""

import array
import json
import platform
import sys

import numpy
import scipy
from scipy import optimize, sparse, special

import models

CERTIFIED = 1e-9  # the relative distance to the true optimum that is good enough: a ten-thousandth of a gap of 0.001 %


class BadData(Exception):
    """A data file that cannot be used; the text says where and why."""


def read(path):
    """Labels (rows,) and values as a CSR matrix; column j is the feature with index j + 1."""
    labels, starts, columns, values = array.array("d"), array.array("q", [0]), array.array("q"), array.array("d")
    with open(path, "rb") as lines:
        for number, line in enumerate(lines, 1):
            fields = line.split(b"#")[0].replace(b":", b" ").split()
            if not fields:
                continue
            try:
                labels.append(float(fields[0]))
                columns.extend(map(int, fields[1::2]))
                values.extend(map(float, fields[2::2]))
            except ValueError as error:
                raise BadData(f"{path}:{number}: not LIBSVM text ({error})") from error
            if len(columns) != len(values):
                raise BadData(f"{path}:{number}: not LIBSVM text (an index without a value)")
            starts.append(len(columns))
    if not labels:
        raise BadData(f"{path}: no rows")
    indices = numpy.frombuffer(columns, dtype=numpy.int64) - 1 if columns else numpy.zeros(0, dtype=numpy.int64)
    if indices.min(initial=0) < 0:
        raise BadData(f"{path}: an index below 1; the peers count features from 1")
    shape = (len(labels), int(indices.max(initial=0)) + 1)
    matrix = sparse.csr_matrix((numpy.array(values), indices, numpy.array(starts)), shape=shape)
    return numpy.array(labels), matrix


class Objective:
    def __init__(self, rows, signs):
        self.rows, self.signs, self.l2 = rows, signs, 1 / len(signs)

    def value_and_gradient(self, weights):
        margins = self.signs * (self.rows @ weights)
        value = numpy.mean(numpy.logaddexp(0, -margins)) + self.l2 / 2 * (weights @ weights)
        return value, self.rows.T @ (-self.signs * special.expit(-margins)) / len(margins) + self.l2 * weights

    def hessian_times(self, weights, direction):
        scores = self.rows @ weights
        curvature = special.expit(scores) * special.expit(-scores)
        return self.rows.T @ (curvature * (self.rows @ direction)) / len(scores) + self.l2 * direction

    def optimum(self, weights):
        """The least value, found by Newton steps from `weights`, and how far above the true one it can be at most."""
        good_enough = numpy.sqrt(2 * self.l2 * CERTIFIED * self.value_and_gradient(weights)[0]) / 10
        found = optimize.minimize(
            self.value_and_gradient, weights, jac=True, hessp=self.hessian_times, method="trust-ncg", options={"gtol": good_enough}
        )
        value, gradient = self.value_and_gradient(found.x)
        excess = gradient @ gradient / (2 * self.l2)
        if not excess <= CERTIFIED * value:
            raise BadData(f"the optimum {value} can only be certified to within {excess}; scale the features to about 1")
        return value, excess


class Evaluator:
    def __init__(self, train, test=None):
        labels, rows = read(train)
        self.classes = numpy.unique(labels)
        if len(self.classes) != 2:
            raise BadData(f"{train}: {len(self.classes)} labels; this comparison is of two")
        self.features = rows.shape[1]
        self.objective = Objective(rows, self.signs(labels))
        self.test = None
        if test is not None:
            labels, rows = read(test)
            strange = set(labels) - set(self.classes)
            if strange:
                raise BadData(f"{test}: the label {min(strange):g} does not occur in {train}")
            self.test = rows[:, : self.features], self.signs(labels)

    def signs(self, labels):
        return numpy.where(labels == self.classes[1], 1.0, -1.0)

    def facts(self):
        return {
            "rows": self.objective.rows.shape[0],
            "features": self.features,
            "nonzeros": int(self.objective.rows.nnz),
            "test_rows": None if self.test is None else len(self.test[1]),
            "positive_label": float(self.classes[1]),
            "l2": self.objective.l2,
            "evaluator": f"numpy {numpy.__version__}, scipy {scipy.__version__}, Python {platform.python_version()}",
        }

    def weights(self, path, form):
        """The model's weights (features,); features that the model does not know weigh nothing."""
        found = models.READERS[form](path, float(self.classes[1]))
        if numpy.any(found[self.features :]):
            raise models.Unreadable(f"{path}: weights of features that the data do not have")
        weights = numpy.zeros(self.features)
        weights[: len(found)] = found[: self.features]
        return weights

    def answer(self, request):
        if "optimum_from" in request:
            start = request["optimum_from"]
            value, excess = self.objective.optimum(self.weights(start, request["format"]) if start else numpy.zeros(self.features))
            return {"objective_value": value, "certified_within": excess}
        weights = self.weights(request["model"], request["format"])
        accuracy = None
        if self.test is not None:
            rows, signs = self.test  # a score of 0 is for the negative label
            accuracy = float(numpy.mean((rows @ weights[: rows.shape[1]] > 0) == (signs > 0)))
        return {"objective_value": float(self.objective.value_and_gradient(weights)[0]), "test_accuracy": accuracy}


FAULTS = (BadData, models.Unreadable, OSError, ValueError, KeyError)


def main(files):
    try:
        evaluator = Evaluator(*files)
    except FAULTS as error:
        print(json.dumps({"error": str(error)}))
        return
    print(json.dumps(evaluator.facts()), flush=True)
    for line in sys.stdin:
        try:
            answer = evaluator.answer(json.loads(line))
        except FAULTS as error:
            answer = {"error": str(error)}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
