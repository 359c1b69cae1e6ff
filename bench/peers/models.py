"""Reads the models of all peers as one vector: weights of the features in the order of their indices, positive for the positive label."""

import numpy


class Unreadable(Exception):
    """A file that is not the model it should be; the text says why."""


def read_liblinear(path, positive_label):
    """liblinear's text: `key value` lines, and after the line `w` one weight a feature, for the first of the labels."""
    with open(path, encoding="ascii") as text:
        header = {}
        for line in text:
            key, _, value = line.strip().partition(" ")
            if key == "w":
                break
            header[key] = value.split()
        else:
            raise Unreadable(f"{path}: no line 'w' before the weights")
        weights = numpy.array(text.read().split(), dtype=float)
    if header.get("nr_class") != ["2"] or float(header.get("bias", ["-1"])[0]) >= 0 or len(header.get("label", [])) != 2:
        raise Unreadable(f"{path}: not a model of two labels without a bias")
    if len(weights) != int(header["nr_feature"][0]):
        raise Unreadable(f"{path}: {len(weights)} weights for {header['nr_feature'][0]} features")
    return weights if float(header["label"][0]) == positive_label else -weights


def read_scikit_learn(path, positive_label):
    """What sgd_classifier.py wrote."""
    with numpy.load(path) as file:
        return file["weights"] if float(file["positive_label"]) == positive_label else -file["weights"]


def read_vowpal_wabbit(path, _positive_label):
    """`--readable_model`: a header that ends with the line `:0`, then lines `index:weight` of the weights that are not zero.

    vowpal_wabbit.convert made the positive label +1; features are counted from 1 and are their own hashes.
    """
    with open(path, encoding="utf-8") as text:
        for line in text:
            if line.strip() == ":0":
                break
        else:
            raise Unreadable(f"{path}: no line ':0' before the weights")
        pairs = [line.split(":")[:2] for line in text if line.strip()]
    indices = numpy.array([int(index) for index, _ in pairs], dtype=numpy.int64)
    weights = numpy.zeros(indices.max(initial=0) + 1)
    weights[indices] = [float(weight) for _, weight in pairs]
    return weights[1:]


READERS = {"liblinear": read_liblinear, "scikit-learn": read_scikit_learn, "vowpal-wabbit": read_vowpal_wabbit}
