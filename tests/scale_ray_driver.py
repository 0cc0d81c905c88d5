"""Codes a folder on a Ray cluster of two machines, both on this one, and ends a worker midway; a program of its own, since a process has
one runner of Daft only.

usage: scale_ray_driver.py none|process|machine|client SOURCE OUTPUT LOG
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pipeline_fakes import FakeEngine, FakeParser

from coder.infer.records import ParsedEvent
from coder.pipeline.coding import EventCoder
from coder.pipeline.run import Listeners, RunOptions, run
from coder.pipeline.summary import Summary

# Nothing leaves the machine.
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")


class SlowParser(FakeParser):
    """Takes its time, so that there is a midway."""

    def parse(self, sentences: Sequence[str]) -> list[list[ParsedEvent]]:
        time.sleep(0.5)
        return super().parse(sentences)


class SlowEngine(FakeEngine):
    def load(self) -> EventCoder:
        coder = super().load()
        coder.parser = SlowParser()
        return coder


def cluster_of_two() -> tuple[Any, Any]:
    """A head without work, as is usual, and two machines of one CPU each."""
    from ray.cluster_utils import Cluster

    head = {"num_cpus": 0, "include_dashboard": False}
    for attempt in range(4):
        try:
            cluster = Cluster(initialize_head=True, head_node_args=head)
            break
        except Exception:
            # Ray gives its parts fifteen seconds to start, which a busy machine may not keep.
            if attempt == 3:
                raise
    cluster.add_node(num_cpus=1)
    second = cluster.add_node(num_cpus=1)
    cluster.wait_for_nodes()
    return cluster, second


def main(mode: str, source: Path, output: Path, log: Path) -> None:
    told: list[str] = []
    state: dict[str, str | None] = {"killed": None}
    cluster, second = cluster_of_two()

    def kill(summary: Summary) -> None:
        if state["killed"] or not summary.articles or mode == "none":
            return
        if mode == "machine":
            cluster.remove_node(second, allow_graceful=False)
            state["killed"] = "machine"
        else:
            worker = log.read_text().split()[0]
            state["killed"] = worker
            os.kill(int(worker), signal.SIGKILL)

    address = cluster.address
    server = None
    if mode == "client":
        port = "23007"
        command = [sys.executable, "-m", "ray.util.client.server", "--address", address, "--port", port]
        server = subprocess.Popen([*command, "--host", "127.0.0.1"])
        time.sleep(8)
        address = f"ray://127.0.0.1:{port}"
    options = RunOptions((str(source),), output, engine="daft", address=address)
    started = time.monotonic()
    try:
        summary = run(options, SlowEngine(log=log), Listeners(told.append, kill), lambda groups: None)
    finally:
        if server is not None:
            server.terminate()
    result = {
        "articles": summary.articles,
        "events": summary.events,
        "errors": summary.errors,
        "killed": state["killed"],
        "processes": log.read_text().split(),
        "told": told,
        "seconds": round(time.monotonic() - started, 1),
    }
    print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], *map(Path, sys.argv[2:5]))
