"""Why a mention gets its code: every step of the decision in words."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from coder.resolve.coding import office_at
from coder.resolve.lexicon import Entry
from coder.resolve.records import Actor
from coder.resolve.resolver import Resolver


@dataclass(frozen=True, slots=True)
class Explanation:
    """The actor that a mention is coded as, and the steps that led there."""

    actor: Actor
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Mention:
    source: tuple[int, int] | None
    target: None = None
    place: None = None
    time: None = None


def explain(
    resolver: Resolver, mention: str, day: datetime.date | None = None, context: str | None = None
) -> Explanation:
    """Code ``mention`` as of ``day`` and say why; ``context``: sentences of the story, which may contain the mention.

    Without the mention in it, the context is read as standing before it.
    """
    sentences = [context] if context else []
    at = context.find(mention) if context else -1
    if at < 0:
        sentences.append(mention)
        at = 0
    index = len(sentences) - 1
    span = (at, at + len(mention))
    actor = resolver.resolve(sentences, day, [(index, _Mention(span))])[0].source
    article = resolver.article(sentences, day)
    steps = []
    for match in article.matches(index):
        if match.start < span[0] or match.end > span[1]:
            continue
        words = sentences[index][match.start : match.end]
        chosen = article.choose(index, match)
        if chosen is None:
            meant = ", ".join(dict.fromkeys(_meaning(entry, day) for entry in match.entries))
            steps.append(f"{words!r}: left open, nothing decides between its readings ({meant})")
            continue
        steps.append(f"{words!r}: {_meaning(chosen, day)}")
    if not steps:
        steps.append("no part of the mention is in the tables")
    coding = article.code(index, span)
    used = [f"{entry.name} ({entry.kind})" for _, _, entry in coding.used]
    if used:
        steps.append("used: " + ", ".join(dict.fromkeys(used)))
    if actor.basis in ("context", "coreference"):
        source = "the country of the story" if actor.basis == "context" else "another mention of the article"
        steps.append(f"{actor.country or actor.code}: from {source}")
    if actor.code:
        steps.append(f"code: {actor.code}, basis: {actor.basis}")
    elif coding.held_back:
        steps.append(
            "no code: an ambiguous name is never guessed; a sentence of context may decide it (--context)"
        )
    else:
        steps.append("no code: nothing is guessed")
    return Explanation(actor, tuple(steps))


def _meaning(entry: Entry, day: datetime.date | None) -> str:
    what = {"role": "role noun", "world_region": "region of the world", "user": "your dictionary"}
    kind = what.get(entry.kind, entry.kind)
    if entry.kind == "role":
        weak = ", counts only when nothing more telling stands beside it" if entry.weak else ""
        return f"{kind} {entry.name} [{''.join(entry.roles)}]{weak}"
    code = entry.code or "".join(filter(None, (entry.country, *entry.roles, entry.ethnicity, entry.religion)))
    text = f"{kind} {entry.name} [{code or '-'}]"
    if entry.offices and entry.person:
        office, past = office_at(entry, day)
        if office is not None and office.title:
            text += f", {office.title} {_period(office.since, office.until)} [{''.join(office.roles)}]"
        elif day is not None:
            text += f", in no office on {day}" + (" any more" if past else "")
        else:
            text += ", no date given"
    elif entry.offices and day is not None:
        held = [office for office in entry.offices if office.holds(day)]
        if held:
            text += f", {_period(held[0].since, held[0].until)}: {''.join(held[0].roles) or held[0].country}"
    if entry.seat:
        text += f", seat of government {entry.seat}"
    return text


def _period(since: datetime.date | None, until: datetime.date | None) -> str:
    return f"{since or '...'} to {until or 'now'}"
