"""How far a run is from what the cores could do if they did nothing but the model's matrix products."""

from collections.abc import Mapping
from typing import Any


def limits(
    shares: Mapping[str, Any], peak: Mapping[str, Any], per_second: float | None
) -> dict[str, float | None]:
    """Return the arithmetic of a mix, from its stage shares (one thread), the measured peak, and ``per_second``: the sentences a second
    that the command reached on all cores (None: not measured).

    ``rows_a_sentence_…`` is how often each model file reads a sentence. Rates are giga-operations a second, a multiply-add being two.
    ``bound_float32`` and ``bound_int8`` are the sentences a second at which all cores would do nothing but matrix products, each at the
    peak of one; the shares are 0..1. Values are None where the model's work could not be counted.
    """
    model = shares["model"]
    each = model.get("multiply_adds_a_sentence")
    number = shares["sentences"]
    rows = sum(model["rows"].values())
    tokens, padded = model["tokens"], model["padded_tokens"]
    result: dict[str, float | None] = {
        **{f"rows_a_sentence_{name}": count / number for name, count in model["rows"].items()},
        "tokens_a_row": tokens / rows if rows and tokens else None,
        "padding": 1 - tokens / padded if padded else None,
        "giga_operations_a_sentence": 2 * each / 1e9 if each else None,
        "model_rate": None,
        "model_share_of_peak": None,
        "bound_float32": None,
        "bound_int8": None,
        "end_to_end_per_second": per_second,
        "share_of_bound_float32": None,
        "share_of_bound_int8": None,
    }
    if not each:
        return result
    rate = 2 * model["multiply_adds"] / model["seconds"] / 1e9
    result["model_rate"] = rate
    result["model_share_of_peak"] = rate / peak["float32"]["1"]
    for kind in ("float32", "int8"):
        # Not the rate that all cores reached together: that is lower when anything else runs.
        bound = peak["cores"] * peak[kind]["1"] / (2 * each / 1e9)
        result[f"bound_{kind}"] = bound
        if per_second is not None:
            result[f"share_of_bound_{kind}"] = per_second / bound
    return result


def best_rate(numbers: Mapping[str, Any] | None, workers: Mapping[str, Any] | None, mix: str) -> float | None:
    """Return the best end-to-end sentences a second of a mix: in steady state, or else by the fastest number of workers."""
    rates = []
    if numbers and mix in numbers:
        rates.append(numbers[mix]["steady_state"]["per_second"])
    if workers and mix in workers:
        rates += [row["per_second"] for row in workers[mix]]
    return max((rate for rate in rates if rate is not None), default=None)
