"""A run of the pipeline with a stand-in for the networks' arithmetic, so that a million sentences pass in minutes.

    python -m benchmarks.standin articles.jsonl events.parquet --workers 2 [--summary summary.json]

Reading, segmenting, tokenising, decoding, resolving, parts, the pool of processes and the writer are the real ones; only the two networks are
not run: arrays of the shapes that they give are filled by a rule of the token ids instead, so that one sentence in five holds an event.
The networks stay loaded, so that their weights count in the memory, but nothing that they allocate while they compute does.
"""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from coder.infer.labels import ModelSettings
from coder.infer.runtime import Outputs, Session
from coder.pipeline.coding import EventCoder, Selection
from coder.pipeline.engine import ModelEngine
from coder.pipeline.run import Listeners, RunOptions, run

_ONE_IN = 5
_SURE = 12.0
_WIDTH = 384
# Token positions: what is marked need not mean anything, but actors at the beginning are names more often than not.
_SOURCE, _TRIGGER, _TARGET, _PLACE = slice(1, 3), slice(4, 5), slice(6, 9), slice(10, 12)


class StandInSession:
    """Answers as a :class:`coder.infer.runtime.Session` does, by a rule of the token ids; ``loaded`` is kept for its weights' memory."""

    def __init__(self, loaded: Session, settings: ModelSettings) -> None:
        self._loaded = loaded
        self._codes = len(settings.labels.codes)
        self._roots = settings.labels.root_rows()

    def lower(self, ids: np.ndarray, mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return hidden states [S, T, 384] that carry a number of each sentence, and a chance of 1.0 for one sentence in five."""
        number = (ids * mask).sum(1)
        hidden = np.zeros((*ids.shape, _WIDTH), np.float32)
        hidden[:, :, 0] = (number // _ONE_IN % self._codes)[:, None]
        return hidden, np.where(number % _ONE_IN == 0, 1.0, 0.0).astype(np.float32)

    def upper(self, hidden: np.ndarray, mask: np.ndarray, marks: np.ndarray) -> Outputs:
        """Return logits that tell of one sure event at fixed tokens, with the code that the hidden states carry."""
        rows, length = mask.shape
        code = hidden[:, 0, 0].astype(np.int64)
        tags = np.zeros((rows, length, 4, 3), np.float32)
        tags[..., 0] = _SURE / 2
        for role, place in ((0, _SOURCE), (1, _TARGET), (2, _PLACE)):
            tags[:, place, role, 2] = _SURE
        trigger = np.zeros((rows, length, 3), np.float32)
        trigger[..., 0] = _SURE / 2
        trigger[:, _TRIGGER, 1] = _SURE
        codes = np.zeros((rows, self._codes), np.float32)
        codes[np.arange(rows), code] = _SURE
        roots = np.zeros((rows, max(self._roots) + 2), np.float32)
        roots[np.arange(rows), np.asarray(self._roots)[code]] = _SURE
        return {
            "trigger": trigger,
            "tags": tags,
            "root": roots,
            "code": codes,
            "status": np.full(rows, _SURE / 2, np.float32),
        }


@dataclass(frozen=True, slots=True)
class StandInEngine:
    """The engine of a model whose networks are not run."""

    model: Path | None = None
    threads: int = 1

    def load(self) -> EventCoder:
        """Return a coder with the model's tokenizer, labels and numbers."""
        coder = ModelEngine(self.model, (), Selection(), self.threads).load()
        parser: Any = coder.parser
        parser.session = StandInSession(parser.session, parser.settings)
        return coder

    def fingerprint(self) -> dict[str, Any]:
        """Return a mark that no run of a model has."""
        return {"stand-in": True}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("source")
    parser.add_argument("output", type=Path)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--summary", type=Path)
    options = parser.parse_args()
    # Imported under its full name, so that the workers of the pool find the class too.
    from benchmarks.standin import StandInEngine as Engine

    run_options = RunOptions(
        (options.source,), options.output, summary=options.summary, workers=options.workers
    )
    summary = run(run_options, Engine(options.model), Listeners(), lambda groups: None)
    print(json.dumps(summary.to_dict()))


if __name__ == "__main__":
    main()
