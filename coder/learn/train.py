"""Training of the event parser: one configuration in, one run folder out."""

import json
import logging
import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, cast

import hydra
from hydra.core.config_store import ConfigStore
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from coder.assets import asset
from coder.errors import ConfigError
from coder.learn.distributed import is_main, leave, processes, shared_folder
from coder.learn.schema import TrainConfig, check

log = logging.getLogger(__name__)
ConfigStore.instance().store(name="train_schema", node=TrainConfig)


@hydra.main(version_base="1.3", config_path=str(asset("configs")), config_name="train")
def main(config: DictConfig) -> float:
    """Hydra's entry: train and return the validation score, which sweepers maximise."""
    return run(checked(config))


def compose(overrides: Sequence[str] = ()) -> TrainConfig:
    """Return the configuration of ``coder train OVERRIDES``, for ``run``; ``run_dir=FOLDER`` must be among the overrides.

    Raises ConfigError for keys that do not exist and values that do not fit.
    """
    try:
        with hydra.initialize_config_dir(str(asset("configs")), version_base="1.3"):
            return checked(hydra.compose("train", list(overrides)))
    except HydraException as error:
        cause = f": {error.__cause__}" if error.__cause__ is not None else ""
        raise ConfigError(f"{str(error).strip()}{cause}") from error


def checked(config: DictConfig) -> TrainConfig:
    """Return the configuration as dataclasses; ConfigError for keys that the schema does not have or values that are missing."""
    try:
        # Hydra lets a key in when it is prefixed by a plus sign, which its own message for a typo proposes.
        merged = OmegaConf.merge(
            OmegaConf.structured(TrainConfig), OmegaConf.to_container(config, resolve=True)
        )
    except OmegaConfBaseException as error:
        raise ConfigError(str(error).strip()) from error
    missing = sorted(OmegaConf.missing_keys(merged))
    if missing:
        raise ConfigError(f"{missing[0]} is not set: give {missing[0]}=FILE")
    return cast(TrainConfig, OmegaConf.to_object(merged))


def run(config: TrainConfig) -> float:
    """Train as ``config`` says, write the run folder ``config.run_dir`` and return the validation score, 0..1.

    Under torchrun or accelerate launch, the first process writes the folder and all return the score.
    """
    check(config)
    if config.model.kind == "tfidf" and processes() > 1:
        raise ConfigError("model=tfidf trains in one process: start it without torchrun or accelerate launch")
    folder = shared_folder(Path(config.run_dir), config.trainer.use_cpu)
    if is_main():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "config.yaml").write_text(OmegaConf.to_yaml(OmegaConf.structured(config)), encoding="utf-8")
    if config.model.kind == "tfidf":
        from coder.learn.baseline import train_baseline

        return train_baseline(config, folder)
    return train_parser(config, folder)


def train_parser(config: TrainConfig, folder: Path) -> float:
    """Train the event parser, save it, and (``trainer.export``) export, calibrate and evaluate it."""
    from coder.learn.data import check_codes, count_long, labels_of, load_splits, readings

    # What is wrong with the data is said before torch takes seconds to load.
    checkpoint = find_checkpoint(config.trainer.resume, folder)
    labels = labels_of(config.data)
    splits = load_splits(config.data)
    check_codes(splits, labels)
    import torch
    from transformers import EarlyStoppingCallback, TrainingArguments, set_seed

    from coder.learn.backbone import load_backbone, start
    from coder.learn.readings import collate_sentences
    from coder.learn.rounding import round_weights
    from coder.learn.trainer import ParserTrainer

    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    if config.trainer.threads:
        torch.set_num_threads(config.trainer.threads)
    set_seed(config.seed)
    model, tokenizer, pad_id = load_backbone(config.backbone, config.model, labels)
    if config.model.start_from:
        start(model, earlier_runs(config.model.start_from))
    if config.optim.freeze_embeddings and config.backbone.source:
        model.encoder.get_input_embeddings().weight.requires_grad_(False)
    train_set, lengths, draws = readings(config, splits["train"], labels, tokenizer, train=True)
    validation_set, _, _ = readings(config, splits["validation"], labels, tokenizer, train=False)
    steps: dict[str, Any] = {"eval_strategy": "epoch", "save_strategy": "epoch"}
    if config.trainer.evaluate_every:
        every = config.trainer.evaluate_every
        steps = {"eval_strategy": "steps", "save_strategy": "steps", "eval_steps": every, "save_steps": every}
    if processes() > 1:
        # A batch without a trigger leaves heads without a gradient, for which the other processes would wait.
        steps["ddp_find_unused_parameters"] = True
        if config.trainer.use_cpu:
            steps["ddp_backend"] = "gloo"
    os.environ["TENSORBOARD_LOGGING_DIR"] = str(folder / "tensorboard")
    arguments = TrainingArguments(
        output_dir=str(folder / "checkpoints"),
        num_train_epochs=config.optim.epochs,
        max_steps=config.trainer.max_steps,
        per_device_train_batch_size=config.optim.batch_size,
        learning_rate=config.optim.learning_rate,
        weight_decay=config.optim.weight_decay,
        warmup_steps=config.optim.warmup,
        lr_scheduler_type="linear",
        max_grad_norm=config.optim.max_grad_norm,
        load_best_model_at_end=True,
        metric_for_best_model="eval_score",
        greater_is_better=True,
        save_total_limit=config.trainer.keep_checkpoints,
        logging_steps=config.trainer.logging_steps,
        report_to="tensorboard",
        remove_unused_columns=False,
        use_cpu=config.trainer.use_cpu,
        bf16=config.trainer.bf16,
        seed=config.seed,
        **steps,
    )
    trainer = ParserTrainer(
        model,
        arguments,
        lengths=lengths,
        draws=draws,
        validation=validation_set,
        collator=partial(collate_sentences, pad_id=pad_id),
        head_learning_rate=config.optim.head_learning_rate,
        smoothing=config.optim.smoothing,
        train_dataset=train_set,
        callbacks=[EarlyStoppingCallback(config.trainer.patience)],
    )
    trainer.train(resume_from_checkpoint=checkpoint)
    if config.optim.round_weights:
        round_weights(model)
    metrics: dict[str, Any] = {
        "validation": trainer.evaluate(),
        "train": {
            "readings": sum(map(len, train_set.with_format(None)["kinds"])),
            "sentences": len(splits["train"]),
            "sentences read in windows": count_long(splits["train"], tokenizer, config.backbone.max_tokens),
        },
    }
    score = float(metrics["validation"]["eval_score"])
    leave()
    if not is_main():
        return score
    saved = folder / "model"
    model.save_pretrained(saved)
    tokenizer.save(str(saved / "tokenizer.json"))
    (saved / "settings.json").write_text(
        json.dumps({"max_tokens": config.backbone.max_tokens, "pad_id": pad_id, "name": config.name}),
        encoding="utf-8",
    )
    (folder / "history.json").write_text(json.dumps(trainer.state.log_history, indent=1), encoding="utf-8")
    (folder / "metrics.json").write_text(json.dumps(metrics, indent=1), encoding="utf-8")
    if config.trainer.export:
        from coder.learn.finish import finish

        finish(folder, splits, metrics)
    log.info("validation score %.3f; everything is in %s", score, folder)
    return score


def earlier_runs(start_from: Any) -> list[Path]:
    """Return the run folders that ``model.start_from`` names; ConfigError when it is neither a folder nor a list of folders."""
    named = [start_from] if isinstance(start_from, str) else start_from
    if not isinstance(named, list) or not named or not all(isinstance(run, str) for run in named):
        raise ConfigError(
            f"model.start_from must be a run folder or a list of them such as [runs/a,runs/b], found {start_from!r}"
        )
    return [Path(run) for run in named]


def find_checkpoint(resume: str | None, folder: Path) -> str | None:
    """Return the checkpoint that ``trainer.resume`` means, None to start afresh; ConfigError when it does not exist."""
    if resume is None:
        return None
    if resume != "last":
        if not (Path(resume) / "trainer_state.json").is_file():
            raise ConfigError(
                f"trainer.resume={resume}: no trainer_state.json in it; expected a folder such as RUN/checkpoints/checkpoint-500, or last"
            )
        return resume
    checkpoints = folder / "checkpoints"
    found = {
        int(p.parent.name.rpartition("-")[2]): str(p.parent)
        for p in checkpoints.glob("checkpoint-*/trainer_state.json")
    }
    if not found:
        raise ConfigError(
            f"trainer.resume=last: no checkpoint in {checkpoints}: name the run to go on with, too: hydra.run.dir=RUN"
        )
    return found[max(found)]
