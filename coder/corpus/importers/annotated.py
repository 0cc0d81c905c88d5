"""Import of files in our own markup (grade "tuples")."""

from __future__ import annotations

from pathlib import Path

from coder.corpus.importers.result import ImportResult
from coder.corpus.markup import CodeTable, Problem, batch_lines, scan_line


def import_markup(path: Path, known: CodeTable, *, batch: str = "") -> ImportResult:
    """Import annotated sentences; broken lines are rejected with all that is wrong with them.

    Raises CorpusError when the file cannot be read.
    """
    result = ImportResult()
    for number, line in batch_lines(path):
        sentence, problems = scan_line(
            line, file=str(path), number=number, batch=batch or path.stem, known=known
        )
        if sentence is None:
            result.reject(number, "; ".join(map(_reason, problems)), line)
        else:
            result.sentences.append(sentence)
    return result


def _reason(problem: Problem) -> str:
    return f"column {problem.column}: {problem.text}"
