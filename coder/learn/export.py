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
    batch. Rounding activations too cost 4 points of root F1 and gained no speed on CPUs without int8 dot products (docs/experiments.md).
    """
    from onnx import TensorProto, helper, numpy_helper

    constants = {c.name: c for c in model.graph.initializer}
    channels = {"MatMul": 1, "Gather": 0, "Gemm": 1}
    stored: dict[str, str] = {}
    nodes = []
    for node in model.graph.node:
        for place, name in enumerate(node.input):
            weight = constants.get(name)
            if node.op_type not in channels or weight is None or len(weight.dims) != 2:
                continue
            if weight.data_type != TensorProto.FLOAT or np.prod(weight.dims) < SMALLEST_WEIGHT:
                continue
            if name not in stored:
                axis = channels[node.op_type]
                if node.op_type == "Gemm" and any(a.name == "transB" and a.i for a in node.attribute):
                    axis = 0
                values = numpy_helper.to_array(weight)
                scale = np.maximum(np.abs(values).max(axis=1 - axis), 1e-12).astype(np.float32) / STEPS
                steps = values / (scale[None, :] if axis else scale[:, None])
                whole = np.rint(steps).astype(np.int8)
                if np.abs(steps - whole).max() > 0.01:
                    continue  # not on the grid: stays as it is
                stored[name] = f"{name}_restored"
                model.graph.initializer.extend(
                    [
                        numpy_helper.from_array(whole, f"{name}_int8"),
                        numpy_helper.from_array(scale, f"{name}_scale"),
                    ]
                )
                nodes.append(
                    helper.make_node(
                        "DequantizeLinear", [f"{name}_int8", f"{name}_scale"], [stored[name]], axis=axis
                    )
                )
            node.input[place] = stored[name]
    for name in stored:
        model.graph.initializer.remove(constants[name])
    for node in reversed(nodes):
        model.graph.node.insert(0, node)
    return len(stored)
