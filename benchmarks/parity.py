"""Compare an exported model with the torch network that it came from: on how many sentences do both find the same events?

    python benchmarks/parity.py RUN [MODEL] [--split data/built/test.jsonl] [--limit N]

RUN is the run folder of `coder train`, MODEL the exported folder (default: models/default). Both are decoded with MODEL's numbers, so that only
the networks differ: float32 torch against the ONNX files. Prints the share of sentences with identical events (trigger, code, status, source,
target, place, time) and with the same triggers and root codes.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]

from coder.corpus.read import read_split  # noqa: E402
from coder.infer.parser import EventParser  # noqa: E402
from coder.infer.records import ParsedEvent  # noqa: E402
from coder.infer.runtime import OUTPUTS, Outputs  # noqa: E402
from coder.learn.export import load_run  # noqa: E402


class TorchSession:
    """The trained network in place of the exported one."""

    def __init__(self, run: Path) -> None:
        self.model, _ = load_run(run)

    def lower(self, ids: np.ndarray, mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the hidden states below the marks, and the chance that a trigger is in each sentence."""
        import torch

        with torch.inference_mode():
            attended = torch.from_numpy(mask)
            hidden = self.model.lower(torch.from_numpy(ids), attended)
            return hidden.numpy(), self.model.chance(hidden, attended).numpy()

    def upper(self, hidden: np.ndarray, mask: np.ndarray, marks: np.ndarray) -> Outputs:
        """Return the logits."""
        import torch

        with torch.inference_mode():
            values = self.model.upper(*map(torch.from_numpy, (hidden, mask, marks)))
        return {name: value.numpy() for name, value in zip(OUTPUTS, values, strict=True)}


def agreement(one: list[list[ParsedEvent]], other: list[list[ParsedEvent]]) -> tuple[float, float]:
    """Return the shares of sentences with identical events, and with the same triggers and roots."""

    def whole(e: ParsedEvent) -> tuple[object, ...]:
        return (e.trigger, e.code, e.status, e.source, e.target, e.place, e.time)

    def bare(e: ParsedEvent) -> tuple[object, ...]:
        return (e.trigger, e.code[:2])

    pairs = list(zip(one, other, strict=True))
    identical = np.mean([[whole(e) for e in a] == [whole(e) for e in b] for a, b in pairs])
    roots = np.mean([{bare(e) for e in a} == {bare(e) for e in b} for a, b in pairs])
    return float(identical), float(roots)


def main() -> None:
    """Print both shares."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("run", type=Path)
    options.add_argument("model", type=Path, nargs="?", default=ROOT / "models" / "default")
    options.add_argument("--split", type=Path, default=ROOT / "data" / "built" / "test.jsonl")
    options.add_argument("--limit", type=int, default=0)
    given = options.parse_args()
    texts = [s.text for s in read_split(given.split)][: given.limit or None]
    exported = EventParser.from_pretrained(given.model)
    trained = EventParser(TorchSession(given.run), exported.tokenizer, exported.settings)  # type: ignore[arg-type]
    identical, roots = agreement(exported.parse(texts), trained.parse(texts))
    print(f"{len(texts)} sentences: identical events {identical:.2%}, same triggers and roots {roots:.2%}")


if __name__ == "__main__":
    main()
