"""A field of the options says itself what it is called, and where it may be given."""

from dataclasses import dataclass, fields

import pytest

from wheelmatrix.options import BuildOptions, ScreenOptions, options_of
from wheelmatrix.options.facts import Facts, option

EVERY = [*options_of(BuildOptions), *options_of(ScreenOptions)]


@dataclass(frozen=True)
class Sample:
    depth: int = option(3, "How deep", flags=("--depth",), minimum=0)


def test_a_field_has_its_default_and_its_facts() -> None:
    [field] = fields(Sample)

    assert Sample().depth == 3
    assert field.metadata["facts"] == Facts(help="How deep", flags=("--depth",), minimum=0)


def test_a_fact_that_there_is_not_is_refused() -> None:
    with pytest.raises(TypeError, match="colour"):
        option(3, "How deep", colour="red")


@pytest.mark.parametrize("one", EVERY, ids=lambda one: one.name)
def test_the_facts_of_every_option_go_together(one: object) -> None:
    facts: Facts = one.facts  # type: ignore[attr-defined]  # pytest hands parameters on as objects

    assert facts.help
    assert not facts.help.endswith(".")
    assert all(flag.startswith("-") for flag in (*facts.flags, *facts.hidden_flags))
    assert not facts.no_flag or facts.no_flag.startswith("--no-")
    assert not facts.aliases or facts.key
    assert facts.scope in ("run", "project", "target", "cell")
    assert not set(facts.refused) & set(facts.choices)
