"""The command line: one file per command, imported when it is called."""

import os
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module

import rich_click as click
from click.exceptions import Exit

from wheelmatrix import __version__
from wheelmatrix.cli.failure import tell, tell_usage
from wheelmatrix.errors import WheelmatrixError
from wheelmatrix.options import nearest

COMMANDS = {
    "build": "wheelmatrix.cli.build",
    "develop": "wheelmatrix.cli.develop",
    "sdist": "wheelmatrix.cli.sdist",
    "plan": "wheelmatrix.cli.plan",
    "list-python": "wheelmatrix.cli.list_python",
    "audit": "wheelmatrix.cli.audit",
    "verify": "wheelmatrix.cli.verify",
    "collect": "wheelmatrix.cli.collect",
    "upload": "wheelmatrix.cli.upload",
    "publish": "wheelmatrix.cli.publish",
    "watch": "wheelmatrix.cli.watch",
    "report": "wheelmatrix.cli.report",
    "replay": "wheelmatrix.cli.replay",
    "clean": "wheelmatrix.cli.clean",
    "new": "wheelmatrix.cli.new",
    "init": "wheelmatrix.cli.init",
    "generate-ci": "wheelmatrix.cli.generate_ci",
    "completions": "wheelmatrix.cli.completions",
    "schema": "wheelmatrix.cli.schema",
}
"""Name of a command to the module that has it as `command`, in the order of the help."""

_ALIASES = {"b": "build", "dev": "develop"}
_INTERRUPTED = 130
_BROKEN_PIPE = 141


class _Commands(click.RichGroup):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        name = _ALIASES.get(cmd_name, cmd_name)
        if name not in COMMANDS:
            return None
        command: click.Command = import_module(COMMANDS[name]).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            guess = nearest(args[0], COMMANDS)
            raise click.UsageError(f"no such command: {args[0]}" + (f"; did you mean {guess}?" if guess else ""), ctx)
        return super().resolve_command(ctx, args)


def main(arguments: Sequence[str]) -> int:
    """Run one command; returns the exit code. Results go to stdout, everything else to stderr."""
    _write_any_path()
    if asked := os.environ.get("_WHEELMATRIX_COMPLETE"):  # a shell asks what may come next
        answered: int = import_module(COMMANDS["completions"]).complete(program, asked)
        return answered
    try:
        with program.make_context("wheelmatrix", list(arguments) or ["--help"]) as ctx:
            code = program.invoke(ctx)
        sys.stdout.flush()
    except Exit as done:  # --help and --version end so
        return done.exit_code
    except WheelmatrixError as error:
        tell(error, arguments)
        return error.exit_code
    except click.UsageError as error:
        tell_usage(error, arguments)
        return 2
    except BrokenPipeError:
        _close_stdout()
        return _BROKEN_PIPE
    except (KeyboardInterrupt, click.Abort):
        return _INTERRUPTED
    except Exception:
        traceback.print_exc()
        print("error: this is a bug of wheelmatrix; please report it with the lines above", file=sys.stderr)
        return 1
    return code if isinstance(code, int) else 0


def _write_any_path() -> None:
    """Let a path that is no UTF-8 be written as the bytes it is, and any text to a stream that is not UTF-8."""
    for stream in (sys.stdout, sys.stderr):
        encoding = (getattr(stream, "encoding", None) or "").lower().replace("-", "")
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="surrogateescape" if encoding == "utf8" else "backslashreplace")


def _close_stdout() -> None:
    """Point stdout to nowhere, so that the interpreter's last flush does not fail, too."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


@click.group(
    "wheelmatrix",
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 ok, 1 a bug, 2 configuration, 3 nothing to build, 4 tool missing, 5 compile, 6 audit, "
    "7 pack, 8 upload, 9 verify, 10 install",
)
@click.version_option(__version__, "-V", "--version", message="wheelmatrix %(version)s")
def program() -> None:
    """Build every wheel of a Rust extension at once."""
