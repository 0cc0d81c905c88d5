"""Encoders: where they come from, what is refused, and that every family that the configurations name can be read twice."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from infer_fakes import LABELS, byte_tokenizer, letter_tokenizer
from learn_fakes import overrides, write_splits

from coder.errors import ConfigError, MissingExtraError
from coder.infer.encode import encode_batch
from coder.learn.schema import BackboneConfig, ModelConfig

pytest.importorskip("transformers")
SMALL: dict[str, Any] = {
    "vocab_size": 400,
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 64,
    "max_position_embeddings": 66,
}
FAMILIES: dict[str, dict[str, Any]] = {
    "bert": SMALL,
    "roberta": SMALL,
    "xlm-roberta": SMALL,
    "mpnet": SMALL,
    "deberta-v2": SMALL
    | {
        "relative_attention": True,
        "position_buckets": 16,
        "pos_att_type": ["p2c", "c2p"],
        "type_vocab_size": 0,
    },
    "modernbert": SMALL
    | {"pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2, "cls_token_id": 1, "sep_token_id": 2}
    | {"global_attn_every_n_layers": 2, "local_attention": 8},
    "distilbert": {"vocab_size": 400, "dim": 32, "n_layers": 2, "n_heads": 2, "hidden_dim": 64},
    "electra": SMALL | {"embedding_size": 16},
}
HEADS = ModelConfig(head_size=16, dropout=0.0)


def encoder_folder(folder: Path, family: str = "bert", tokenizer=None, pad: str = "[PAD]") -> Path:
    """A Hugging Face folder with a small random encoder."""
    from transformers import AutoConfig, AutoModel, PreTrainedTokenizerFast

    AutoModel.from_config(AutoConfig.for_model(family, **FAMILIES[family])).save_pretrained(folder)
    PreTrainedTokenizerFast(tokenizer_object=tokenizer or letter_tokenizer(), pad_token=pad).save_pretrained(
        folder
    )
    return folder


def read(network: Any, *batch: Any) -> tuple[Any, ...]:
    """The logits of a batch, one tensor a head."""
    output = network(*batch)
    return output.trigger, output.tags, output.root, output.code, output.status


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_reads_marks_ignores_padding_and_survives_saving(family: str, tmp_path: Path) -> None:
    import torch
    from transformers import AutoConfig

    from coder.learn.backbone import _parser_config
    from coder.learn.modeling import EventParserModel

    torch.manual_seed(0)
    config = AutoConfig.for_model(family, **FAMILIES[family])
    network = EventParserModel(_parser_config(config.to_dict(), HEADS, LABELS)).eval()
    for parameter in network.parameters():
        if parameter.ndim > 1:
            torch.nn.init.normal_(parameter, std=0.2)
    ids = torch.randint(3, 400, (2, 12))
    mask = torch.ones_like(ids)
    ids[1, 8:], mask[1, 8:] = 1, 0
    marks = torch.zeros(2, 12, 3)
    marks[:, 3, 2] = 1.0
    with torch.no_grad():
        together = read(network, ids, mask, marks)
        alone = read(network, ids[1:, :8], mask[1:, :8], marks[1:, :8])
        unmarked = read(network, ids, mask, torch.zeros_like(marks))
    assert (together[2] - unmarked[2]).abs().max() > 1e-3
    for i, (a, b) in enumerate(zip(together, alone, strict=True)):
        assert torch.allclose(a[1:, :8] if i < 2 else a[1:], b, atol=1e-4)
    network.save_pretrained(tmp_path)
    again = EventParserModel.from_pretrained(tmp_path).eval()
    with torch.no_grad():
        for a, b in zip(together, read(again, ids, mask, marks), strict=True):
            assert torch.allclose(a, b, atol=1e-6)


@pytest.mark.parametrize("family", ["bert", "roberta", "xlm-roberta"])
def test_an_encoder_parted_at_a_layer_reads_as_the_whole_does(family: str) -> None:
    import torch
    from transformers import AutoConfig

    from coder.learn.backbone import _parser_config
    from coder.learn.modeling import EventParserModel

    config = AutoConfig.for_model(family, **FAMILIES[family])
    network = EventParserModel(_parser_config(config.to_dict(), HEADS, LABELS)).eval()
    assert network.config.mark_layer == 1
    ids, mask = torch.randint(3, 400, (3, 9)), torch.ones(3, 9, dtype=torch.long)
    ids[1, 6:], mask[1, 6:] = 1, 0
    marks = torch.zeros(3, 9, 3)
    with torch.no_grad():
        whole = network.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        trigger = read(network, ids, mask, marks)[0]
        marks[2, 4, 2] = 1.0
        twice = read(network, ids, mask, marks[[0, 1, 1, 2]], torch.tensor([0, 1, 1, 2]))[2]
        once = read(network, ids, mask, marks)[2]
    assert torch.allclose(trigger[mask > 0], network.trigger_head(whole)[mask > 0], atol=1e-4)
    assert torch.allclose(twice[[0, 1, 3]], once, atol=1e-5)


@pytest.mark.parametrize(
    ("family", "layer", "message"),
    [
        ("bert", 2, r"model\.mark_layer=2: the encoder has 2 layers: give 0 to 1, or null"),
        (
            "mpnet",
            1,
            r"model\.mark_layer=1: marks can enter between the layers of bert, .* 'mpnet': set model\.mark_layer=0",
        ),
    ],
)
def test_a_mark_layer_that_the_encoder_does_not_have(family: str, layer: int, message: str) -> None:
    from coder.learn.backbone import _parser_config

    with pytest.raises(ConfigError, match=message):
        _parser_config({"model_type": family, "num_hidden_layers": 2}, ModelConfig(mark_layer=layer), LABELS)


def test_the_gate_sees_a_trigger_where_the_trigger_head_learns_one() -> None:
    """One step after another on one batch: the lower layers' guess rises at the trigger, and padding has no say in it."""
    import torch
    from transformers import AutoConfig

    from coder.learn.backbone import _parser_config
    from coder.learn.modeling import EventParserModel

    torch.manual_seed(0)
    config = AutoConfig.for_model("bert", **FAMILIES["bert"])
    network = EventParserModel(_parser_config(config.to_dict(), HEADS, LABELS)).eval()
    ids, mask = torch.randint(3, 400, (2, 9)), torch.ones(2, 9, dtype=torch.long)
    ids[1, 6:], mask[1, 6:] = 1, 0
    labels = torch.zeros(2, 9, dtype=torch.long)
    labels[0, 4] = 1
    nothing = torch.full((2,), -100)
    optimizer = torch.optim.AdamW(network.parameters(), lr=2e-3)
    for _ in range(150):
        loss = network(
            ids,
            mask,
            torch.zeros(2, 9, 3),
            None,
            labels.masked_fill(mask == 0, -100),
            torch.full((2, 9, 4), -100),
            nothing,
            nothing,
            nothing,
        ).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        with_trigger, without = network.chance(network.lower(ids, mask), mask).tolist()
        alone = network.chance(network.lower(ids[1:, :6], mask[1:, :6]), mask[1:, :6]).item()
    assert with_trigger > 0.8
    assert without < 0.2
    assert alone == pytest.approx(without, abs=1e-4)


def test_rounded_weights_lie_on_the_int8_grid_and_stay_there() -> None:
    import torch

    from coder.learn.rounding import rounded

    torch.manual_seed(0)
    weight = torch.randn(40, 64) * torch.logspace(-4, 1, 40)[:, None]
    once = rounded(weight)
    steps = once / (weight.abs().amax(1, keepdim=True) / 127)
    assert torch.allclose(steps, steps.round(), atol=1e-3)
    assert steps.abs().max() <= 127.001
    assert ((once - weight).abs() <= weight.abs().amax(1, keepdim=True) / 254 * 1.001).all()
    assert torch.allclose(rounded(once), once, rtol=1e-5, atol=0)
    assert not rounded(torch.zeros(2, 3)).any()


class TestFolder:
    def test_an_encoder_folder_brings_its_weights_tokenizer_and_padding(self, tmp_path: Path) -> None:
        from transformers import AutoModel

        from coder.learn.backbone import load_backbone

        folder = encoder_folder(tmp_path, "roberta", byte_tokenizer(), pad="<pad>")
        digest = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
        backbone = BackboneConfig("own", str(folder), digest, 64)
        network, tokenizer, pad_id = load_backbone(backbone, HEADS, LABELS)
        assert pad_id == 0
        (encoded,) = encode_batch(tokenizer, ["The rebels"])
        assert encoded.starts[encoded.tokens_of((4, 10))].min() == 4
        for name, weight in AutoModel.from_pretrained(folder).state_dict().items():
            np.testing.assert_array_equal(network.encoder.state_dict()[name], weight, err_msg=name)

    def test_more_tokens_than_positions(self, tmp_path: Path) -> None:
        from coder.learn.backbone import load_backbone

        folder = encoder_folder(tmp_path, "roberta", byte_tokenizer(), pad="<pad>")
        with pytest.raises(
            ConfigError, match=r"max_tokens 65 is more than the 64 tokens .*: set it to 64 or less"
        ):
            load_backbone(BackboneConfig("own", str(folder), None, 65), HEADS, LABELS)

    def test_damaged_weights(self, tmp_path: Path) -> None:
        from coder.learn.backbone import locate

        folder = encoder_folder(tmp_path)
        with pytest.raises(
            ConfigError, match=r"expected sha256 0{64}, found [0-9a-f]{64}: the weights are damaged"
        ):
            locate(BackboneConfig("own", str(folder), "0" * 64))
        (folder / "model.safetensors").unlink()
        with pytest.raises(
            ConfigError, match=r"sha256 is set but .*safetensors does not exist: unset it or give"
        ):
            locate(BackboneConfig("own", str(folder), "0" * 64))

    def test_a_folder_without_encoder(self, tmp_path: Path) -> None:
        from coder.learn.backbone import locate

        with pytest.raises(
            ConfigError, match=r"no config\.json in .*; expected a folder with a Hugging Face encoder"
        ):
            locate(BackboneConfig("own", str(tmp_path)))

    def test_a_package_that_is_not_installed(self) -> None:
        from coder.learn.backbone import locate

        with pytest.raises(
            MissingExtraError, match=r"the backbone 'own' needs the package 'no-such-model', .*coder\[train\]"
        ):
            locate(BackboneConfig("own", "package:no_such_model/weights"))

    def test_a_hub_name_without_network(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from transformers import AutoConfig

        from coder.learn.backbone import load_backbone

        def unreachable(source: str) -> None:
            raise OSError("We couldn't connect to the hub\nand a long explanation")

        monkeypatch.setattr(AutoConfig, "from_pretrained", unreachable)
        with pytest.raises(
            ConfigError,
            match=r"backbone\.source 'some/encoder' cannot be loaded \(We couldn't connect to the hub\): give the folder",
        ):
            load_backbone(BackboneConfig("own", "some/encoder"), HEADS, LABELS)


@pytest.mark.slow
@pytest.mark.parametrize("family", ["roberta", "modernbert"])
def test_a_byte_level_encoder_trains_and_parses(family: str, tmp_path: Path) -> None:
    from coder.cli.export import export_run
    from coder.infer.parser import EventParser
    from coder.learn.train import compose, run

    folder = encoder_folder(tmp_path / "encoder", family, byte_tokenizer(), pad="<pad>")
    splits = write_splits(tmp_path / "splits")
    more = (f"backbone.source={folder}", "backbone.max_tokens=64")
    run(compose(overrides(splits, tmp_path / "run", *more)))
    model, _ = export_run(tmp_path / "run", quantise=False)
    parser = EventParser.from_pretrained(model, threads=1)
    parser.settings.decoding.event_threshold = parser.settings.decoding.trigger_threshold = 0.01
    parser.settings.decoding.event_thresholds = {}
    text = "In the north, the army attacked Kenya near Oslo on Monday. " * 3
    (events,) = parser.parse([text])
    assert events
    for event in events:
        for span in (event.trigger, event.source, event.target, event.place, event.time):
            assert span is None or text[slice(*span)] == text[slice(*span)].strip()
