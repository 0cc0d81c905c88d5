"""Sentences to token ids, marks and character offsets; the same code serves training and inference."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from coder.errors import ModelError
from coder.infer.labels import MARKS
from coder.infer.records import Offsets

OVERLAP = 32


@dataclass(slots=True)
class Encoded:
    """A tokenised window of a sentence.

    ``ids`` are token ids with the special tokens; ``starts`` and ``ends`` are character offsets into the sentence, -1 for special tokens;
    ``word_starts`` tells which tokens begin a word.
    """

    ids: np.ndarray
    starts: np.ndarray
    ends: np.ndarray
    word_starts: np.ndarray

    def tokens_of(self, span: Offsets) -> np.ndarray:
        """Return a mask of the tokens that share characters with ``span``."""
        return (self.starts < span[1]) & (self.ends > span[0]) & (self.starts >= 0)


@dataclass(frozen=True, slots=True)
class Window:
    """A part of a sentence that fits the model: characters ``start`` to ``end``; it answers for triggers in ``own_start`` to ``own_end``."""

    start: int
    end: int
    own_start: int
    own_end: int


def load_tokenizer(folder: Path) -> Tokenizer:
    """Load ``tokenizer.json`` of a model folder, without truncation or padding."""
    path = folder / "tokenizer.json"
    if not path.is_file():
        raise ModelError(f"{folder} holds no tokenizer.json: export the model again")
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def encode_batch(tokenizer: Tokenizer, texts: Sequence[str]) -> list[Encoded]:
    """Tokenise ``texts``; offsets are characters of each text."""
    return [_encoded(e) for e in tokenizer.encode_batch(list(texts))]


def _encoded(encoding) -> Encoded:
    ids = np.asarray(encoding.ids, dtype=np.int64)
    offsets = np.asarray(encoding.offsets, dtype=np.int64).reshape(-1, 2)
    special = np.asarray(encoding.special_tokens_mask, dtype=bool)
    words = np.asarray([-1 if w is None else w for w in encoding.word_ids], dtype=np.int64)
    starts = np.where(special, -1, offsets[:, 0])
    ends = np.where(special, -1, offsets[:, 1])
    word_starts = np.ones(len(ids), dtype=bool)
    word_starts[1:] = words[1:] != words[:-1]
    return Encoded(ids, starts, ends, word_starts)


def windows(encoded: Encoded, length: int, max_tokens: int) -> list[Window]:
    """Cut a sentence of ``length`` characters into windows of at most ``max_tokens`` tokens that overlap by OVERLAP tokens.

    Every character belongs to the own zone of exactly one window, so nothing is read twice and nothing is left out.
    """
    room = max_tokens - 2
    if len(encoded.ids) <= max_tokens:
        return [Window(0, length, 0, length)]
    body = np.flatnonzero(encoded.starts >= 0)
    firsts = [int(i) for i in body if encoded.word_starts[i]] or body.tolist()
    overlap = min(OVERLAP, room // 3)
    cuts: list[tuple[int, int]] = []
    start = int(body[0])
    while True:
        stop = start + room
        if stop > body[-1]:
            cuts.append((start, int(body[-1]) + 1))
            break
        # Cut between words where there is one to cut at; a single endless word is cut inside.
        inner = [i for i in firsts if start + overlap < i <= stop]
        stop = inner[-1] if inner else stop
        cuts.append((start, stop))
        back = [i for i in firsts if start < i <= stop - overlap]
        start = back[-1] if back else stop - overlap
    result: list[Window] = []
    for k, (a, b) in enumerate(cuts):
        own_start = 0 if k == 0 else result[-1].own_end
        if k + 1 < len(cuts):
            middle = (cuts[k + 1][0] + b) // 2
            own_end = int(encoded.starts[min(middle, body[-1])])
        else:
            own_end = length
        left = 0 if k == 0 else int(encoded.starts[a])
        right = length if k + 1 == len(cuts) else int(encoded.ends[b - 1])
        result.append(Window(left, right, own_start, own_end))
    return result


def marks(encoded: Encoded, spans: Mapping[str, Sequence[Offsets]]) -> np.ndarray:
    """Return the marks of a second reading: float32 [tokens, 3], 1.0 where a token is in a source, target or trigger span."""
    out = np.zeros((len(encoded.ids), len(MARKS)), dtype=np.float32)
    for column, name in enumerate(MARKS):
        for span in spans.get(name, ()):
            out[encoded.tokens_of(span), column] = 1.0
    return out
