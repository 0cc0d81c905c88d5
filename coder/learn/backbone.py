"""Where the encoder and its tokenizer come from."""

import hashlib
import importlib.util
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from transformers import AutoConfig, AutoModel, AutoTokenizer

from coder.errors import ConfigError, MissingExtraError
from coder.infer.labels import LabelSpace
from coder.learn.configuration import EventParserConfig
from coder.learn.modeling import LAYERED, EventParserModel
from coder.learn.schema import BackboneConfig, ModelConfig

_PACKAGE = "package:"


def locate(backbone: BackboneConfig) -> str:
    """Return the folder or hub name of the encoder, its weights' hash checked; raises ConfigError or MissingExtraError."""
    source = backbone.source
    if source.startswith(_PACKAGE):
        name, _, inner = source[len(_PACKAGE) :].partition("/")
        spec = importlib.util.find_spec(name)
        if spec is None or not spec.submodule_search_locations:
            raise MissingExtraError(name.replace("_", "-"), "train", f"the backbone {backbone.name!r}")
        source = str(Path(spec.submodule_search_locations[0]) / inner)
    folder = Path(source).expanduser()
    looks_like_path = source.startswith((".", "/", "~")) or folder.exists()
    if looks_like_path and not (folder / "config.json").is_file():
        raise ConfigError(
            f"backbone.source {backbone.source!r}: no config.json in {folder}; expected a folder with a Hugging Face encoder"
        )
    if backbone.sha256:
        weights = folder / "model.safetensors"
        if not weights.is_file():
            raise ConfigError(
                f"backbone.sha256 is set but {weights} does not exist: unset it or give a folder with model.safetensors"
            )
        found = hashlib.sha256(weights.read_bytes()).hexdigest()
        if found != backbone.sha256:
            raise ConfigError(
                f"{weights}: expected sha256 {backbone.sha256}, found {found}: the weights are damaged or another version"
            )
    return str(folder) if looks_like_path else source


def load_backbone(
    backbone: BackboneConfig, model: ModelConfig, labels: LabelSpace
) -> tuple[EventParserModel, Tokenizer, int]:
    """Return an event parser with fresh heads on the encoder, its tokenizer and the id of the padding token.

    Raises ConfigError when the encoder cannot be had or does not suit.
    """
    if not backbone.source:
        parser, tokenizer, pad_id = _random(backbone, model, labels)
        _check_length(parser, backbone)
        return parser, tokenizer, pad_id
    source = locate(backbone)
    try:
        encoder_config = AutoConfig.from_pretrained(source)
        loaded = AutoModel.from_pretrained(source)
        fast = AutoTokenizer.from_pretrained(source)
    except (OSError, ValueError) as error:
        reason = str(error).strip().partition("\n")[0]
        raise ConfigError(
            f"backbone.source {backbone.source!r} cannot be loaded ({reason}): give the folder of a Hugging Face encoder, "
            "or its hub name on a machine that reaches the hub"
        ) from error
    parser = EventParserModel(_parser_config(encoder_config.to_dict(), model, labels))
    missing = parser.encoder.load_state_dict(loaded.state_dict(), strict=False).missing_keys
    if [key for key in missing if "pooler" not in key and "position_ids" not in key]:
        raise ConfigError(f"backbone {source}: weights are missing for {missing[:3]} …")
    if not getattr(fast, "is_fast", False):
        raise ConfigError(
            f"backbone {source}: no fast tokenizer; coder needs one that gives character offsets"
        )
    _check_length(parser, backbone)
    return parser, plain(fast.backend_tokenizer), int(fast.pad_token_id or 0)


def _check_length(parser: EventParserModel, backbone: BackboneConfig) -> None:
    """Raise ConfigError when ``max_tokens`` is more than the encoder has positions for."""
    for name, module in parser.encoder.named_modules():
        if name.endswith("position_embeddings") and isinstance(module, torch.nn.Embedding):
            # RoBERTa and its kin count positions from behind the padding id.
            limit = module.num_embeddings - (0 if module.padding_idx is None else module.padding_idx + 1)
            # OpenVINO is given steps of 8.
            if -(-backbone.max_tokens // 8) * 8 > limit:
                raise ConfigError(
                    f"backbone.max_tokens {backbone.max_tokens} is more than the {limit} tokens that {backbone.name!r} can read: "
                    f"set it to {limit // 8 * 8} or less (longer sentences are read in windows)"
                )


def start(model: EventParserModel, runs: Sequence[Path]) -> None:
    """Copy the weights of a trained run, or the mean of several runs' weights, into ``model``.

    Raises ConfigError when a run is unfinished or of another shape. The mean is that of Wortsman et al. (2022), "Model soups": it means something for
    runs that began with the same weights.
    """
    parts = [_weights(model, run) for run in runs]
    model.load_state_dict(
        {
            name: torch.stack([part[name] for part in parts]).mean(0)
            if weight.is_floating_point()
            else weight
            for name, weight in parts[0].items()
        }
    )


def _weights(model: EventParserModel, run: Path) -> dict[str, torch.Tensor]:
    folder = run / "model"
    if not (folder / "model.safetensors").is_file():
        raise ConfigError(
            f"model.start_from={run}: no model/model.safetensors in it; expected the folder of a finished run of 'coder train'"
        )
    earlier = EventParserConfig.from_pretrained(folder)
    weights = load_file(folder / "model.safetensors")
    own = model.state_dict()
    # The ladder is what the settings of this run say, not a weight.
    weights["ladder"] = own["ladder"]
    # An earlier version learnt no gate; marks and gate of another layer mean nothing here.
    moved = earlier.mark_layer != model.config.mark_layer
    fresh = {name for name in own if name.startswith(("gate_", "mark_")) and (moved or name not in weights)}
    weights = {n: w for n, w in weights.items() if not (moved and n.startswith(("gate_", "mark_")))}
    weights |= {name: own[name] for name in fresh}
    if earlier.labels != model.config.labels or {n: w.shape for n, w in weights.items()} != {
        n: w.shape for n, w in own.items()
    }:
        raise ConfigError(
            f"model.start_from={run}: that run has another ontology, encoder or head size: start from a run with the same ones"
        )
    return weights


def plain(tokenizer: Tokenizer) -> Tokenizer:
    """Return a copy of ``tokenizer`` without truncation and padding, as it is saved with the model."""
    copy = Tokenizer.from_str(tokenizer.to_str())
    copy.no_truncation()
    copy.no_padding()
    return copy


def _parser_config(encoder: dict[str, Any], model: ModelConfig, labels: LabelSpace) -> EventParserConfig:
    encoder = json.loads(
        json.dumps(
            {k: v for k, v in encoder.items() if k not in ("dtype", "torch_dtype", "transformers_version")},
            default=str,
        )
    )
    return EventParserConfig(
        encoder=encoder,
        roots=list(labels.roots),
        codes=list(labels.codes),
        parents=dict(labels.parents),
        head_size=model.head_size,
        dropout=model.dropout,
        mark_inputs=model.readings == 2,
        mark_layer=_mark_layer(encoder, model.mark_layer),
        loss_weights=asdict(model.loss),
        code_head=model.code_head,
    )


def _mark_layer(encoder: dict[str, Any], wanted: int | None) -> int:
    """Return the layer where marks enter; ConfigError for one that the encoder does not have."""
    kind, layers = encoder.get("model_type"), int(encoder.get("num_hidden_layers") or 0)
    if kind not in LAYERED:
        if wanted:
            raise ConfigError(
                f"model.mark_layer={wanted}: marks can enter between the layers of {', '.join(LAYERED)} encoders only, this one is {kind!r}: "
                "set model.mark_layer=0"
            )
        return 0
    if wanted is not None and not 0 <= wanted < layers:
        raise ConfigError(
            f"model.mark_layer={wanted}: the encoder has {layers} layers: give 0 to {layers - 1}, or null for a third of them"
        )
    return min(max(1, layers // 3), layers - 1) if wanted is None else wanted


def _random(
    backbone: BackboneConfig, model: ModelConfig, labels: LabelSpace
) -> tuple[EventParserModel, Tokenizer, int]:
    """A small encoder with random weights and a character tokenizer, for tests of the plumbing."""
    from tokenizers import models, normalizers, pre_tokenizers, processors

    letters = [chr(c) for c in range(33, 127)]
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *letters, *("##" + c for c in letters)]
    tokenizer = Tokenizer(
        models.WordPiece(
            {token: i for i, token in enumerate(vocabulary)}, unk_token="[UNK]", max_input_chars_per_word=200
        )
    )
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    shape: dict[str, Any] = {
        "model_type": "bert",
        "vocab_size": len(vocabulary),
        "hidden_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 64,
        "max_position_embeddings": 512,
        **dict(backbone.random),
    }
    return EventParserModel(_parser_config(shape, model, labels)), tokenizer, 0
