"""What the cores can do at most: operations a second of large matrix products."""

import os
import time
from collections.abc import Callable
from typing import Any

import numpy as np

# The largest product of a MiniLM layer over a batch of 1,024 tokens, and a square one that any library does well.
SHAPES = ((1024, 384, 1536), (1536, 1536, 1536))


def measure_peak(seconds: float = 1.0) -> dict[str, Any]:
    """Return giga-operations a second (a multiply-add is two) of 32-bit products and of int8 products, on one core and on all,
    the best over libraries and shapes; ``seconds`` is the time for each of them.
    """
    cores = os.cpu_count() or 1
    result: dict[str, Any] = {"cores": cores, "float32": {}, "int8": {}, "tried": []}
    for threads in sorted({1, cores}):
        for kind in ("float32", "int8"):
            rates = []
            for shape in SHAPES:
                for library, call in _products(kind, shape, threads):
                    # One thread is timed by its own clock, which stands still while other processes have the core.
                    clock = time.thread_time if threads == 1 else time.perf_counter
                    rate = 2 * shape[0] * shape[1] * shape[2] / _best(call, seconds, clock) / 1e9
                    rates.append(rate)
                    result["tried"].append(
                        {"kind": kind, "library": library, "shape": shape, "threads": threads, "gops": rate}
                    )
            result[kind][str(threads)] = max(rates)
    return result


def _products(kind: str, shape: tuple[int, int, int], threads: int) -> list[tuple[str, Callable[[], object]]]:
    rows, inner, columns = shape
    random_ = np.random.default_rng(1)
    calls: list[tuple[str, Callable[[], object]]] = []
    if kind == "float32":
        left = random_.standard_normal((rows, inner), dtype=np.float32)
        right = random_.standard_normal((inner, columns), dtype=np.float32)
        calls.append(("onnxruntime", _onnxruntime_product("MatMul", left, right, threads)))
        limited = _numpy_product(left, right, threads)
        if limited is not None:
            calls.append(("numpy", limited))
    else:
        bytes_ = random_.integers(0, 255, (rows, inner), dtype=np.uint8)
        weights = random_.integers(-127, 127, (inner, columns), dtype=np.int8)
        calls.append(("onnxruntime", _onnxruntime_product("MatMulInteger", bytes_, weights, threads)))
    return calls


def _onnxruntime_product(
    operation: str, left: np.ndarray, right: np.ndarray, threads: int
) -> Callable[[], object]:
    import onnxruntime
    from onnx import helper, numpy_helper

    whole = operation == "MatMulInteger"
    kind = helper.np_dtype_to_tensor_dtype(left.dtype)
    out = helper.np_dtype_to_tensor_dtype(np.dtype(np.int32 if whole else np.float32))
    graph = helper.make_graph(
        [helper.make_node(operation, ["left", "right"], ["product"])],
        "product",
        [helper.make_tensor_value_info("left", kind, list(left.shape))],
        [helper.make_tensor_value_info("product", out, [left.shape[0], right.shape[1]])],
        [numpy_helper.from_array(right, "right")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    return lambda: session.run(None, {"left": left})


def _numpy_product(left: np.ndarray, right: np.ndarray, threads: int) -> Callable[[], object] | None:
    try:
        from threadpoolctl import threadpool_limits
    except ImportError:
        return None
    out = np.empty((left.shape[0], right.shape[1]), dtype=np.float32)

    def product() -> None:
        with threadpool_limits(threads):
            np.matmul(left, right, out=out)

    return product


def _best(call: Callable[[], object], seconds: float, clock: Callable[[], float]) -> float:
    """Seconds of the fastest call."""
    call()
    best = float("inf")
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        begin = clock()
        call()
        best = min(best, clock() - begin)
    return best
