"""The configuration of training: every choice composes, and what does not fit is named at once."""

import subprocess
import sys
from pathlib import Path

import pytest

from coder.assets import asset
from coder.errors import ConfigError
from coder.learn.schema import DataConfig, TrainConfig, check
from coder.learn.train import compose

CONFIGS = asset("configs")
OWN = ["run_dir=x", "data=files", "data.train=t.jsonl", "data.validation=v.jsonl"]
CHOICES = sorted(
    (path.parent.name, path.stem) for path in CONFIGS.glob("*/*.yaml") if path.parent.name != "local"
)


def test_configs_are_found() -> None:
    assert (CONFIGS / "train.yaml").is_file()
    assert {"backbone", "data", "experiment", "model", "optim", "trainer"} <= {group for group, _ in CHOICES}


@pytest.mark.parametrize(("group", "name"), CHOICES, ids=["=".join(choice) for choice in CHOICES])
def test_every_choice_composes_and_is_sound(group: str, name: str) -> None:
    choice = [f"{group}={name}"]
    if choice == ["data=files"]:
        choice += ["data.train=t.jsonl", "data.validation=v.jsonl"]
    check(compose(["run_dir=x", *choice]))


@pytest.mark.parametrize("name", [name for group, name in CHOICES if group == "experiment"])
def test_an_experiment_begins_with_its_command_and_is_a_small_change(name: str) -> None:
    lines = (CONFIGS / "experiment" / f"{name}.yaml").read_text().splitlines()
    assert lines[0] == "# @package _global_"
    assert lines[1].startswith("# coder train ")
    assert f"experiment={name}" in lines[1]
    assert compose(["run_dir=x", f"experiment={name}"]) != compose(["run_dir=x"])


def test_the_defaults() -> None:
    config = compose(["run_dir=x"])
    assert isinstance(config, TrainConfig)
    assert (config.backbone.name, config.model.kind, config.data.seeds) == ("minilm", "parser", "seeds/cameo")


def test_overrides_reach_the_dataclasses() -> None:
    config = compose([*OWN, "optim.epochs=3", "data.augment.upper=0.5", "+backbone.random.hidden_size=16"])
    assert (config.optim.epochs, config.data.augment.upper) == (3, 0.5)
    assert config.data.test is None


@pytest.mark.parametrize(
    ("override", "named"),
    [
        ("optim.learning_rat=3", "learning_rat"),
        ("+optim.learning_rat=3", "learning_rat"),
        ("+foo=1", "foo"),
        ("optm.epochs=3", "optm"),
        ("backbone=minlm", "backbone/minlm"),
        ("experiment=none_such", "experiment/none_such"),
        ("optim.epochs=many", "optim.epochs"),
        ("trainer.use_cpu=perhaps", "use_cpu"),
    ],
)
def test_a_typo_is_named(override: str, named: str) -> None:
    with pytest.raises(ConfigError, match=named.replace(".", r"\.")):
        compose([*OWN, override])


def test_files_must_be_given() -> None:
    with pytest.raises(ConfigError, match=r"data\.train is not set: give data\.train=FILE"):
        compose(["run_dir=x", "data=files"])


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("data.fraction=1.5", r"data\.fraction must lie in 0\.\.1, found 1\.5"),
        ("data.fraction=0", r"data\.fraction must be above 0"),
        ("data.balance=-1", r"data\.balance must lie in 0\.\.1"),
        ("data.augment.headline=2", r"data\.augment\.headline must lie in 0\.\.1"),
        ("data.sampling=luck", r"data\.sampling must be weights or oversample, found 'luck'"),
        ("model.kind=tree", r"model\.kind must be parser or tfidf, found 'tree'"),
        ("model.readings=3", r"model\.readings must be 1 or 2, found 3"),
        ("optim.epochs=0", r"optim\.epochs, .* must be above 0"),
        ("optim.warmup=7", r"optim\.warmup must lie in 0\.\.1"),
        ("trainer.bf16=true", r"trainer\.bf16=true needs a GPU"),
        ("backbone.max_tokens=8", r"backbone\.max_tokens must be at least 16, found 8"),
    ],
)
def test_values_out_of_range_are_named(override: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        check(compose([*OWN, override]))


def test_dataclasses_alone_do_not_name_files() -> None:
    assert TrainConfig(data=DataConfig(train="a", validation="b")).data.seeds is None


def test_schema_and_hydra_load_no_torch() -> None:
    code = "import coder.learn.train, sys; print(sorted({'torch', 'transformers', 'datasets'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_wheel_would_carry_the_configs() -> None:
    root = Path(__file__).parent.parent
    assert '"configs" = "coder/_assets/configs"' in (root / "pyproject.toml").read_text(encoding="utf-8")
