"""``coder train``: a thin door to Hydra, which reads the arguments itself."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import typer

from coder.cli.extras import needs_extra

# Hydra has options of its own (--help, --cfg, -m, …), so that Typer must not read any.
SETTINGS = {"allow_extra_args": True, "ignore_unknown_options": True, "allow_interspersed_args": False}


def train(ctx: typer.Context) -> None:
    """Train a model; its settings are Hydra overrides (--help lists them, -m runs several, --cfg job shows all).

    Examples: coder train; coder train optim.epochs=3 seed=2; coder train -m seed=1,2,3; coder train model=tfidf
    """
    run_hydra(ctx.args)


def run_hydra(arguments: Sequence[str]) -> None:
    """Train with Hydra overrides and options, as if they stood on a command line.

    Raises ConfigError for settings that Hydra refuses, other CoderErrors for unusable data or models, and
    MissingExtraError when the packages for training are not installed.
    """
    from coder.errors import ConfigError

    with needs_extra("train", "coder train"):
        from hydra.errors import HydraException
        from omegaconf.errors import OmegaConfBaseException

        from coder.learn.train import main

        # Otherwise Hydra prints a trace of its own and exits with 1, even when the reason is a typo.
        os.environ.setdefault("HYDRA_FULL_ERROR", "1")
        before = sys.argv
        sys.argv = ["coder train", *arguments]
        try:
            main()
        except (HydraException, OmegaConfBaseException) as error:
            raise ConfigError(_reason(error)) from error
        finally:
            sys.argv = before


def _reason(error: Exception) -> str:
    """Return what Hydra says of a refused setting, the cause included, which names the key."""
    # Hydra proposes to append an unknown key with a plus sign; the schema would refuse it all the same.
    lines = [
        line for line in str(error).strip().splitlines() if not line.startswith("To append to your config")
    ]
    texts = ["\n".join(lines)]
    cause = error.__cause__
    if cause is not None and str(cause).strip() not in texts[0]:
        texts.append(str(cause).strip())
    return "\n".join(texts) + "\nSee all settings with: coder train --cfg job"
