"""Command lines derived from the fields of options: what click is told, and what it heard."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

import rich_click as click

from wheelmatrix import resources, tables
from wheelmatrix.cli.maturin import check
from wheelmatrix.options import BuildOptions, Notes, Option, options_of
from wheelmatrix.options.kinds import TEXTS

_TRAILING = "wheelmatrix.trailing"
_GIVEN = "wheelmatrix.given"


class OptionsCommand(click.RichCommand):
    """A command whose options are the fields of dataclasses; what follows `--` is kept for rustc."""

    owners: tuple[type, ...]

    def __init__(
        self, *owners: type, leaves: type | None = None, without: Collection[str] = (), **settings: Any
    ) -> None:
        """`leaves`: a part of the owners whose options this command does not take; `without`: fields it leaves, too."""
        super().__init__(**settings)
        self.owners = owners
        self._own = tuple(str(parameter.name) for parameter in self.params)
        left = {*without, *(option.name for option in (options_of(leaves) if leaves else ()))}
        self.params.extend(each for owner in owners for each in parameters(owner, left))

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Hand click a command line in its own dialect."""
        ctx.meta[_GIVEN] = tuple(args)
        place = args.index("--") if BuildOptions in self.owners and "--" in args else len(args)
        ctx.meta[_TRAILING] = tuple(args[place + 1 :])
        options = [option for owner in self.owners for option in options_of(owner)]
        return super().parse_args(ctx, spread(check(args[:place]) if BuildOptions in self.owners else args, options))

    def invoke(self, ctx: click.Context) -> Any:
        """Call the callback with the context and the parameters that are no fields; `asked` returns the others."""
        if self.callback is None:
            raise AssertionError("a command without a callback does nothing")
        return ctx.invoke(self.callback, ctx, **{name: ctx.params[name] for name in self._own})

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """Return the usage line's parts."""
        pieces = super().collect_usage_pieces(ctx)
        return [*pieces, "[-- RUSTC_ARGS…]"] if BuildOptions in self.owners else pieces


def given(ctx: click.Context) -> tuple[str, ...]:
    """Return the arguments of the command, as the user wrote them."""
    return tuple(ctx.meta[_GIVEN])


def parameters(owner: type, without: Collection[str] = frozenset()) -> list[click.Parameter]:
    """Return click's options for the fields of `owner`, in their order, but for the fields `without`.

    A short flag that means two things belongs to the later field: `-r` is a repository where there is one.
    """
    options = [option for option in options_of(owner) if option.facts.flags and option.name not in without]
    own = {flag for option in options for flag in option.facts.flags}
    return [parameter for option in options for parameter in _of(option, own)]


def spread(args: Sequence[str], options: Iterable[Option]) -> list[str]:
    """Return `args` with every value behind a flag of its own: `-i 3.11 3.12` → `-i 3.11 -i 3.12`.

    That is how maturin's `-i` and `--compatibility` are used; `-i=3.11`, too, is put as click wants it.
    """
    greedy = {flag for option in options if option.facts.greedy for flag in _spellings(option)}
    done: list[str] = []
    flag = ""
    for word in args:
        name, equals, value = word.partition("=")
        short = word[:2]
        if name in greedy:
            flag = name
            done += [flag, value] if equals else []
            if not equals:
                done.append(flag)
        elif short in greedy and not word.startswith("--"):
            flag = short
            done += [flag, word[2:]]
        elif word.startswith("-") and word != "-":
            flag = ""
            done.append(word)
        else:
            done += [flag, word] if flag and done[-1] != flag else [word]
    return done


def asked(ctx: click.Context, owner: type) -> dict[str, object]:
    """Return what the command line says: field of `owner` to value; raises ConfigError with all that is wrong."""
    notes = Notes()
    values: dict[str, object] = {}
    for option in options_of(owner):
        if (found := _heard(option, ctx.params, notes)) is not None:
            values[option.name] = found
        if option.name == "rustc_args" and ctx.meta[_TRAILING]:
            values[option.name] = ctx.meta[_TRAILING]
    notes.raise_issues()
    return values


def _spellings(option: Option) -> tuple[str, ...]:
    return (*option.facts.flags, *option.facts.hidden_flags)


def _of(option: Option, own: Collection[str]) -> list[click.Parameter]:
    """Return an option's parameters; its shorthands give way to flags that are somebody's `own`."""
    facts = option.facts
    decided = [_main(option)]
    if facts.hidden_flags:
        decided.append(click.RichOption([*facts.hidden_flags, _hidden(option)], multiple=True, hidden=True))
    for value in dict.fromkeys(facts.shorthands.values()):
        spellings = [flag for flag, meant in facts.shorthands.items() if meant == value and flag not in own]
        decided.append(
            click.RichOption(
                [*spellings, _shorthand(option, value)],
                is_flag=True,
                hidden=facts.hides_shorthands,
                help=f"The same as {option.flag} {value}",
                panel=facts.panel,
            )
        )
    return decided


def _main(option: Option) -> click.Parameter:
    facts, names = option.facts, [*option.facts.flags, option.name]
    if facts.no_flag:
        names = [f"{option.flag}/{facts.no_flag}", option.name]
    shape: Mapping[str, Any]
    if facts.counts:
        shape = {"count": True}
    elif facts.takes_boolean:
        shape = {"is_flag": False, "flag_value": "true", "default": None, "metavar": "[true|false]"}
    elif facts.bare:
        shape = {"is_flag": False, "flag_value": facts.bare, "default": None, "metavar": facts.metavar}
    elif isinstance(option.default, bool):
        shape = {"is_flag": True, "default": None}
    else:
        shape = {"multiple": True, "metavar": facts.metavar or "|".join(facts.choices)}
    return click.RichOption(names, help=_help(option), panel=facts.panel, shell_complete=_completion(option), **shape)


def _completion(option: Option) -> Callable[[click.Context, click.Parameter, str], list[str]] | None:
    """Return what tells a shell the values that begin as the user began; None: they are not known."""
    if option.name == "targets":
        return lambda ctx, parameter, begun: [name for name in _triples() if name.startswith(begun)]
    choices = option.facts.choices
    return (lambda ctx, parameter, begun: [each for each in choices if each.startswith(begun)]) if choices else None


def _triples() -> Iterable[str]:
    return tables.load(resources.table_texts()).targets


def _help(option: Option) -> str:
    choices = ", ".join(option.facts.choices) if option.facts.metavar else ""
    default = str(option.default) if option.default and not isinstance(option.default, bool | tuple) else ""
    remarks = [choices, f"default: {default}" if default else ""]
    return " ".join([option.facts.help, *(f"({remark})" for remark in remarks if remark)])


def _hidden(option: Option) -> str:
    return f"{option.name}__hidden"


def _shorthand(option: Option, value: str) -> str:
    return f"{option.name}__{value}"


def _heard(option: Option, params: Mapping[str, Any], notes: Notes) -> object:
    """Return one option's value; None: the command line does not have it."""
    facts, found = option.facts, params.get(option.name)
    if facts.counts or isinstance(found, bool):
        return found or None if facts.counts else found
    words = [found] if isinstance(found, str) else [*(found or ()), *params.get(_hidden(option), ())]
    meant = [value for value in dict.fromkeys(facts.shorthands.values()) if params.get(_shorthand(option, value))]
    if meant and words:
        flags = [flag for flag, value in facts.shorthands.items() if value == meant[0]]
        notes.issue("", f"{flags[-1]} and {option.flag} cannot be used together", "keep one of them")
    if meant:
        return meant[0]
    if not words:
        return None
    if not option.kind.is_list:
        return option.kind.from_text(words[-1], facts, option.flag, notes)
    if option.kind is TEXTS and not facts.splits:
        return tuple(words)
    return tuple(part for word in words for part in option.kind.from_text(word, facts, option.flag, notes))
