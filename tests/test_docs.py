"""The examples of README.md and docs/ run, and print what the page says."""

import doctest
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
_FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def python_blocks(page: Path) -> list[str]:
    blocks = re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    return [block for block in blocks if ">>>" in block]


def console_blocks(page: Path) -> list[tuple[str, str]]:
    """(command, output) of ```console blocks; a block may hold several commands."""
    found = []
    for block in re.findall(r"```console\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            if output.strip():  # a command shown without output is an illustration
                found.append((command, output))
    return found


@pytest.mark.parametrize("page", [p for p in PAGES if python_blocks(p)], ids=lambda p: p.name)
def test_python_examples_print_what_the_page_says(page: Path) -> None:
    names: dict[str, object] = {}
    runner = doctest.DocTestRunner(optionflags=_FLAGS)
    for number, block in enumerate(python_blocks(page)):
        test = doctest.DocTestParser().get_doctest(block, names, f"{page.name}[{number}]", str(page), 0)
        out: list[str] = []
        runner.run(test, out=out.append, clear_globs=False)
        names = test.globs
        assert not "".join(out), "".join(out)
    assert runner.summarize(verbose=False).attempted > 0


_CONSOLE = [(page, command, output) for page in PAGES for command, output in console_blocks(page)]


@pytest.mark.parametrize(
    ("page", "command", "output"), _CONSOLE, ids=[f"{page.name}: {command}" for page, command, _ in _CONSOLE]
)
def test_commands_print_what_the_page_says(page: Path, command: str, output: str) -> None:
    words = shlex.split(command)
    assert words[0] == "coder", f"only coder commands stand in console blocks, found {command!r}"
    done = subprocess.run(
        [sys.executable, "-c", "from coder.cli import main; main()", *words[1:]],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    checker = doctest.OutputChecker()
    assert checker.check_output(output, done.stdout, _FLAGS), done.stdout
