"""Where the time goes: exclusive seconds of named stages, measured by wrapping public functions for a while."""

import functools
import importlib
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple


class Stopwatch:
    """Seconds a stage; a stage inside another stops the clock of the outer one."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._clock = clock
        self._open: list[str] = []
        self._since = 0.0

    @contextmanager
    def measure(self, stage: str) -> Iterator[None]:
        """Count the time of the block to ``stage``."""
        self._book()
        self._open.append(stage)
        try:
            yield
        finally:
            self._book()
            self._open.pop()

    def timed(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return ``function`` with its time counted to ``stage``."""

        @functools.wraps(function)
        def wrapper(*arguments: Any, **named: Any) -> Any:
            with self.measure(stage):
                return function(*arguments, **named)

        return wrapper

    def timed_iterator(self, stage: str, function: Callable[..., Iterable[Any]]) -> Callable[..., Any]:
        """Return ``function``, whose result is iterated, with the time of making each item counted to ``stage``."""

        @functools.wraps(function)
        def wrapper(*arguments: Any, **named: Any) -> Iterator[Any]:
            with self.measure(stage):
                source = iter(function(*arguments, **named))
            while True:
                with self.measure(stage):
                    try:
                        item = next(source)
                    except StopIteration:
                        return
                yield item

        return wrapper

    def _book(self) -> None:
        now = self._clock()
        if self._open:
            self.seconds[self._open[-1]] += now - self._since
        self._since = now


class Hook(NamedTuple):
    """A public function to time: the module or class that holds it, its name, its stage."""

    owner: str
    name: str
    stage: str
    iterates: bool = False


# The parser's own remainder, once tokenising and the model are taken out, is batching and decoding.
HOOKS = (
    Hook("coder.pipeline.run", "chunked", "read", iterates=True),
    Hook("coder.pipeline.coding", "segment", "segment"),
    Hook("coder.infer.parser", "encode_batch", "tokenise"),
    Hook("coder.infer.parser:EventParser", "parts", "tokenise"),
    Hook("coder.infer.parser:EventParser", "parse", "decode"),
    Hook("coder.resolve:Resolver", "resolve", "resolve"),
    Hook("coder.pipeline.coding:EventCoder", "code", "tuples"),
    Hook("coder.pipeline.parts:Parts", "add", "write"),
    Hook("coder.pipeline.run", "write_events", "write"),
)
STAGES = ("read", "segment", "tokenise", "model", "decode", "resolve", "tuples", "write", "other")


@contextmanager
def attached(watch: Stopwatch, hooks: Iterable[Hook] = HOOKS) -> Iterator[list[str]]:
    """Time the hooked functions while the block runs; yields the names of those that do not exist (any more),
    whose time falls to what calls them.
    """
    restore: list[tuple[Any, str, Any]] = []
    missing: list[str] = []
    try:
        for hook in hooks:
            module, _, inner = hook.owner.partition(":")
            owner = importlib.import_module(module)
            owner = getattr(owner, inner, None) if inner else owner
            function = getattr(owner, hook.name, None)
            if function is None:
                missing.append(f"{hook.owner}.{hook.name}")
                continue
            restore.append((owner, hook.name, function))
            wrap = watch.timed_iterator if hook.iterates else watch.timed
            setattr(owner, hook.name, wrap(hook.stage, function))
        yield missing
    finally:
        for owner, name, function in reversed(restore):
            setattr(owner, name, function)
