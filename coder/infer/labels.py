"""What a model folder's config.json says: the label space, the decoding numbers and the calibration."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from coder.errors import ModelError

FORMAT = 3
NONE = "none"
ROLES = ("source", "target", "place", "time")
MARKS = ("source", "target", "trigger")
# The files of the network: its layers below the one where marks enter, and those from there on.
NETWORKS = ("lower.onnx", "upper.onnx")


@dataclass(frozen=True, slots=True)
class LabelSpace:
    """The codes that a model can give, in the order of its outputs.

    ``roots`` are the root codes (output 0 of the root head is "none", then these); ``codes`` are all codes below the roots;
    ``parents`` maps each code to its parent.
    """

    roots: tuple[str, ...]
    codes: tuple[str, ...]
    parents: Mapping[str, str]

    def root_of(self, code: str) -> str:
        """Return the root above ``code`` (itself for a root)."""
        while code in self.parents:
            code = self.parents[code]
        return code

    def root_rows(self) -> list[int]:
        """Return for each of ``codes`` the index of its root in ``roots``."""
        index = {root: i for i, root in enumerate(self.roots)}
        return [index[self.root_of(code)] for code in self.codes]

    def subtrees(self) -> dict[str, list[int]]:
        """Return for each code and root the indexes into ``codes`` of itself and all that lie below it."""
        below: dict[str, list[int]] = {}
        for i, code in enumerate(self.codes):
            for ancestor in self.lineage(code):
                below.setdefault(ancestor, []).append(i)
        return below

    def lineage(self, code: str) -> tuple[str, ...]:
        """Return ``code`` and its ancestors, nearest first."""
        line = [code]
        while line[-1] in self.parents:
            line.append(self.parents[line[-1]])
        return tuple(line)


@dataclass(slots=True)
class Decoding:
    """Numbers that decoding uses, fitted on the validation split and saved with the model.

    Probabilities lie in 0..1. ``event_thresholds`` maps a root code to the least score of an event of that root; roots that are not named
    use ``event_threshold``. Tuples below ``least_confidence`` are left out, but for the best one of a trigger with ``keep_best``. ``backoff``
    is the least probability of a code given its root below which its parent is given; ``event_share`` is the weight of the sentence's own
    events when given actors are classified. Sentences in which the lower layers see a trigger with a chance below ``gate_threshold`` are not
    read further.
    """

    gate_threshold: float = 0.0
    trigger_threshold: float = 0.4
    role_thresholds: dict[str, float] = field(default_factory=lambda: dict.fromkeys(ROLES, 0.5))
    event_threshold: float = 0.3
    event_thresholds: dict[str, float] = field(default_factory=dict)
    assert_threshold: float = 0.5
    least_confidence: float = 0.0
    keep_best: bool = False
    backoff: float = 0.35
    event_share: float = 0.5
    root_temperature: float = 1.0
    code_temperature: float = 1.0
    confidence_weights: list[float] = field(default_factory=list)
    confidence_bias: float = 0.0


@dataclass(slots=True)
class ModelSettings:
    """All that a model folder says besides weights and vocabulary; ``sha256`` maps the files of NETWORKS to their hashes."""

    labels: LabelSpace
    decoding: Decoding
    max_tokens: int = 160
    pad_id: int = 0
    readings: int = 2
    sha256: dict[str, str] = field(default_factory=dict)
    name: str = ""
    details: dict[str, Any] = field(default_factory=dict)

    def save(self, folder: Path) -> None:
        """Write ``config.json`` into ``folder``."""
        data = {
            "format": FORMAT,
            "name": self.name,
            "roots": list(self.labels.roots),
            "codes": list(self.labels.codes),
            "parents": dict(self.labels.parents),
            "decoding": asdict(self.decoding),
            "max_tokens": self.max_tokens,
            "pad_id": self.pad_id,
            "readings": self.readings,
            "sha256": self.sha256,
            "details": self.details,
        }
        (folder / "config.json").write_text(
            json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
        )

    @classmethod
    def load(cls, folder: Path) -> "ModelSettings":
        """Read ``config.json`` of ``folder``; ModelError says what is missing or of another form."""
        path = folder / "config.json"
        if not folder.is_dir():
            raise ModelError(
                f"model folder {str(folder)!r} does not exist: give a folder made by 'coder export'"
            )
        if not path.is_file():
            raise ModelError(
                f"{folder} holds no config.json, so it is no coder model: give a folder made by 'coder export'"
            )
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            if data.get("format") != FORMAT:
                raise ModelError(
                    f"{path}: model format {data.get('format')!r}, this version of coder reads format {FORMAT}: "
                    "export the run again or install the matching version"
                )
            labels = LabelSpace(tuple(data["roots"]), tuple(data["codes"]), data["parents"])
            labels.root_rows()  # a code without a root shows here
            return cls(
                labels=labels,
                decoding=Decoding(**data["decoding"]),
                max_tokens=data["max_tokens"],
                pad_id=data["pad_id"],
                readings=data["readings"],
                sha256=dict(data["sha256"]),
                name=data["name"],
                details=data["details"],
            )
        except (json.JSONDecodeError, KeyError, TypeError, AttributeError, UnicodeDecodeError) as error:
            raise ModelError(f"{path} is damaged ({error!r}): export the model again") from error


def label_space(codes: Sequence[tuple[str, str | None]]) -> LabelSpace:
    """Build a label space from ``(code, parent)`` pairs; codes without parent are the roots."""
    roots = tuple(code for code, parent in codes if parent is None)
    below = tuple(code for code, parent in codes if parent is not None)
    return LabelSpace(roots, below, {code: parent for code, parent in codes if parent is not None})
