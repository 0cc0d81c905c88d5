"""Daft's runner: in this process's machine, or on the Ray cluster at an address."""

import logging
import os
import socket
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from coder.errors import InputError, MissingExtraError

# A cluster that does not answer a connection by then is not there; Ray itself tries for minutes.
_CONNECT_SECONDS = 5.0
_CLIENT_PORT, _HEAD_PORT = 10001, 6379


@dataclass(frozen=True, slots=True)
class Session:
    """A Daft runner that is set for this process: ``runner`` is "native" or "ray", ``cpus`` how many it can use."""

    daft: ModuleType
    runner: str
    cpus: int


def start_session(address: str | None) -> Session:
    """Return the session of this process: Daft in process, or on the Ray cluster at ``address``.

    ``address`` is ``ray://HOST[:PORT]`` (Ray client, from outside of the cluster), ``HOST[:PORT]`` or ``auto`` (from a machine of the
    cluster). None keeps a runner that the caller's own pipeline has set. Raises MissingExtraError when Daft or Ray is not installed,
    InputError when no cluster answers at the address.
    """
    daft = import_daft()
    if address is None:
        runner = daft.runners.get_or_infer_runner_type()
        return Session(daft, runner, _ray_cpus() if runner == "ray" else os.cpu_count() or 1)
    try:
        import ray
    except ImportError:
        raise MissingExtraError("ray", "scale", "--address") from None
    _check_address(address)
    # Nothing is to leave the machine unasked: Ray reports usage unless told otherwise.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        if not ray.is_initialized():
            ray.init(address=address, log_to_driver=False, logging_level=logging.WARNING)
        daft.set_runner_ray(noop_if_initialized=True)
    except Exception as error:
        # Ray raises whatever its layers do (ConnectionError, RuntimeError, ValueError); all of it means the same here.
        raise InputError(
            f"the Ray cluster at {address!r} cannot be used: {type(error).__name__}: {_first_line(error)}"
        ) from error
    return Session(daft, "ray", _ray_cpus())


def import_daft() -> Any:
    """Return the module ``daft``, its usage reports switched off; raises MissingExtraError with the pip command."""
    os.environ.setdefault("DAFT_ANALYTICS_ENABLED", "0")
    os.environ.setdefault("DAFT_PROGRESS_BAR", "0")
    try:
        import daft
        import daft.runners
    except ImportError:
        raise MissingExtraError("daft", "scale", "coding with Daft (--engine daft)") from None
    return daft


def _ray_cpus() -> int:
    import ray

    return max(1, int(ray.cluster_resources().get("CPU", 1))) if ray.is_initialized() else 1


def _check_address(address: str) -> None:
    """Raise InputError unless something accepts connections at the address."""
    if address in ("auto", "local"):
        return
    is_client = address.startswith("ray://")
    host, _, port = address.removeprefix("ray://").partition("/")[0].rpartition(":")
    if not host:
        host, port = port, str(_CLIENT_PORT if is_client else _HEAD_PORT)
    if not host or not port.isdigit() or int(port) > 65535 or "://" in host:
        raise InputError(
            f"--address is ray://HOST:PORT, HOST:PORT or auto, found {address!r}: "
            f"a Ray client listens on port {_CLIENT_PORT}, a cluster head on {_HEAD_PORT}"
        )
    try:
        socket.create_connection((host.strip("[]"), int(port)), _CONNECT_SECONDS).close()
    except OSError as error:
        hint = (
            f"the port of the Ray client, by default {_CLIENT_PORT}"
            if is_client
            else f"the port of the head, by default {_HEAD_PORT}"
        )
        raise InputError(
            f"no Ray cluster answers at {address!r} ({error.strerror or error}): start one with 'ray start --head', "
            f"and check host and port ({hint})"
        ) from None


def _first_line(error: BaseException) -> str:
    return next((line for line in str(error).splitlines() if line.strip()), "no reason given")
