"""Trains a multilayer perceptron with PyTorch as its user would, on one thread, and prints the seconds of each epoch as JSON.

usage: torch_network.py IMAGES LABELS LAYERS BATCH EPOCHS STEP
"""

import gzip
import json
import sys
import time

import numpy
import torch


def idx(path):
    opened = gzip.open(path, "rb") if path.endswith(".gz") else open(path, "rb")
    with opened as file:
        content = file.read()
    dimensions = content[3]
    shape = numpy.frombuffer(content, ">u4", dimensions, 4)
    return numpy.frombuffer(content, numpy.uint8, offset=4 + 4 * dimensions).reshape(shape)


images, labels, layers, batch, epochs, step = sys.argv[1:7]
torch.set_num_threads(1)
torch.manual_seed(1)
rows = torch.from_numpy(idx(images).reshape(len(idx(labels)), -1).astype(numpy.float32) / 255)
targets = torch.from_numpy(idx(labels).astype(numpy.int64))

sizes = [rows.shape[1], *map(int, layers.split(",")), int(targets.max()) + 1]
modules = []
for inputs, units in zip(sizes[:-1], sizes[1:]):
    modules += [torch.nn.Linear(inputs, units), torch.nn.ReLU()]
network = torch.nn.Sequential(*modules[:-1])
optimizer = torch.optim.SGD(network.parameters(), lr=float(step))
loss_of = torch.nn.CrossEntropyLoss()

seconds = []
for _ in range(int(epochs)):
    start = time.perf_counter()
    for chosen in torch.randperm(len(rows)).split(int(batch)):
        optimizer.zero_grad()
        loss_of(network(rows[chosen]), targets[chosen]).backward()
        optimizer.step()
    seconds.append(time.perf_counter() - start)
with torch.no_grad():
    loss = loss_of(network(rows), targets).item()
json.dump({"seconds": seconds, "loss": loss, "version": torch.__version__}, sys.stdout)
