"""The training loop: transformers' Trainer with readings batched by length, two learning rates and our own validation score."""

import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import torch
from torch.utils.data import DataLoader, Sampler
from transformers import Trainer, TrainingArguments

from coder.learn.metrics import validation_metrics
from coder.learn.modeling import EventParserModel


class LengthBatches(Sampler[int]):
    """Shuffled indexes in which sentences of like length stand together, so that little is spent on padding.

    ``weights`` says how often each is drawn in an epoch on average (default: once); an epoch has as many draws as there are sentences.
    """

    def __init__(
        self, lengths: Sequence[int], batch_size: int, seed: int, weights: Sequence[float] | None = None
    ) -> None:
        self.lengths = lengths
        self.batch_size = batch_size
        self.seed = seed
        self.weights = weights
        self.epoch = 0

    def __len__(self) -> int:
        return len(self.lengths)

    def set_epoch(self, epoch: int) -> None:
        """Make the order of epoch ``epoch`` the next one."""
        self.epoch = epoch

    def __iter__(self) -> Iterator[int]:
        rng = random.Random(self.seed * 1009 + self.epoch)
        self.epoch += 1
        order = self._drawn(rng)
        rng.shuffle(order)
        size = self.batch_size
        batches: list[list[int]] = []
        for start in range(0, len(order), size * 50):
            chunk = sorted(order[start : start + size * 50], key=lambda i: self.lengths[i])
            batches += [chunk[i : i + size] for i in range(0, len(chunk), size)]
        rng.shuffle(batches)
        batches.sort(key=len, reverse=True)  # the short batch last: DataLoader cuts by count
        return iter([i for batch in batches for i in batch])

    def _drawn(self, rng: random.Random) -> list[int]:
        count = len(self.lengths)
        if self.weights is None:
            return list(range(count))
        # Systematic sampling: each index comes floor or ceiling of its share times, none by luck far more or less often.
        ends = np.cumsum(self.weights)
        points = (np.arange(count) + rng.random()) * (ends[-1] / count)
        return np.minimum(np.searchsorted(ends, points, side="right"), count - 1).tolist()


class ParserTrainer(Trainer):
    """Trainer for EventParserModel."""

    def __init__(
        self,
        model: EventParserModel,
        args: TrainingArguments,
        *,
        lengths: Sequence[int],
        draws: Sequence[float] | None,
        validation: Any,
        collator: Callable[[Sequence[dict[str, Any]]], dict[str, Any]],
        head_learning_rate: float,
        smoothing: float,
        **kwargs: Any,
    ) -> None:
        super().__init__(model=model, args=args, data_collator=collator, eval_dataset=validation, **kwargs)
        self.network = model
        self.lengths = lengths
        self.draws = draws
        self.head_learning_rate = head_learning_rate
        self.smoothing = smoothing

    def _get_train_sampler(self, train_dataset: Any = None) -> Sampler[int]:
        return LengthBatches(self.lengths, self.args.train_batch_size, self.args.seed, self.draws)

    def create_optimizer(self, model: Any = None) -> torch.optim.Optimizer:
        """AdamW with one learning rate for the encoder and one for the heads; no decay of biases and norms."""
        if self.optimizer is None:
            groups: dict[tuple[bool, bool], list[torch.nn.Parameter]] = {}
            for name, parameter in self.network.named_parameters():
                if parameter.requires_grad:
                    key = (name.startswith("encoder."), parameter.ndim > 1)
                    groups.setdefault(key, []).append(parameter)
            self.optimizer = torch.optim.AdamW(
                [
                    {
                        "params": parameters,
                        "lr": self.args.learning_rate if encoder else self.head_learning_rate,
                        "weight_decay": self.args.weight_decay if matrix else 0.0,
                    }
                    for (encoder, matrix), parameters in groups.items()
                ]
            )
        return self.optimizer

    def compute_loss(
        self, model: Any, inputs: dict[str, Any], return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        """Return the summed loss of the heads."""
        output = model(**inputs, smoothing=self.smoothing)
        return (output.loss, output) if return_outputs else output.loss

    def evaluate(
        self, eval_dataset: Any = None, ignore_keys: Any = None, metric_key_prefix: str = "eval"
    ) -> dict[str, float]:
        """Score the validation readings: trigger F1, role F1, code accuracy and their mean, ``score``, that early stopping watches."""
        dataset = eval_dataset if eval_dataset is not None else self.eval_dataset
        loader = DataLoader(dataset, batch_size=24, collate_fn=self.data_collator)  # type: ignore[arg-type]
        model = self.network
        was_training = model.training
        model.eval()
        with torch.inference_mode():
            metrics = validation_metrics(
                model, ({k: v.to(self.args.device) for k, v in batch.items()} for batch in loader)
            )
        model.train(was_training)
        named = {f"{metric_key_prefix}_{key}": value for key, value in metrics.items()}
        self.log(named)
        self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, named)
        return named
