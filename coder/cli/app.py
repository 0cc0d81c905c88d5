"""The Typer application that gathers the commands."""

import typer

from coder.cli.code import code
from coder.cli.codes import codes
from coder.cli.corpus import corpus_app

app = typer.Typer(
    name="coder",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Turn political news into coded CAMEO event tuples; train the model that does it.",
)
app.command()(code)
app.command()(codes)
app.add_typer(corpus_app, name="corpus")
