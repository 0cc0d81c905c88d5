"""The event parser's network: one encoder, read twice from the layer on where marks enter, with light heads (DESIGN: both readings)."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import AutoConfig, AutoModel, PreTrainedModel
from transformers.utils import ModelOutput

from coder.infer.labels import MARKS, ROLES
from coder.learn.configuration import EventParserConfig

IGNORE = -100
GATE_SIZE = 128
# Encoders whose layers take hidden states and a mask and nothing else, so that marks may enter between any two of them.
LAYERED = ("bert", "roberta", "xlm-roberta", "camembert")


@dataclass
class ParserOutput(ModelOutput):
    """Logits of a batch: B readings of S sentences, T tokens, R roots, C codes below them.

    gate [S, T, 3] and trigger [B, T, 3] (outside, begin, inside); tags [B, T, 4, 3], the same for source, target, place, time of the marked event;
    root [B, 1 + R], "none" first; code [B, C], comparable within one root; status [B], above 0 for asserted.
    """

    loss: Tensor | None = None
    gate: Tensor | None = None
    trigger: Tensor | None = None
    tags: Tensor | None = None
    root: Tensor | None = None
    code: Tensor | None = None
    status: Tensor | None = None


class EventParserModel(PreTrainedModel):
    """Encoder with four heads: triggers (first reading), roles, code and status (second reading, marks given).

    The layers below ``config.mark_layer`` read a sentence once (``lower``); marks are added to what they return and the layers above read it
    once without marks and once an event (``upper``). At mark layer 0 marks are added to the token embeddings. Otherwise a small head guesses
    triggers from what the lower layers know (``gate``), so that a sentence in which none is likely need not be read further.

    ``config.code_head`` is "ladder" (roots by a head of their own, a code's row is its own plus its ancestors'), "plain" (its own row alone) or
    "joint" (one softmax over all codes, a root is the sum of its codes).
    """

    config_class = EventParserConfig
    base_model_prefix = "encoder"
    supports_gradient_checkpointing = False

    def __init__(self, config: EventParserConfig) -> None:
        super().__init__(config)
        encoder_config = AutoConfig.for_model(**config.encoder)
        self.encoder = AutoModel.from_config(encoder_config)
        size = encoder_config.hidden_size
        # As wide as the token embeddings, which some encoders (ELECTRA, ALBERT) project to the hidden size later.
        width = size if config.mark_layer else self.encoder.get_input_embeddings().weight.shape[1]
        self.mark_embedding = nn.Parameter(torch.zeros(len(MARKS), width))
        # Tells every token what is marked: above the middle few layers are left to carry it there.
        self.mark_context = nn.Linear(len(MARKS) * width, width, bias=False) if config.mark_layer else None
        self.absent = nn.Parameter(torch.zeros(len(MARKS), size))
        self.dropout = nn.Dropout(config.dropout)
        self.gate_hidden = nn.Linear(size, GATE_SIZE) if config.mark_layer else None
        self.gate_head = nn.Linear(GATE_SIZE, 3) if config.mark_layer else None
        self.trigger_head = nn.Linear(size, 3)
        self.tag_hidden = nn.Linear(size, size)
        self.tag_head = nn.Linear(size, len(ROLES) * 3)
        self.code_hidden = nn.Linear(size * (1 + len(MARKS)), config.head_size)
        self.root_head = nn.Linear(config.head_size, 1 + len(config.roots))
        self.code_head = nn.Linear(config.head_size, len(config.codes))
        self.status_head = nn.Linear(config.head_size, 1)
        labels = config.labels
        # A rare code leans on its parent: its weight row is its own plus its ancestors' rows below the root.
        ladder = torch.eye(len(config.codes))
        place = {code: i for i, code in enumerate(config.codes)}
        for i, code in enumerate(config.codes if config.code_head == "ladder" else ()):
            for other in labels.lineage(code):
                if other in place:
                    ladder[i, place[other]] = 1.0
        self.ladder: Tensor
        self.root_of_code: Tensor
        self.register_buffer("ladder", ladder)
        self.register_buffer("root_of_code", torch.tensor(labels.root_rows(), dtype=torch.long))
        self.folded = False
        self.post_init()
        # Hidden states are some ten times as large as token embeddings.
        nn.init.normal_(self.mark_embedding, std=0.2 if config.mark_layer else 0.02)
        if self.mark_context is not None:
            nn.init.zeros_(self.mark_context.weight)

    def _init_weights(self, module: nn.Module) -> None:
        if isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, std=0.02)
            if module.bias is not None:
                nn.init.zeros_(module.bias)

    def heads(self) -> list[nn.Parameter]:
        """Return the parameters that are new here, not the encoder's."""
        return [p for name, p in self.named_parameters() if not name.startswith("encoder.")]

    def fold(self) -> None:
        """Add the ancestors' rows into the code head for good, for export; training is over then."""
        with torch.no_grad():
            self.code_head.weight.copy_(self.ladder @ self.code_head.weight)
        self.folded = True

    def lower(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Return the hidden states [S, T, H] that marks are added to, of S sentences."""
        if not self.config.mark_layer:
            return self.encoder.get_input_embeddings()(input_ids)
        hidden = self.encoder.embeddings(input_ids=input_ids)
        return self._layers(hidden, attention_mask, 0, self.config.mark_layer)

    def gate(self, hidden: Tensor) -> Tensor | None:
        """Return the lower layers' guess at triggers, logits [S, T, 3] from ``lower``'s hidden states; None at mark layer 0."""
        if self.gate_hidden is None or self.gate_head is None:
            return None
        logits: Tensor = self.gate_head(functional.gelu(self.gate_hidden(self.dropout(hidden))))
        return logits

    def chance(self, hidden: Tensor, attention_mask: Tensor) -> Tensor:
        """Return the chance [S], 0..1, that a trigger is in each sentence, by its likeliest token of ``gate``; 1 at mark layer 0."""
        mask = attention_mask.to(hidden.dtype)
        gate = self.gate(hidden)
        if gate is None:
            return mask.amax(1)
        return ((1.0 - gate.softmax(-1)[..., 0]) * mask).amax(1)

    def _layers(self, hidden: Tensor, attention_mask: Tensor, first: int, last: int | None) -> Tensor:
        # Added to the attention scores: padding is out of reach.
        bias = (1.0 - attention_mask[:, None, None, :].to(hidden.dtype)) * -1e9
        for layer in self.encoder.encoder.layer[first:last]:
            hidden = layer(hidden, bias)
        return hidden

    def upper(
        self, hidden: Tensor, attention_mask: Tensor, marks: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """Return (trigger, tags, root, code, status) logits from what ``lower`` returned; marks [B, T, 3] are zero in a first reading."""
        count = marks.sum(1).unsqueeze(-1)
        if self.config.mark_inputs:
            if self.mark_context is not None:
                marked = marks.transpose(1, 2) @ hidden / count.clamp(min=1.0)
                hidden = hidden + self.mark_context(marked.flatten(1))[:, None]
            hidden = hidden + marks @ self.mark_embedding
        if self.config.mark_layer:
            hidden = self._layers(hidden, attention_mask, self.config.mark_layer, None)
        else:
            hidden = self.encoder(inputs_embeds=hidden, attention_mask=attention_mask).last_hidden_state
        hidden = self.dropout(hidden)
        trigger = self.trigger_head(hidden)
        tags = self.tag_head(functional.gelu(self.tag_hidden(hidden)))
        tags = tags.reshape(tags.shape[0], -1, len(ROLES), 3)
        pooled = marks.transpose(1, 2) @ hidden / count.clamp(min=1.0)
        pooled = pooled + (count == 0).to(pooled.dtype) * self.absent
        summary = torch.cat([hidden[:, 0], pooled.flatten(1)], dim=-1)
        summary = self.dropout(functional.gelu(self.code_hidden(summary)))
        weight = self.code_head.weight if self.folded else self.ladder @ self.code_head.weight
        code = functional.linear(summary, weight, self.code_head.bias)
        root = self.root_head(summary)
        if self.config.code_head == "joint":
            elsewhere = (
                self.root_of_code[None, :] != torch.arange(root.shape[1] - 1, device=root.device)[:, None]
            )
            sums = torch.logsumexp(code[:, None, :] - 1e4 * elsewhere.to(code.dtype)[None], dim=-1)
            root = torch.cat([root[:, :1], sums], dim=1)
        return trigger, tags, root, code, self.status_head(summary).squeeze(-1)

    def forward(
        self,
        input_ids: Tensor,
        attention_mask: Tensor,
        marks: Tensor,
        rows: Tensor | None = None,
        trigger_labels: Tensor | None = None,
        tag_labels: Tensor | None = None,
        root_labels: Tensor | None = None,
        code_labels: Tensor | None = None,
        status_labels: Tensor | None = None,
        weights: Tensor | None = None,
        smoothing: float = 0.0,
        **_: object,
    ) -> ParserOutput:
        """Give B readings of S sentences and, when labels are given, add up the losses of the heads; labels of IGNORE take no part.

        ``rows`` [B] says which sentence each reading is of (None: one of each).
        """
        hidden = self.lower(input_ids, attention_mask)
        gate = self.gate(hidden)
        if rows is not None:
            hidden, attention_mask = hidden[rows], attention_mask[rows]
        trigger, tags, root, code, status = self.upper(hidden, attention_mask, marks)
        output = ParserOutput(gate=gate, trigger=trigger, tags=tags, root=root, code=code, status=status)
        if (
            root_labels is None
            or trigger_labels is None
            or tag_labels is None
            or code_labels is None
            or status_labels is None
        ):
            return output
        row_weight = weights if weights is not None else torch.ones(len(marks), device=marks.device)
        share = self.config.loss_weights
        loss = _cross_entropy(trigger.transpose(1, 2), trigger_labels) * share["trigger"]
        if gate is not None:
            own = gate if rows is None else gate[rows]
            # Its maximum is taken over all tokens, so that special ones learn to be silent too.
            read = (trigger_labels != IGNORE).any(1, keepdim=True) & (attention_mask > 0)
            labels = trigger_labels.masked_fill(read & (trigger_labels == IGNORE), 0)
            loss = loss + _cross_entropy(own.transpose(1, 2), labels) * share["gate"]
        loss = loss + _cross_entropy(tags.permute(0, 3, 1, 2), tag_labels) * share["roles"]
        loss = loss + _weighted(root, root_labels, row_weight, smoothing) * share["root"]
        in_root = self.root_of_code[None, :] == (root_labels[:, None] - 1)
        masked = code.masked_fill(~in_root, -1e4)
        loss = loss + _weighted(masked, code_labels, row_weight, 0.0) * share["code"]
        known = status_labels != IGNORE
        if known.any():
            loss = loss + share["status"] * functional.binary_cross_entropy_with_logits(
                status[known], status_labels[known].float()
            )
        output.loss = loss
        return output


def _cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    if not (labels != IGNORE).any():
        return logits.sum() * 0.0
    return functional.cross_entropy(logits, labels, ignore_index=IGNORE)


def _weighted(logits: Tensor, labels: Tensor, weights: Tensor, smoothing: float) -> Tensor:
    known = labels != IGNORE
    if not known.any():
        return logits.sum() * 0.0
    losses = functional.cross_entropy(
        logits[known], labels[known], reduction="none", label_smoothing=smoothing
    )
    return (losses * weights[known]).sum() / weights[known].sum()
