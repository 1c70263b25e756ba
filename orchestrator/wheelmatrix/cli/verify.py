"""`wheelmatrix verify`: do wheels that exist do what their names promise?"""

import os
from pathlib import Path

import rich_click as click

from wheelmatrix.cli import terminal
from wheelmatrix.cli.arguments import OptionsCommand, asked
from wheelmatrix.errors import VerifyError
from wheelmatrix.model.verified import TIERS
from wheelmatrix.options import VerifyOptions
from wheelmatrix.run.verify_files import verify_files
from wheelmatrix.show import verdicts
from wheelmatrix.verify.verdict import demanded, issues


def _verify(
    ctx: click.Context, files: tuple[str, ...], interpreters: tuple[str, ...], level: str | None, format_: str
) -> int:  # fmt: skip
    values = asked(ctx, VerifyOptions)
    if level is not None:
        values["verify"] = level
    options, found = verify_files(
        files, values, interpreters, directory=Path.cwd(), environment=dict(os.environ)
    )  # fmt: skip
    lowest = demanded(options.verify) or TIERS[0]
    if format_ == "json":
        click.echo(terminal.as_json([verdicts.as_json(verdict, lowest) for verdict in found]))
    else:
        click.echo("\n\n".join(verdicts.text(verdict, lowest) for verdict in found))
    return VerifyError.exit_code if any(issues(verdict, lowest) for verdict in found) else 0


command = OptionsCommand(
    VerifyOptions,
    name="verify",
    callback=_verify,
    help="Say of wheels whether they do what their names promise, as far as that can be tried here: static audit, "
    "simulated loader, import in real Pythons (of this machine, under qemu-user, under wine), your tests. "
    "Code of the wheels is run. The exit code is 9 if one of them must not be shipped.",
    params=[
        click.Argument(["files"], nargs=-1, required=True, metavar="FILE…"),
        click.RichOption(
            ["-i", "--interpreter", "interpreters"],
            multiple=True,
            metavar="PYTHON",
            help="Python of this machine to import in, by path or version; may be repeated (default: all that take it)",
            panel="Verify",
        ),
        click.RichOption(
            ["--level"],
            type=click.Choice(TIERS),
            default=None,
            help="Lowest tier that will do; higher ones are tried all the same",
            panel="Verify",
        ),
        click.RichOption(
            ["--format", "format_"], type=click.Choice(["text", "json"]), default="text", help="How to print it"
        ),
    ],
)
