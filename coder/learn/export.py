"""From a trained run to a model folder for inference: ONNX, int8 by default, self-contained."""

import hashlib
import json
import os
import shutil
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch

from coder.errors import ModelError
from coder.infer.labels import MARKS, NETWORKS, Decoding, ModelSettings
from coder.infer.runtime import GATE, HIDDEN, OUTPUTS
from coder.learn.modeling import EventParserModel
from coder.learn.rounding import STEPS, round_weights

SMALLEST_WEIGHT = 4096


class _Lower(torch.nn.Module):
    """The layers below the marks, tensors in and out, as the exporter wants it."""

    def __init__(self, model: EventParserModel) -> None:
        super().__init__()
        self.model = model

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        hidden = self.model.lower(input_ids, attention_mask)
        return hidden, self.model.chance(hidden, attention_mask)


class _Upper(torch.nn.Module):
    """The layers from the marks on and the heads."""

    def __init__(self, model: EventParserModel) -> None:
        super().__init__()
        self.model = model

    def forward(
        self, hidden: torch.Tensor, attention_mask: torch.Tensor, marks: torch.Tensor
    ) -> tuple[torch.Tensor, ...]:
        return self.model.upper(hidden, attention_mask, marks)


def load_run(run: Path) -> tuple[EventParserModel, dict[str, Any]]:
    """Return the trained network of a run folder and its settings; ModelError when the folder is no finished run."""
    folder = run / "model"
    if not (folder / "settings.json").is_file() or not (folder / "tokenizer.json").is_file():
        raise ModelError(
            f"{run} holds no finished training run (no model/settings.json): give the folder that 'coder train' printed"
        )
    model = EventParserModel.from_pretrained(folder)
    model.eval()
    return model, json.loads((folder / "settings.json").read_text(encoding="utf-8"))


def export(run: Path, out: Path, quantise: bool = True, decoding: Decoding | None = None) -> ModelSettings:
    """Write the model folder ``out`` from the run folder ``run`` and return its settings; ``quantise`` False keeps 32-bit weights.

    The files appear only when all of them are written.
    """
    import onnx

    model, saved = load_run(run)
    if quantise:
        round_weights(model)  # changes nothing after a training that has rounded them
    model.fold()
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".export-") as scratch:
        folder = Path(scratch)
        for name, graph in zip(NETWORKS, _to_onnx(model), strict=True):
            if quantise:
                store_weights_as_int8(graph)
            onnx.save(graph, str(folder / name))
        shutil.copyfile(run / "model" / "tokenizer.json", folder / "tokenizer.json")
        settings = ModelSettings(
            labels=model.config.labels,
            decoding=decoding or Decoding(),
            max_tokens=saved["max_tokens"],
            pad_id=saved["pad_id"],
            readings=2 if model.config.mark_inputs else 1,
            sha256={name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in NETWORKS},
            name=saved["name"],
            details={"precision": "int8 weights" if quantise else "float32"},
        )
        settings.save(folder)
        out.mkdir(exist_ok=True)
        for name in (*NETWORKS, "tokenizer.json", "config.json"):
            os.replace(folder / name, out / name)
    return settings


def _to_onnx(model: EventParserModel) -> list[Any]:
    """Return the ONNX graphs of NETWORKS."""
    # Odd sizes, so that the exporter cannot take a dimension for a constant.
    ids, mask, marks = (
        torch.ones(3, 17, dtype=torch.long),
        torch.ones(3, 17, dtype=torch.long),
        torch.zeros(3, 17, len(MARKS)),
    )
    with torch.no_grad():
        hidden = model.lower(ids, mask)
    return [
        _graph(_Lower(model), {"input_ids": ids, "attention_mask": mask}, [HIDDEN, GATE]),
        _graph(_Upper(model), {HIDDEN: hidden, "attention_mask": mask, "marks": marks}, list(OUTPUTS)),
    ]


def _graph(module: torch.nn.Module, example: dict[str, torch.Tensor], outputs: list[str]) -> Any:
    import onnx

    rows, tokens = torch.export.Dim("rows", min=1), torch.export.Dim("tokens", min=2)
    with tempfile.TemporaryDirectory() as scratch, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            module,
            tuple(example.values()),
            dynamo=True,
            input_names=list(example),
            output_names=outputs,
            dynamic_shapes=tuple({0: rows, 1: tokens} for _ in example),
            verbose=False,
        )
        assert program is not None
        path = Path(scratch) / "graph.onnx"
        program.save(str(path), external_data=False)
        graph = onnx.load(str(path))
    del graph.graph.value_info[:]  # the exporter's shapes are stale and trip later passes
    strip_notes(graph)
    return graph


def strip_notes(model: Any) -> None:
    """Remove the exporter's notes (stack traces with the paths of this machine), in place."""
    for holder in (
        model,
        model.graph,
        *model.graph.node,
        *model.graph.input,
        *model.graph.output,
        *model.functions,
    ):
        holder.doc_string = ""
        del holder.metadata_props[:]


def store_weights_as_int8(model: Any) -> int:
    """Store the weight matrices that lie on the int8 grid (``coder.learn.rounding``) as int8 with one scale a channel; returns how many.

    The graph is changed in place. The arithmetic stays in 32 bits, so the output is that of the float32 network and does not depend on the
    batch. Matrices become 32-bit numbers when a runtime loads them, embeddings only in the rows that are looked up: those of the vocabulary
    would take 47 MB. Rounding activations too cost 4 points of root F1 and gained no speed on CPUs without int8 dot products (docs/experiments.md).
    """
    constants = {c.name: c for c in model.graph.initializer}
    stored: dict[str, bool] = {}
    first: list[Any] = []
    nodes: list[Any] = []
    for node in model.graph.node:
        looked_up = node.op_type == "Gather"
        for place, name in enumerate(node.input):
            weight = constants.get(name)
            if weight is None or not _may_be_stored(node, weight):
                continue
            if name not in stored:
                axis = _channel_axis(node)
                parts = _int8_parts(weight, axis)
                if parts is None:
                    continue  # not on the grid: stays as it is
                model.graph.initializer.extend(parts)
                stored[name] = looked_up
                if not looked_up:
                    first.append(_restored(name, axis))
            if stored[name] != looked_up:
                raise ValueError(f"{name} is both looked up and multiplied: it cannot be stored in one way")
            if not looked_up:
                node.input[place] = f"{name}_restored"
        table = node.input[0] if looked_up and node.input[0] in stored else None
        nodes += [node] if table is None else _looked_up(node, table)
    for name in stored:
        model.graph.initializer.remove(constants[name])
    del model.graph.node[:]
    model.graph.node.extend([*first, *nodes])
    return len(stored)


def _may_be_stored(node: Any, weight: Any) -> bool:
    from onnx import TensorProto

    return (
        node.op_type in ("MatMul", "Gather", "Gemm")
        and len(weight.dims) == 2
        and weight.data_type == TensorProto.FLOAT
        and int(np.prod(weight.dims)) >= SMALLEST_WEIGHT
    )


def _channel_axis(node: Any) -> int:
    """Return the axis of the node's matrix along which each index has its own scale: its outputs, or the rows of a table."""
    transposed = node.op_type == "Gemm" and any(a.name == "transB" and a.i for a in node.attribute)
    return 0 if node.op_type == "Gather" or transposed else 1


def _int8_parts(weight: Any, axis: int) -> list[Any] | None:
    """Return the matrix as int8 steps and their scales, None when it does not lie on the grid."""
    from onnx import numpy_helper

    values = numpy_helper.to_array(weight)
    scale = np.maximum(np.abs(values).max(axis=1 - axis), 1e-12).astype(np.float32) / STEPS
    steps = values / (scale[None, :] if axis else scale[:, None])
    whole = np.rint(steps).astype(np.int8)
    if np.abs(steps - whole).max() > 0.01:
        return None
    return [
        numpy_helper.from_array(whole, f"{weight.name}_int8"),
        numpy_helper.from_array(scale, f"{weight.name}_scale"),
    ]


def _restored(name: str, axis: int) -> Any:
    from onnx import helper

    return helper.make_node(
        "DequantizeLinear", [f"{name}_int8", f"{name}_scale"], [f"{name}_restored"], axis=axis
    )


def _looked_up(node: Any, name: str) -> list[Any]:
    """Return the nodes that look up int8 rows and their scales and give the 32-bit rows that ``node`` would give."""
    from onnx import TensorProto, helper

    ids, out = node.input[1], node.output[0]
    last = helper.make_node("Constant", [], [f"{out}_last"], value_ints=[-1])
    return [
        helper.make_node("Gather", [f"{name}_int8", ids], [f"{out}_int8"], axis=0),
        helper.make_node("Gather", [f"{name}_scale", ids], [f"{out}_scale"], axis=0),
        last,
        helper.make_node("Unsqueeze", [f"{out}_scale", f"{out}_last"], [f"{out}_scales"]),
        helper.make_node("Cast", [f"{out}_int8"], [f"{out}_steps"], to=TensorProto.FLOAT),
        helper.make_node("Mul", [f"{out}_steps", f"{out}_scales"], [out]),
    ]
