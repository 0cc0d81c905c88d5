"""Sentences to token ids, marks and character offsets; the same code serves training and inference."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tokenizers import Encoding, Tokenizer

from coder.errors import ModelError
from coder.infer.labels import MARKS
from coder.infer.records import Offsets

OVERLAP = 32
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(slots=True)
class Encoded:
    """A tokenised window of a sentence.

    ``ids`` are token ids with the special tokens; ``starts`` and ``ends`` are character offsets into the sentence, without the spaces that
    some tokenizers count as part of a token, -1 for special tokens; ``word_starts`` tells which tokens begin a word or stand for punctuation.
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
    """A part of a sentence that fits the model: characters ``start`` to ``end``, tokens ``first`` to ``last`` (end exclusive).

    It answers for triggers that begin in ``own_start`` to ``own_end``.
    """

    start: int
    end: int
    own_start: int
    own_end: int
    first: int
    last: int


def load_tokenizer(folder: Path) -> Tokenizer:
    """Load ``tokenizer.json`` of a model folder, without truncation or padding; ModelError when it is missing or damaged."""
    path = folder / "tokenizer.json"
    if not path.is_file():
        raise ModelError(f"{folder} holds no tokenizer.json: export the model again")
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # tokenizers raises nothing more precise
        raise ModelError(f"{path} is damaged ({error}): export the model again") from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def encode_batch(tokenizer: Tokenizer, texts: Sequence[str]) -> list[Encoded]:
    """Tokenise ``texts``; offsets are characters of each text. Half a surrogate pair is read as an unknown character."""
    texts = [_SURROGATE.sub("\ufffd", text) for text in texts]
    return [_encoded(e, text) for e, text in zip(tokenizer.encode_batch(texts), texts, strict=True)]


def _encoded(encoding: Encoding, text: str) -> Encoded:
    ids = np.asarray(encoding.ids, dtype=np.int64)
    offsets = np.asarray(encoding.offsets, dtype=np.int64).reshape(-1, 2)
    special = np.asarray(encoding.special_tokens_mask, dtype=bool)
    words = np.asarray([-1 if w is None else w for w in encoding.word_ids], dtype=np.int64)
    starts, ends = offsets[:, 0].copy(), offsets[:, 1].copy()
    if any(a < b and (text[a].isspace() or text[b - 1].isspace()) for a, b in encoding.offsets):
        starts, ends = _without_spaces(starts, ends, text)
    word_starts = np.ones(len(ids), dtype=bool)
    word_starts[1:] = words[1:] != words[:-1]
    for i in np.flatnonzero(~word_starts):
        # SentencePiece takes everything between two spaces for one word, "(Iran)," and "U.S.-led" too.
        before, here = ends[i - 1], starts[i]
        word_starts[i] = (
            starts[i - 1] == before
            or before < here
            or not (_letter(text[before - 1]) and _letter(text[here]))
        )
    starts[special] = ends[special] = -1
    return Encoded(ids, starts, ends, word_starts)


def _without_spaces(starts: np.ndarray, ends: np.ndarray, text: str) -> tuple[np.ndarray, np.ndarray]:
    """Move the ends of tokens inwards over spaces: byte-level and SentencePiece tokens may begin with the space before a word."""
    solid = np.asarray([i for i, character in enumerate(text) if not character.isspace()], dtype=np.int64)
    following = np.append(solid, len(text))[np.searchsorted(solid, starts)]
    preceding = np.append(solid, -1)[np.searchsorted(solid, ends) - 1] + 1
    starts = np.minimum(following, ends)
    return starts, np.maximum(preceding, starts)


def _letter(character: str) -> bool:
    return character.isalnum() or unicodedata.category(character)[0] == "M"


def windows(encoded: Encoded, length: int, max_tokens: int) -> list[Window]:
    """Cut a sentence of ``length`` characters into windows of at most ``max_tokens`` tokens that overlap by OVERLAP tokens.

    Every character belongs to the own zone of exactly one window, so nothing is read twice and nothing is left out.
    """
    body = np.flatnonzero(encoded.starts >= 0)
    if len(encoded.ids) <= max_tokens or not len(body):
        return [Window(0, length, 0, length, 0, len(encoded.ids))]
    room = max(1, max_tokens - (len(encoded.ids) - len(body)))
    firsts = body[encoded.word_starts[body]]
    overlap = min(OVERLAP, room // 3)
    start, end = int(body[0]), int(body[-1]) + 1
    cuts: list[tuple[int, int]] = []
    while start + room < end:
        # Cut between words where there is one to cut at; a single endless word is cut inside.
        stop = _last_between(firsts, start + overlap, start + room)
        cuts.append((start, stop))
        start = _last_between(firsts, start, stop - overlap)
    cuts.append((start, end))
    result: list[Window] = []
    for k, (a, b) in enumerate(cuts):
        own_start = 0 if k == 0 else result[-1].own_end
        own_end = length
        if k + 1 < len(cuts):
            own_end = int(encoded.starts[(cuts[k + 1][0] + b) // 2])
        left = 0 if k == 0 else int(encoded.starts[a])
        right = length if k + 1 == len(cuts) else int(encoded.ends[b - 1])
        result.append(Window(left, right, own_start, own_end, a, b))
    return result


def _last_between(firsts: np.ndarray, low: int, high: int) -> int:
    """Return the last of ``firsts`` above ``low`` and up to ``high``; ``high`` when there is none."""
    at = int(np.searchsorted(firsts, high, side="right")) - 1
    return int(firsts[at]) if at >= 0 and firsts[at] > low else high


def tokens_in(encoded: Encoded, window: Window) -> np.ndarray:
    """Return the indexes of the window's tokens in ``encoded``, the special tokens at both ends included."""
    head, tail = 0, len(encoded.ids)
    while head < tail and encoded.starts[head] < 0:
        head += 1
    while tail > head and encoded.starts[tail - 1] < 0:
        tail -= 1
    parts = (
        range(head),
        range(max(head, window.first), min(tail, window.last)),
        range(tail, len(encoded.ids)),
    )
    return np.concatenate([np.asarray(part, dtype=np.int64) for part in parts])


def cut(encoded: Encoded, window: Window) -> Encoded:
    """Return the window's part of ``encoded``, with offsets that count from the window's start."""
    if window.last - window.first == len(encoded.ids):
        return encoded
    keep = tokens_in(encoded, window)
    starts, ends = encoded.starts[keep], encoded.ends[keep]
    real = starts >= 0
    return Encoded(
        encoded.ids[keep],
        np.where(real, starts - window.start, -1),
        np.where(real, ends - window.start, -1),
        encoded.word_starts[keep],
    )


def marks(encoded: Encoded, spans: Mapping[str, Sequence[Offsets]]) -> np.ndarray:
    """Return the marks of a second reading: float32 [tokens, 3], 1.0 where a token is in a source, target or trigger span."""
    out = np.zeros((len(encoded.ids), len(MARKS)), dtype=np.float32)
    for column, name in enumerate(MARKS):
        for span in spans.get(name, ()):
            out[encoded.tokens_of(span), column] = 1.0
    return out
