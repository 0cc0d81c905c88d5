"""Several processes of one training run, as ``torchrun`` and ``accelerate launch`` start them."""

import os
from pathlib import Path

from coder.errors import ConfigError


def processes() -> int:
    """Return how many processes train together; 1 without a launcher. Raises ConfigError when the launcher's variables are incomplete."""
    count = int(os.environ.get("WORLD_SIZE", "1"))
    missing = [
        name for name in ("RANK", "LOCAL_RANK", "MASTER_ADDR", "MASTER_PORT") if name not in os.environ
    ]
    if count > 1 and missing:
        raise ConfigError(
            f"WORLD_SIZE={count} says that {count} processes train together, but {', '.join(missing)} is not set: "
            "start training with torchrun or accelerate launch, or unset WORLD_SIZE"
        )
    return count


def is_main() -> bool:
    """Whether this process writes the run folder: the first one, or the only one."""
    return processes() == 1 or os.environ["RANK"] == "0"


def shared_folder(folder: Path, use_cpu: bool) -> Path:
    """Return the run folder of the first process: each has made its own name from the time at which it started."""
    if processes() == 1:
        return folder
    from accelerate import PartialState
    from accelerate.utils import broadcast_object_list

    PartialState(cpu=use_cpu)
    named = [str(folder.absolute())]
    broadcast_object_list(named, from_process=0)
    return Path(named[0])


def leave() -> None:
    """Say goodbye to the other processes: what follows is done by the first alone."""
    if processes() > 1:
        import torch.distributed

        if torch.distributed.is_initialized():
            torch.distributed.barrier()
            torch.distributed.destroy_process_group()
