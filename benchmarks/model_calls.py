"""What the runtime is asked to compute: the shapes of every call of a model file, and the multiply-adds they take."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks.stopwatch import Stopwatch

Shapes = tuple[tuple[str, tuple[int, ...]], ...]
# Operations whose cost is output size times the inner dimension, and which of their inputs is the left factor.
_PRODUCTS = {"MatMul": 0, "Gemm": 0, "MatMulInteger": 0, "QLinearMatMul": 0}
_LARGE = 1024


@dataclass
class ModelCalls:
    """Calls of model files: how often with which input shapes, and how many of the tokens were no padding."""

    shapes: Counter[tuple[str, Shapes]] = field(default_factory=Counter)
    sessions: int = 0
    tokens: int = 0
    padded_tokens: int = 0

    def note(self, path: str, feeds: Mapping[str, Any]) -> None:
        """Count one call."""
        self.shapes[path, tuple((name, tuple(value.shape)) for name, value in feeds.items())] += 1
        for name, value in feeds.items():
            if "mask" in name and value.ndim == 2:
                self.tokens += int((value > 0).sum())
                self.padded_tokens += value.size

    def clear(self) -> None:
        """Forget the calls, not the sessions."""
        self.shapes.clear()
        self.tokens = self.padded_tokens = 0

    def rows(self) -> dict[str, int]:
        """Return the rows that each model file has read (the first dimension of its first input)."""
        found: Counter[str] = Counter()
        for (path, shapes), times in self.shapes.items():
            found[Path(path).name] += times * shapes[0][1][0]
        return dict(found)

    def multiply_adds(self) -> int:
        """Return those of all calls, padding included; raises ValueError for a graph that cannot be counted."""
        return sum(times * multiply_adds(path, shapes) for (path, shapes), times in self.shapes.items())


@contextmanager
def recorded(watch: Stopwatch) -> Iterator[ModelCalls]:
    """Note the calls of every onnxruntime session that is opened in the block, for as long as it lives; their time counts to
    the stage "model".
    """
    import onnxruntime

    calls = ModelCalls()
    original = onnxruntime.InferenceSession

    class Recorded(original):  # type: ignore[misc, valid-type]
        def __init__(self, path: Any, *arguments: Any, **named: Any) -> None:
            super().__init__(path, *arguments, **named)
            self.benchmark_path = str(path) if isinstance(path, str | Path) else "<bytes>"
            calls.sessions += 1

        def run(self, names: Any, feeds: Any, *rest: Any) -> Any:
            with watch.measure("model"):
                found = super().run(names, feeds, *rest)
            calls.note(self.benchmark_path, feeds)
            return found

    onnxruntime.InferenceSession = Recorded
    try:
        yield calls
    finally:
        onnxruntime.InferenceSession = original


def multiply_adds(path: str, shapes: Shapes) -> int:
    """Return the multiply-adds of the matrix products of one call with inputs of these shapes.

    Element-wise work (GELU, softmax, normalisation) is not in it. Raises ValueError when a product's shape cannot be inferred.
    """
    rows = {shape[0] for _, shape in shapes}
    if len(rows) != 1:
        return _counted(path, shapes)
    # The cost is linear in the rows, and with a single one the inference of shapes stops at broadcasts.
    pair = tuple((name, (2, *shape[1:])) for name, shape in shapes)
    return _counted(path, pair) * rows.pop() // 2


@cache
def _counted(path: str, shapes: Shapes) -> int:
    from onnx import shape_inference

    model = _light(path)
    given = dict(shapes)
    for value in model.graph.input:
        if value.name in given:
            dims = value.type.tensor_type.shape.dim
            for dim, size in zip(dims, given[value.name], strict=True):
                dim.Clear()
                dim.dim_value = size
    inferred = shape_inference.infer_shapes(model, data_prop=True).graph
    known: dict[str, list[Any]] = {
        value.name: [dim.dim_value or dim.dim_param or None for dim in value.type.tensor_type.shape.dim]
        for value in [*inferred.input, *inferred.value_info, *inferred.output]
    }
    known |= {tensor.name: list(tensor.dims) for tensor in inferred.initializer}
    total = 0
    for node in inferred.node:
        if node.op_type not in _PRODUCTS:
            continue
        left, output = known.get(node.input[_PRODUCTS[node.op_type]]), known.get(node.output[0])
        if not left or not output or not all(isinstance(size, int) for size in [*output, left[-1]]):
            raise ValueError(f"{path}: the shape of {node.name or node.output[0]} cannot be inferred")
        transposed = any(attribute.name == "transA" and attribute.i for attribute in node.attribute)
        total += math.prod(output) * left[0 if transposed else -1]
    return total


def _light(path: str) -> Any:
    """The graph with its weights turned into inputs of the same shape, so that inference copies no megabytes."""
    import onnx
    from onnx import helper

    model = onnx.ModelProto()
    model.CopyFrom(_loaded(path))
    for value in model.graph.output:
        value.type.tensor_type.ClearField("shape")
    heavy = [tensor for tensor in model.graph.initializer if math.prod(tensor.dims) > _LARGE]
    for tensor in heavy:
        model.graph.input.append(
            helper.make_tensor_value_info(tensor.name, tensor.data_type, list(tensor.dims))
        )
        model.graph.initializer.remove(tensor)
    return model


@cache
def _loaded(path: str) -> Any:
    import onnx

    return onnx.load(path)
