"""The lesson's network in PyTorch."""

from itertools import pairwise
from math import ceil

import torch
from torch import nn


class LessonNetwork(nn.Module):
    """Excerpts in, probabilities of the second class out.

    Padding by half a kernel on both sides gives as many steps as Keras' "same" does, for odd
    kernel sizes, and needs no padding layer of its own.
    """

    def __init__(self, n_timesteps, filters, kernel_sizes, strides, dense_units=64):
        super().__init__()
        stack = []
        for channels, size, stride in zip(
            pairwise((1, *filters)), kernel_sizes, strides, strict=True
        ):
            stack += [nn.Conv1d(*channels, size, stride, padding=size // 2), nn.ReLU()]
            n_timesteps = ceil(n_timesteps / stride)
        dense = [nn.Linear(n_timesteps * filters[-1], dense_units), nn.ReLU()]
        output = [nn.Linear(dense_units, 1), nn.Sigmoid()]
        self.stack = nn.Sequential(*stack, nn.Flatten(), *dense, *output)

    def forward(self, X):
        return self.stack(X[:, None])


def both_classes(probabilities):
    """Put the first class' probabilities beside the second's."""
    return torch.stack([1 - probabilities, probabilities], dim=1)
