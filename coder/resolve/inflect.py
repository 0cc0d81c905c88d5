"""Plurals of role nouns and peoples."""

from __future__ import annotations

_IRREGULAR = {
    "man": "men", "woman": "women", "child": "children", "person": "people", "police": "police", "clergy": "clergy",
    "chief": "chiefs", "staff": "staff", "personnel": "personnel", "wife": "wives", "thief": "thieves",
    "foe": "foes", "kinsfolk": "kinsfolk", "of": "of", "navy": "navies", "army": "armies",
}  # fmt: skip


def plural(phrase: str) -> str:
    """Return the plural of an English noun phrase; in "minister of defence" the noun before "of" is inflected."""
    for preposition in (" of ", " for ", " to ", " in ", " at ", " general to "):
        if preposition in phrase:
            head, rest = phrase.split(preposition, 1)
            return f"{plural(head)}{preposition}{rest}"
    if phrase.endswith(("-in-chief", " in chief")):
        return plural(phrase[:-9]) + phrase[-9:]
    stem, space, word = phrase.rpartition(" ")
    return f"{stem}{space}{_word_plural(word)}"


def _word_plural(word: str) -> str:
    for ending, irregular in _IRREGULAR.items():
        if word == ending or (ending in ("man", "woman", "child", "person") and word.endswith(ending)):
            if word in ("human", "german", "ottoman", "roman", "shaman", "talisman"):
                break
            return word[: len(word) - len(ending)] + irregular
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return word + "es"
    if word.endswith("y") and word[-2:-1] not in tuple("aeiou"):
        return word[:-1] + "ies"
    return word + "s"


def people(adjective: str) -> str | None:
    """Return the plural of a demonym that is regular ("Iranian": "Iranians"), None for the others ("French")."""
    if adjective.endswith(("an", "i", "er", "ar", "uk", "ek", "o", "Jew", "crat")) and not adjective.endswith(
        "ese"
    ):
        return adjective + "s"
    return None
