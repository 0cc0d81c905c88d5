"""Weights on the int8 grid: what training leaves and export stores are the same numbers."""

import torch
from torch import Tensor, nn

from coder.learn.modeling import EventParserModel

STEPS = 127


def round_weights(model: EventParserModel) -> int:
    """Round the encoder's and the heads' matrices to the int8 grid of their rows, in place; returns how many.

    A row, that is one output of a linear layer or one token embedding, has 127 steps to its largest value, symmetric about zero. The code head
    stays as it is: its rows are sums of rows (``EventParserModel.fold``). Rounding twice changes nothing.
    """
    count = 0
    for module in model.modules():
        if isinstance(module, (nn.Linear, nn.Embedding)) and module is not model.code_head:
            with torch.no_grad():
                module.weight.copy_(rounded(module.weight))
            count += 1
    return count


def rounded(weight: Tensor) -> Tensor:
    """Return the matrix ``weight`` on the int8 grid of its rows."""
    scale = weight.abs().amax(dim=1, keepdim=True).clamp(min=1e-12) / STEPS
    return torch.round(weight / scale) * scale
