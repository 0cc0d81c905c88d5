"""Names are compared in a normal form that keeps every character's position."""

from __future__ import annotations

import unicodedata

_FOLDED: dict[int, str] = {
    ord("’"): "'", ord("‘"): "'", ord("ʼ"): "'", ord("ʻ"): "'", ord("ʿ"): "'", ord("ʾ"): "'", ord("`"): "'",
    ord("“"): '"', ord("”"): '"', ord("-"): " ", ord("‐"): " ", ord("‑"): " ", ord("–"): " ", ord("—"): " ",
    ord("_"): " ", ord("\u00a0"): " ", ord("\n"): " ", ord("\t"): " ", ord("\r"): " ",
    ord("ı"): "i", ord("ø"): "o", ord("Ø"): "o", ord("ł"): "l", ord("Ł"): "l", ord("đ"): "d", ord("Đ"): "d",
    ord("ð"): "d", ord("Ð"): "d", ord("ß"): "s", ord("æ"): "a", ord("œ"): "o", ord("ə"): "a", ord("ħ"): "h",
}  # fmt: skip


class _Folding(dict[int, str]):
    """Fills itself with each new character's base letter in lower case, always exactly one character long."""

    def __missing__(self, point: int) -> str:
        char = chr(point)
        base = unicodedata.normalize("NFD", char)[0].lower()
        folded = base if len(base) == 1 else char
        self[point] = folded
        return folded


_TABLE = _Folding(_FOLDED)


def normalise(text: str) -> str:
    """Return ``text`` in lower case, without accents, hyphens as spaces; same length, so that offsets stay valid."""
    return text.translate(_TABLE)
