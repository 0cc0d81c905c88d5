"""The CPU runtimes that run an exported model: onnxruntime, or OpenVINO where the user has installed it and asks for it."""

import hashlib
import importlib.util
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from coder.errors import ModelError
from coder.infer.labels import NETWORKS, ModelSettings

HIDDEN = "hidden"
GATE = "gate"
LENGTH_STEP = 8
OUTPUTS = ("trigger", "tags", "root", "code", "status")
Outputs = dict[str, np.ndarray]


class Network(Protocol):
    """A loaded ONNX file: named arrays in, named arrays out."""

    def __call__(self, inputs: Mapping[str, np.ndarray]) -> Outputs:
        """Run one batch."""
        ...


class OpenVinoNetwork:
    """OpenVINO on the CPU, in 32-bit arithmetic, so that machines agree.

    It prepares each new shape once, which costs more than some padding: lengths go up in steps of LENGTH_STEP.
    """

    def __init__(self, path: Path, threads: int) -> None:
        os.environ.setdefault("OPENVINO_TELEMETRY", "0")
        import openvino as ov

        settings: dict[str, Any] = {
            "INFERENCE_PRECISION_HINT": "f32",
            "PERFORMANCE_HINT": "LATENCY",
            "NUM_STREAMS": 1,
        }
        if threads:
            settings["INFERENCE_NUM_THREADS"] = threads
        core = ov.Core()
        self._compiled = core.compile_model(core.read_model(str(path)), "CPU", settings)
        self._request = self._compiled.create_infer_request()
        self._ports = {port.get_any_name(): i for i, port in enumerate(self._compiled.outputs)}

    def __call__(self, inputs: Mapping[str, np.ndarray]) -> Outputs:
        """Run one batch."""
        length = inputs["attention_mask"].shape[1]
        extra = -length % LENGTH_STEP
        padded = {
            name: np.pad(values, [(0, extra if axis == 1 else 0) for axis in range(values.ndim)])
            for name, values in inputs.items()
        }
        self._request.infer(padded, share_inputs=True)
        found = {}
        for name, i in self._ports.items():
            values = self._request.get_output_tensor(i).data
            by_token = values.ndim > 2
            # Copies: the request reuses its output memory for the next batch.
            found[name] = np.array(values[:, :length] if by_token else values)
        return found


class OnnxRuntimeNetwork:
    """onnxruntime on the CPU."""

    def __init__(self, path: Path, threads: int) -> None:
        import onnxruntime as ort

        options = ort.SessionOptions()
        if threads:
            options.intra_op_num_threads = threads
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        # Lengths differ from batch to batch: an arena keeps blocks of all of them.
        options.enable_cpu_mem_arena = False
        # Weights are stored as int8 and become 32-bit numbers once, at loading.
        options.add_session_config_entry("session.disable_quant_qdq", "1")
        options.log_severity_level = 3
        self._session = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self._names = [output.name for output in self._session.get_outputs()]

    def __call__(self, inputs: Mapping[str, np.ndarray]) -> Outputs:
        """Run one batch."""
        return dict(zip(self._names, self._session.run(None, dict(inputs)), strict=True))


class Session:
    """A loaded model in two steps: ``lower`` once a sentence, ``upper`` once a reading of it."""

    def __init__(self, lower: Network, upper: Network) -> None:
        self._lower = lower
        self._upper = upper

    def lower(self, ids: np.ndarray, mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the hidden states [S, T, H] float32 of ids and mask [S, T] int64, and the chance [S], 0..1, that a trigger is in each."""
        outputs = self._lower({"input_ids": ids, "attention_mask": mask})
        return outputs[HIDDEN], outputs[GATE]

    def upper(self, hidden: np.ndarray, mask: np.ndarray, marks: np.ndarray) -> Outputs:
        """Return the logits of OUTPUTS for hidden states [B, T, H], mask [B, T] and marks [B, T, 3] float32."""
        return self._upper({HIDDEN: hidden, "attention_mask": mask, "marks": marks})


RUNTIMES: dict[str, Callable[[Path, int], Network]] = {
    "onnxruntime": OnnxRuntimeNetwork,
    "openvino": OpenVinoNetwork,
}


def open_session(
    folder: Path, settings: ModelSettings, threads: int = 0, runtime: str | None = None
) -> Session:
    """Load the network files of ``folder`` into a runtime, after checking their hashes.

    ``threads`` 0 takes all cores; ``runtime`` is "openvino" or "onnxruntime", by default the first that is installed.
    Raises ModelError for a missing or altered file, an unknown runtime, or none installed.
    """
    paths = [folder / name for name in NETWORKS]
    for path in paths:
        if not path.is_file():
            raise ModelError(
                f"model file {path} does not exist: the folder is incomplete, export the model again or reinstall coder"
            )
    for path in paths:
        found, expected = hashlib.sha256(path.read_bytes()).hexdigest(), settings.sha256.get(path.name)
        if found != expected:
            raise ModelError(
                f"{path}: expected sha256 {expected}, found {found}: the file is damaged or does not belong to this config.json; "
                "export the model again or reinstall coder"
            )
    if runtime is not None and runtime not in RUNTIMES:
        raise ModelError(f"unknown runtime {runtime!r}: expected one of {', '.join(RUNTIMES)}")
    for name in [runtime] if runtime else list(RUNTIMES):
        if importlib.util.find_spec(name) is not None:
            lower, upper = (RUNTIMES[name](path, threads) for path in paths)
            return Session(lower, upper)
    wanted = runtime or " or ".join(RUNTIMES)
    raise ModelError(f"{wanted} is not installed: pip install onnxruntime, or pip install 'coder[openvino]'")
