"""`wheelmatrix completions`: what a shell has to know to complete command lines."""

import os
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
    "elvish": "eval (wheelmatrix completions elvish | slurp) in ~/.config/elvish/rc.elv",
    "nushell": "wheelmatrix completions nushell | save -f ($nu.user-autoload-dirs | first | path join wheelmatrix.nu)",
    "powershell": "wheelmatrix completions powershell | Out-String | Invoke-Expression in $PROFILE",
}


class _ByLine(ShellComplete):
    """A shell that hands over its words, and is answered, line by line: value, tab, kind, tab, help.

    COMP_WORDS has the words up to the cursor, the last of them begun, maybe empty.
    """

    def get_completion_args(self) -> tuple[list[str], str]:
        words = os.environ.get("COMP_WORDS", "").split("\n")
        return words[1:-1], words[-1]

    def format_completion(self, item: CompletionItem) -> str:
        help_text = " ".join((item.help or "").split())
        return f"{item.value}\t{item.type}\t{help_text}"


class _Elvish(_ByLine):
    """Source: the reference of elvish's `edit:` module, "Argument completer"; runs on 0.18 and later."""

    name = "elvish"
    source_template = """\
use str
set edit:completion:arg-completer[%(prog_name)s] = {|@words|
  tmp E:COMP_WORDS = (str:join "\\n" $words)
  tmp E:%(complete_var)s = elvish_complete
  %(prog_name)s 2>/dev/null | from-lines | each {|line|
    var value kind help = (str:split "\\t" $line)
    if (or (eq $kind file) (eq $kind dir)) {
      edit:complete-filename $words[-1]
    } elif (eq $help '') {
      put $value
    } else {
      edit:complex-candidate $value &display=$value' ('$help')'
    }
  }
}
"""


class _Nushell(_ByLine):
    """Source: The Nushell cookbook, "External Completers": what is no list leaves the word to nushell's own files.

    Runs on 0.110. The completer of before answers for all other programs.
    """

    name = "nushell"
    source_template = """\
let completer_before = $env.config.completions?.external?.completer?
$env.config.completions.external.completer = {|words|
    if ($words | first) == "%(prog_name)s" {
        let asked = { COMP_WORDS: ($words | str join (char newline)), %(complete_var)s: nushell_complete }
        let told = with-env $asked { ^%(prog_name)s | complete } | get stdout | lines | compact --empty
            | split column (char tab) value kind help
        if ($told | any {|each| $each.kind != plain }) {
            null
        } else {
            $told | each {|each| { value: $each.value, description: $each.help } }
        }
    } else if $completer_before != null {
        do $completer_before $words
    }
}
"""


class _PowerShell(_ByLine):
    """Source: PowerShell's documentation of Register-ArgumentCompleter; where nothing is answered it takes files."""

    name = "powershell"
    source_template = """\
Register-ArgumentCompleter -Native -CommandName %(prog_name)s -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements |
        Where-Object { $_.Extent.StartOffset -lt $cursorPosition } | ForEach-Object { "$_" })
    if ($wordToComplete -eq '') { $words += '' }
    $env:COMP_WORDS = $words -join "`n"
    $env:%(complete_var)s = 'powershell_complete'
    try {
        %(prog_name)s 2>$null | ForEach-Object {
            $value, $kind, $help = $_ -split "`t", 3
            if ($kind -eq 'plain') {
                if (-not $help) { $help = $value }
                [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $help)
            }
        }
    } finally {
        Remove-Item Env:COMP_WORDS, Env:%(complete_var)s -ErrorAction SilentlyContinue
    }
}
"""


_OWN: dict[str, type[ShellComplete]] = {"elvish": _Elvish, "nushell": _Nushell, "powershell": _PowerShell}
"""Shells that click does not know."""


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
    kind = _OWN.get(shell) or get_completion_class(shell)
    if kind is None:
        raise AssertionError("click knows these shells")
    return kind(program, {}, "wheelmatrix", VARIABLE)
