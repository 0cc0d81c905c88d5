"""The actors that an article speaks of, sentence by sentence: what a pronoun or a short form can stand for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cached_property

from coder.resolve.article import Article
from coder.resolve.coding import Coding
from coder.resolve.conjuncts import first_conjunct
from coder.resolve.lexicon import Match
from coder.resolve.normalise import normalise

Span = tuple[int, int]
_LINK = re.compile(
    r"(?:['’]s?)?[\s-]+(?:(?:(?!The\b|But\b|And\b)[^\W\d_a-z][\w'’.-]*|of|the|for)[\s-]+){0,3}|['’]s\s+"
)
_NAME_TAIL = re.compile(
    r"(?:\s+(?:(?:al|el|bin|ibn|de|da|van|von|der|dos|ould|abu)[\s-])*[^\W\d_a-z][\w'’-]+)+"
)
_BARE_NAME = re.compile(
    r"\b[^\W\d_a-z][\w'’-]+(?:\s+(?:(?:al|el|bin|ibn|de|da|van|von|der|dos|ould|abu)[\s-])*[^\W\d_a-z][\w'’-]+)+"
)
_CALLED = re.compile(
    r"([^\W\d_a-z][\w'’-]+(?:\s+(?:(?:al|el|bin|ibn|de|van|von)[\s-])*[^\W\d_a-z][\w'’-]+)+),\s+(?:(?:the|a|an|its|his|her|their)\s+)?(?:[\w-]+\s+){0,2}$"
)
_DEFINED = re.compile(r"\s*\(\s*([A-Z][A-Z&.-]{1,9}|[A-Z][a-z]?[A-Z]+(?:-[A-Z]+)?)\s*[),]")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_COLLECTIVE = frozenset({"group", "organisation"})
_PARTICLES = frozenset(
    [
        "al",
        "el",
        "the",
        "of",
        "and",
        "for",
        "de",
        "la",
        "du",
        "da",
        "bin",
        "ibn",
        "van",
        "von",
        "der",
        "le",
        "s",
    ]
)


class Antecedent:
    """A mention that others can refer back to; ``words`` are its own words in normal form, ``coding`` may be empty."""

    def __init__(self, article: Article, index: int, start: int, end: int, words: frozenset[str]) -> None:
        self._article = article
        self.index, self.start, self.end, self.words = index, start, end, words

    @cached_property
    def coding(self) -> Coding:
        """What the mention says by its own words; computed when first asked for, as most are never."""
        return self._article.code(self.index, (self.start, self.end))

    @property
    def person(self) -> bool:
        return self.coding.person and self.coding.number == "s"


def name_words(text: str) -> frozenset[str]:
    """Return the words of a name in normal form, without articles, particles and possessive endings."""
    bare = re.sub(r"['’]s\b", "", text)
    return frozenset(word for word in _WORD.findall(normalise(bare)) if word not in _PARTICLES)


class Antecedents:
    """All antecedents of an article: the mentions of its events and the actor phrases around known names."""

    def __init__(self, article: Article, spans: Iterable[tuple[int, Span]]) -> None:
        self._article = article
        self._spans: dict[int, set[Span]] = {}
        for index, span in spans:
            self._spans.setdefault(index, set()).add(span)
        self._known: dict[int, list[Antecedent]] = {}

    def text(self, index: int) -> str:
        """Return sentence ``index`` of the article."""
        return self._article.text(index)

    def of(self, index: int) -> list[Antecedent]:
        """Return the antecedents of sentence ``index`` (-1: the title) in the order of the text."""
        found = self._known.get(index)
        if found is None:
            found = self._known[index] = self._gather(index)
        return found

    def _gather(self, index: int) -> list[Antecedent]:
        text = self._article.text(index)
        skip = self._article.dateline.length if index == 0 else 0
        spans = set(self._phrases(text, self._article.longest(index), skip))
        for span in self._spans.get(index, ()):
            inside = {other for other in spans if other[0] >= span[0] and other[1] <= span[1]}
            spans -= inside
            spans |= set(self._single(index, span))
        taken = sorted(spans)
        for match in _BARE_NAME.finditer(text):
            if match.start() >= skip and not any(s < match.end() and match.start() < e for s, e in taken):
                spans.add(match.span())
        for known in self._article.longest(index):
            # "NATO's chief" speaks of NATO, too, which is "the alliance" later.
            if known.entries[0].kind in _COLLECTIVE and text.startswith(("'s", "’s"), known.end):
                spans.add((known.start, known.end))
        kept: list[Antecedent] = []
        for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
            words = name_words(text[start:end])
            if not words:
                continue
            item = Antecedent(self._article, index, start, end, words)
            named = _CALLED.search(text, 0, start) if "," in text[:start] else None
            if named and item.coding.person and item.coding.roles:
                item.words |= name_words(named.group(1))
            kept.append(item)
        return kept

    def _single(self, index: int, span: Span) -> list[Span]:
        """Return the actors of a span one by one: who comes second in "X and Y" can be spoken of alone later."""
        text = self._article.text(index)
        start, end = span
        if " and " not in text[start:end]:
            return [span]
        named = [
            (match, match.entries[0])
            for match in self._article.longest(index)
            if start <= match.start and match.end <= end
        ]
        cut = first_conjunct(text, start, end, named)
        if cut == end:
            return [span]
        begin = next((match.start for match, _ in named if match.start >= cut), None)
        # What follows the conjunction may have no known name in it ("Chad and its neighbours").
        return [(start, cut)] if begin is None else [(start, cut), (begin, end)]

    def _phrases(self, text: str, matches: Sequence[Match], skip: int) -> Iterable[Span]:
        """Join known names that stand side by side ("Iraqi Prime Minister") and the name that follows a title."""
        start = end = -1
        titled = False
        for match in [m for m in matches if m.start >= skip]:
            if start >= 0 and _LINK.fullmatch(text, end, match.start):
                end = match.end
            else:
                if start >= 0:
                    yield start, self._with_name(text, end, titled)
                start, end = match.start, match.end
            titled = any(entry.person for entry in match.entries)
        if start >= 0:
            yield start, self._with_name(text, end, titled)

    def _with_name(self, text: str, end: int, titled: bool) -> int:
        tail = _NAME_TAIL.match(text, end) if titled else None
        return tail.end() if tail else end

    def back_from(self, index: int, position: int, sentences: int) -> Iterable[list[Antecedent]]:
        """Yield the antecedents before ``position`` of sentence ``index``, then those of up to ``sentences`` earlier ones."""
        yield [item for item in self.of(index) if item.end <= position]
        for earlier in range(index - 1, max(-2, index - 1 - sentences), -1):
            if earlier < 0 and not self._article.title:
                return
            yield self.of(earlier)

    def fuller(self, words: frozenset[str], index: int, position: int) -> Antecedent | None:
        """Return the mention with a longer name of which ``words`` are part: the nearest before, else the first after."""
        first = -1 if self._article.title else 0
        order = [*range(index, first - 1, -1), *range(index + 1, len(self._article.sentences))]
        for at in order:
            candidates = [
                item
                for item in self.of(at)
                if words < item.words and item.coding.code and not (at == index and item.start >= position)
            ]
            if candidates:
                return candidates[-1]
        return None

    def defined(self, acronym: str) -> Antecedent | None:
        """Return the long form that introduces ``acronym`` in brackets: "Movement for Unity (MFU)"."""
        for index in range(-1 if self._article.title else 0, len(self._article.sentences)):
            text = self._article.text(index)
            for item in self.of(index):
                tail = _DEFINED.match(text, item.end)
                if tail and tail.group(1) == acronym and item.coding.code:
                    return item
        return None
