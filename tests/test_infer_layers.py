"""Layers import only leftwards, and nothing after training needs torch."""

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

import coder

PACKAGE = Path(coder.__file__).parent
LEFT = {
    "ontology": set(),
    "corpus": {"ontology"},
    "learn": {"ontology", "corpus", "infer"},
    "infer": {"ontology"},
    "resolve": {"ontology", "infer"},
    "pipeline": {"ontology", "infer", "resolve"},
    "report": {"ontology", "corpus", "infer", "resolve", "pipeline"},
    "cli": {"ontology", "corpus", "learn", "infer", "resolve", "pipeline", "report"},
}
TRAINING = {
    "torch",
    "transformers",
    "datasets",
    "sklearn",
    "hydra",
    "omegaconf",
    "nncf",
    "onnx",
    "accelerate",
}


@cache
def imports(layer: str) -> set[tuple[str, str]]:
    """(file, module) for every import of a layer, those inside functions too."""
    found = set()
    for path in sorted((PACKAGE / layer).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {(path.name, alias.name) for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{path}: relative import"
                found.add((path.name, node.module or ""))
    return found


def test_every_folder_of_the_package_is_a_layer() -> None:
    folders = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert folders == set(LEFT)


@pytest.mark.parametrize("layer", LEFT)
def test_layers_import_only_leftwards(layer: str) -> None:
    wrong = [
        (file, module)
        for file, module in imports(layer)
        if module.startswith("coder.")
        and (other := module.split(".")[1]) in LEFT
        and other not in LEFT[layer] | {layer}
    ]
    assert not wrong


@pytest.mark.parametrize("layer", sorted(set(LEFT) - {"learn"}))
def test_packages_for_training_are_imported_in_learn_alone(layer: str) -> None:
    # The command for training tells Hydra's errors from others.
    allowed = {("train.py", "hydra.errors"), ("train.py", "omegaconf.errors")} if layer == "cli" else set()
    wrong = {(file, module) for file, module in imports(layer) if module.split(".")[0] in TRAINING} - allowed
    assert not wrong


def test_importing_coder_loads_nothing_heavy() -> None:
    heavy = {*TRAINING, "numpy", "pyarrow", "openvino", "onnxruntime", "tokenizers", "rich", "typer"}
    code = f"import coder, sys; print(sorted({heavy!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_parser_loads_no_package_for_training() -> None:
    code = f"import coder.infer.parser, coder.pipeline.predictor, sys; print(sorted({TRAINING!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_starting_the_command_loads_no_package_for_training() -> None:
    code = f"import coder.cli.app, sys; print(sorted(({TRAINING!r} | {{'numpy', 'pyarrow'}}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
