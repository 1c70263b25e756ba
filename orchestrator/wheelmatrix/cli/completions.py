"""`wheelmatrix completions`: what a shell has to know to complete command lines."""

import sys

import rich_click as click
from click.shell_completion import CompletionItem, ShellComplete, get_completion_class

from wheelmatrix.errors import WheelmatrixError

VARIABLE = "_WHEELMATRIX_COMPLETE"
"""By which a shell asks the program what may come next: `zsh_complete`."""
_HINTS = {
    "bash": 'eval "$(wheelmatrix completions bash)" in ~/.bashrc',
    "zsh": 'eval "$(wheelmatrix completions zsh)" in ~/.zshrc, after compinit',
    "fish": "wheelmatrix completions fish > ~/.config/fish/completions/wheelmatrix.fish",
}


@click.command("completions")
@click.argument("shell", type=click.Choice(list(_HINTS)))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print the script by which a shell completes the commands and options of wheelmatrix."""
    asks = _of(shell, ctx.find_root().command)
    # Not `source()`, which for bash starts a bash to ask for its version: the script is for another one.
    click.echo(asks.source_template % asks.source_vars())
    if sys.stdout.isatty():
        click.echo(f"to use it: {_HINTS[shell]}", err=True)


def complete(program: click.Command, instruction: str) -> int:
    """Print what may come next in the command line that the shell has in its variables; returns the exit code.

    What is wrong with the line is not told: it is not complete. Where nothing is known to come next, files do.
    """
    shell, _, what = instruction.partition("_")
    if shell not in _HINTS or what != "complete":
        return 2
    asks = _of(shell, program)
    words, begun = asks.get_completion_args()
    try:
        found = asks.get_completions(words, begun)
    except (WheelmatrixError, click.UsageError):
        found = []
    if not found and not begun.startswith("-"):
        found = [CompletionItem(begun, type="file")]
    click.echo("\n".join(map(asks.format_completion, found)))
    return 0


def _of(shell: str, program: click.Command) -> ShellComplete:
    kind = get_completion_class(shell)
    if kind is None:
        raise AssertionError("click knows these shells")
    return kind(program, {}, "wheelmatrix", VARIABLE)
