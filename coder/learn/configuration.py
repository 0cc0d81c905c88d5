"""The configuration of the event parser as a transformers model."""

from dataclasses import asdict
from typing import Any

from transformers import PretrainedConfig

from coder.infer.labels import LabelSpace
from coder.learn.schema import LossConfig


class EventParserConfig(PretrainedConfig):
    """Everything that shapes an event parser's network: the encoder's own configuration, the label space and the head sizes."""

    model_type = "coder_event_parser"

    def __init__(
        self,
        encoder: dict[str, Any] | None = None,
        roots: list[str] | None = None,
        codes: list[str] | None = None,
        parents: dict[str, str] | None = None,
        head_size: int = 512,
        dropout: float = 0.1,
        mark_inputs: bool = True,
        mark_layer: int = 0,
        loss_weights: dict[str, float] | None = None,
        code_head: str = "ladder",
        **kwargs: Any,
    ) -> None:
        self.encoder = encoder or {}
        self.roots = list(roots or [])
        self.codes = list(codes or [])
        self.parents = dict(parents or {})
        self.head_size = head_size
        self.dropout = dropout
        self.mark_inputs = mark_inputs
        self.mark_layer = mark_layer
        self.loss_weights = asdict(LossConfig()) | (loss_weights or {})
        self.code_head = code_head
        super().__init__(**kwargs)

    @property
    def labels(self) -> LabelSpace:
        """The codes in the order of the outputs."""
        return LabelSpace(tuple(self.roots), tuple(self.codes), self.parents)
