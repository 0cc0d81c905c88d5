"""A parser whose network is a table of words, and tokenizers of the kinds that encoders use."""

import numpy as np
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

from coder.infer.labels import MARKS, ROLES, Decoding, LabelSpace, ModelSettings
from coder.infer.parser import EventParser
from coder.infer.runtime import Outputs

VERBS = {"attacked": "190", "bombed": "195", "threatened": "130", "met": "036"}
ACTORS = ("rebels", "soldiers", "Iran", "Turkey", "France", "ministers")
PLACES = ("Baghdad", "Geneva")
DAYS = ("Monday", "yesterday")
FILLERS = ("the", "in", "on", "and", "said", "that", "after", "near", "officials", "old", "road", "bridge")
LABELS = LabelSpace(
    ("03", "13", "19"),
    ("030", "036", "130", "138", "190", "194", "195", "1951"),
    {
        "030": "03",
        "036": "03",
        "130": "13",
        "138": "13",
        "190": "19",
        "194": "19",
        "195": "19",
        "1951": "195",
    },
)
SENTENCE = "The rebels attacked soldiers in Baghdad on Monday."


def word_tokenizer() -> Tokenizer:
    """A token a word, punctuation by itself."""
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *VERBS, *ACTORS, *PLACES, *DAYS, *FILLERS, ".", ","]
    tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return tokenizer


def letter_tokenizer() -> Tokenizer:
    """BERT's kind: lower-cased word pieces, here single letters."""
    letters = [chr(c) for c in range(33, 127)]
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *letters, *("##" + letter for letter in letters)]
    tokenizer = Tokenizer(models.WordPiece({word: i for i, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return tokenizer


def byte_tokenizer() -> Tokenizer:
    """ModernBERT's kind: byte-level BPE, cased, whose tokens begin with the space before the word."""
    tokenizer = Tokenizer(models.BPE(unk_token=None))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=360,
        special_tokens=["<pad>", "<s>", "</s>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(_text(), trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 1), ("</s>", 2)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def sentencepiece_tokenizer() -> Tokenizer:
    """XLM-R's and DeBERTa's kind: everything between two spaces is one word."""
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=120,
        special_tokens=["<pad>", "<unk>", "<s>", "</s>"],
        unk_token="<unk>",
        show_progress=False,
    )
    tokenizer.train_from_iterator(_text(), trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 2), ("</s>", 3)]
    )
    return tokenizer


def _text() -> list[str]:
    return [" ".join(map(chr, range(33, 127)))] + [
        f"The {a} {v} {b} in {p} on Monday, officials said."
        for a in ACTORS
        for b in ACTORS
        for v in VERBS
        for p in PLACES
    ]


class WordSession:
    """A network that knows the words above: the actor before the marked verb is its source, the one behind its target."""

    name = "words"

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.words = {i: word for word, i in tokenizer.get_vocab().items()}
        self.shapes: list[tuple[int, ...]] = []

    def lower(self, ids: np.ndarray, mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        verbs = np.isin(ids, [i for i, word in self.words.items() if word in VERBS])
        return ids[:, :, None].astype(np.float32), verbs.any(1).astype(np.float32)

    def upper(self, hidden: np.ndarray, mask: np.ndarray, marks: np.ndarray) -> Outputs:
        ids = np.where(mask > 0, hidden[:, :, 0], 0).astype(np.int64)
        rows, length = ids.shape
        self.shapes.append(ids.shape)
        trigger = np.tile(np.array([4.0, -4.0, -4.0], dtype=np.float32), (rows, length, 1))
        tags = np.tile(np.array([4.0, -4.0, -4.0], dtype=np.float32), (rows, length, len(ROLES), 1))
        root = np.full((rows, 1 + len(LABELS.roots)), -3.0, dtype=np.float32)
        code = np.full((rows, len(LABELS.codes)), -3.0, dtype=np.float32)
        status = np.full(rows, 3.0, dtype=np.float32)
        for row in range(rows):
            words = [self.words[int(i)] for i in ids[row]]
            for at, word in enumerate(words):
                if word in VERBS:
                    trigger[row, at] = [-4.0, 4.0, -4.0]
            marked = np.flatnonzero(marks[row, :, MARKS.index("trigger")])
            if not len(marked):
                root[row, 3] = code[row, 4] = 2.0
                continue
            at = int(marked[0])
            actors = [i for i, word in enumerate(words) if word in ACTORS]
            for role, found in (
                ("source", [i for i in actors if i < at][-1:]),
                ("target", [i for i in actors if i > at][:1]),
                ("place", [i for i, word in enumerate(words) if word in PLACES and i > at][:1]),
                ("time", [i for i, word in enumerate(words) if word in DAYS and i > at][:1]),
            ):
                for i in found:
                    tags[row, i, ROLES.index(role)] = [-4.0, 4.0, -4.0]
            said = VERBS.get(words[at])
            if said is None:
                root[row, 0] = 4.0
                continue
            root[row, 1 + LABELS.roots.index(said[:2])] = 4.0
            code[row, LABELS.codes.index(said)] = 4.0
        return {"trigger": trigger, "tags": tags, "root": root, "code": code, "status": status}


def word_parser(max_tokens: int = 32, **decoding: float) -> EventParser:
    """A parser of the words above."""
    tokenizer = word_tokenizer()
    settings = ModelSettings(LABELS, Decoding(**decoding), max_tokens=max_tokens, pad_id=0)
    return EventParser(WordSession(tokenizer), tokenizer, settings)
