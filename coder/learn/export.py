"""From a trained run to a model folder for inference: ONNX, int8 by default, self-contained."""

import hashlib
import json
import shutil
import tempfile
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer

from coder.errors import ModelError
from coder.infer.encode import cut, encode_batch, load_tokenizer, marks, windows
from coder.infer.labels import Decoding, ModelSettings
from coder.infer.runtime import OUTPUTS
from coder.learn.modeling import EventParserModel

INPUTS = ("input_ids", "attention_mask", "marks")


class _Plain(torch.nn.Module):
    """The network with tensors in and a tuple of tensors out, as the exporter wants it."""

    def __init__(self, model: EventParserModel) -> None:
        super().__init__()
        self.model = model

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, marks: torch.Tensor
    ) -> tuple[torch.Tensor, ...]:
        return self.model.read(input_ids, attention_mask, marks)


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


def export(
    run: Path, out: Path, sentences: Sequence[str], quantise: bool = True, decoding: Decoding | None = None
) -> ModelSettings:
    """Write the model folder ``out`` from the run folder ``run`` and return its settings.

    ``sentences`` are for fixing the ranges of the int8 activations (some 300 are enough); ``quantise`` False keeps 32-bit weights.
    """
    model, saved = load_run(run)
    model.fold()
    out.mkdir(parents=True, exist_ok=True)
    tokenizer = load_tokenizer(run / "model")
    with tempfile.TemporaryDirectory() as scratch:
        plain = Path(scratch) / "model.onnx"
        _to_onnx(model, plain)
        if quantise:
            _to_int8(plain, out / "model.onnx", calibration_inputs(tokenizer, sentences, saved["max_tokens"]))
        else:
            shutil.copyfile(plain, out / "model.onnx")
    shutil.copyfile(run / "model" / "tokenizer.json", out / "tokenizer.json")
    settings = ModelSettings(
        labels=model.config.labels,
        decoding=decoding or Decoding(),
        max_tokens=saved["max_tokens"],
        pad_id=saved["pad_id"],
        readings=2 if model.config.mark_inputs else 1,
        model_sha256=hashlib.sha256((out / "model.onnx").read_bytes()).hexdigest(),
        name=saved["name"],
        details={"precision": "int8" if quantise else "float32"},
    )
    settings.save(out)
    return settings


def _to_onnx(model: EventParserModel, path: Path) -> None:
    import onnx

    # Odd sizes, so that the exporter cannot take a dimension for a constant.
    example = (
        torch.ones(3, 17, dtype=torch.long),
        torch.ones(3, 17, dtype=torch.long),
        torch.zeros(3, 17, 3),
    )
    rows, tokens = torch.export.Dim("rows", min=1), torch.export.Dim("tokens", min=2)
    shape = {0: rows, 1: tokens}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            _Plain(model),
            example,
            dynamo=True,
            input_names=list(INPUTS),
            output_names=list(OUTPUTS),
            dynamic_shapes=(shape, shape, shape),
            verbose=False,
        )
    assert program is not None
    program.save(str(path), external_data=False)
    graph = onnx.load(str(path))
    del graph.graph.value_info[:]  # the exporter's shapes are stale and trip later passes
    onnx.save(graph, str(path))


def calibration_inputs(
    tokenizer: Tokenizer, sentences: Sequence[str], max_tokens: int
) -> list[dict[str, np.ndarray]]:
    """Return one-sentence inputs (of long ones the first window); every second one has a word marked as trigger, as second readings have."""
    rows = []
    for i, (text, whole) in enumerate(zip(sentences, encode_batch(tokenizer, sentences), strict=True)):
        encoded = cut(whole, windows(whole, len(text), max_tokens)[0])
        size = len(encoded.ids)
        mark = np.zeros((size, 3), dtype=np.float32)
        if i % 2 and size > 4:
            at = 1 + (i * 7) % (size - 2)
            mark = marks(encoded, {"trigger": [(int(encoded.starts[at]), int(encoded.ends[at]))]})
        rows.append(
            {
                "input_ids": encoded.ids[None],
                "attention_mask": np.ones((1, size), dtype=np.int64),
                "marks": mark[None],
            }
        )
    return rows


def _to_int8(plain: Path, path: Path, inputs: list[dict[str, np.ndarray]]) -> None:
    import logging

    import nncf
    import onnx

    logging.getLogger("nncf").setLevel(logging.ERROR)
    model = onnx.load(str(plain))
    quantised = nncf.quantize(
        model,
        nncf.Dataset(inputs),
        model_type=nncf.ModelType.TRANSFORMER,
        subset_size=len(inputs),
    )
    store_weights_as_int8(quantised)
    del quantised.graph.value_info[:]
    onnx.save(quantised, str(path))


def store_weights_as_int8(model: Any) -> int:
    """Replace each quantiser of a constant by the int8 constant itself, in place; returns how many. The graph computes the same."""
    from onnx import numpy_helper

    constants = {c.name: c for c in model.graph.initializer}
    replaced = 0
    for node in list(model.graph.node):
        if node.op_type != "QuantizeLinear" or node.input[0] not in constants:
            continue
        weight, scale, zero = (numpy_helper.to_array(constants[name]) for name in node.input[:3])
        axis = next((a.i for a in node.attribute if a.name == "axis"), 1)
        shape = [1] * weight.ndim
        if scale.ndim:
            shape[axis] = -1
        info = np.iinfo(zero.dtype)
        steps = np.rint(weight / scale.reshape(shape)) + zero.reshape(shape)
        whole = np.clip(steps, info.min, info.max).astype(zero.dtype)
        model.graph.initializer.append(numpy_helper.from_array(whole, node.output[0]))
        model.graph.node.remove(node)
        replaced += 1
    used = {name for node in model.graph.node for name in node.input}
    for name, constant in constants.items():
        if name not in used:
            model.graph.initializer.remove(constant)
    return replaced


def sample_texts(sentences: Iterable[str], count: int = 300) -> list[str]:
    """Return ``count`` sentences spread evenly over the given ones."""
    texts = list(sentences)
    step = max(1, len(texts) // count)
    return texts[::step][:count]
