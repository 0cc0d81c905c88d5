"""The CPU runtimes that run an exported model: onnxruntime, or OpenVINO where the user has installed it and asks for it."""

import hashlib
import importlib.util
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from coder.errors import ModelError
from coder.infer.labels import ModelSettings

OUTPUTS = ("trigger", "tags", "root", "code", "status")
Outputs = dict[str, np.ndarray]


class Session(Protocol):
    """A loaded model: ids and mask [B, T] int64, marks [B, T, 3] float32 in; the logits of OUTPUTS out."""

    name: str

    def run(self, ids: np.ndarray, mask: np.ndarray, marks: np.ndarray) -> Outputs:
        """Run one batch."""
        ...


class OpenVinoSession:
    """OpenVINO on the CPU, in 32-bit arithmetic outside the quantised layers, so that machines agree."""

    name = "openvino"

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

    def run(self, ids: np.ndarray, mask: np.ndarray, marks: np.ndarray) -> Outputs:
        """Run one batch."""
        self._request.infer({"input_ids": ids, "attention_mask": mask, "marks": marks}, share_inputs=True)
        # Copies: the request reuses its output memory for the next batch.
        return {name: np.array(self._request.get_output_tensor(self._ports[name]).data) for name in OUTPUTS}


class OnnxRuntimeSession:
    """onnxruntime on the CPU."""

    name = "onnxruntime"

    def __init__(self, path: Path, threads: int) -> None:
        import onnxruntime as ort

        options = ort.SessionOptions()
        if threads:
            options.intra_op_num_threads = threads
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        # Weights are stored as int8 and become 32-bit numbers once, at loading.
        options.add_session_config_entry("session.disable_quant_qdq", "1")
        options.log_severity_level = 3
        self._session = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

    def run(self, ids: np.ndarray, mask: np.ndarray, marks: np.ndarray) -> Outputs:
        """Run one batch."""
        values = self._session.run(list(OUTPUTS), {"input_ids": ids, "attention_mask": mask, "marks": marks})
        return dict(zip(OUTPUTS, values, strict=True))


RUNTIMES: dict[str, Callable[[Path, int], Session]] = {
    "onnxruntime": OnnxRuntimeSession,
    "openvino": OpenVinoSession,
}


def open_session(
    folder: Path, settings: ModelSettings, threads: int = 0, runtime: str | None = None
) -> Session:
    """Load the model file of ``folder`` into a runtime, after checking its hash.

    ``threads`` 0 takes all cores; ``runtime`` is "openvino" or "onnxruntime", by default the first that is installed.
    Raises ModelError for a missing or altered file, an unknown runtime, or none installed.
    """
    path = folder / settings.model_file
    if not path.is_file():
        raise ModelError(
            f"model file {path} does not exist: the folder is incomplete, export the model again or reinstall coder"
        )
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != settings.model_sha256:
        raise ModelError(
            f"{path}: expected sha256 {settings.model_sha256}, found {found}: the file is damaged or does not belong to this config.json; "
            "export the model again or reinstall coder"
        )
    if runtime is not None and runtime not in RUNTIMES:
        raise ModelError(f"unknown runtime {runtime!r}: expected one of {', '.join(RUNTIMES)}")
    for name in [runtime] if runtime else list(RUNTIMES):
        if importlib.util.find_spec(name) is not None:
            return RUNTIMES[name](path, threads)
    wanted = runtime or " or ".join(RUNTIMES)
    raise ModelError(f"{wanted} is not installed: pip install onnxruntime, or pip install 'coder[openvino]'")
