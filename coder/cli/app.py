"""The Typer application that gathers the commands."""

import typer

from coder.cli import train as training
from coder.cli.actors import actors_app
from coder.cli.classify import classify
from coder.cli.code import code
from coder.cli.codes import codes
from coder.cli.corpus import corpus_app
from coder.cli.evaluate import evaluate
from coder.cli.export import export

app = typer.Typer(
    name="coder",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Turn political news into coded CAMEO event tuples; train the model that does it.",
)
app.command()(code)
app.command()(classify)
app.command()(evaluate)
app.command(context_settings=training.SETTINGS, add_help_option=False)(training.train)
app.command()(export)
app.command()(codes)
app.add_typer(corpus_app, name="corpus")
app.add_typer(actors_app, name="actors")
