import re
from pathlib import Path

import jsonschema
import pytest
import tomli
from tests.reference import pages, stale

from wheelmatrix.options import BuildOptions, ScreenOptions, options_of, schema

ROOT = Path(__file__).parent.parent.parent
PAGES = (ROOT / "README.md", ROOT / "docs" / "options.md")
EXAMPLES = [
    pytest.param(block, id=f"{page.name}-{place}")
    for page in PAGES
    for place, block in enumerate(re.findall(r"```toml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL))
]


def validate(text: str) -> None:
    jsonschema.Draft7Validator(schema()).validate(tomli.loads(text))


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft7Validator.check_schema(schema())


@pytest.mark.parametrize("block", EXAMPLES)
def test_the_examples_of_the_documentation_fit_the_schema(block: str) -> None:
    validate(block)


@pytest.mark.parametrize(
    "line",
    [
        "jobs = -1",
        "jobs = '2'",
        "compression-level = 10",
        "auditwheel = 'mend'",
        "enable = ['jython']",
        "unheard-of = 1",
        "features = [{python-version = '3.9'}]",
        "exclude = [{path = 'a', from = 'out-dir'}]",
        "overrides = [{strip = true}]",
        "verify = 'import'",
        "verify = {level = 'most'}",
        "verify = {timeout = 0}",
        "verify.pythons = {'cp312-*' = []}",
        "verify.unheard-of = 1",
        "overrides = [{select = '*', out = 'dist'}]",
        "overrides = [{select = '*', strip = true, inherit = {strip = 'append'}}]",
    ],
)
def test_the_schema_finds_what_is_wrong(line: str) -> None:
    with pytest.raises(jsonschema.ValidationError):
        validate(f"[tool.wheelmatrix]\n{line}\n")


def test_every_key_is_in_the_schema_and_on_the_page() -> None:
    table = schema()["properties"]["tool"]["properties"]["wheelmatrix"]["properties"]  # type: ignore[index]
    page = pages()["options.md"]
    for option in options_of(BuildOptions):
        outer, dot, inner = option.facts.key.partition(".")
        assert not outer or (inner in table[outer]["properties"] if dot else outer in table)
        assert f"`{option.variable or option.facts.key}`" in page


def test_every_flag_and_variable_means_one_option() -> None:
    options = (*options_of(BuildOptions), *options_of(ScreenOptions))
    spellings = [
        name
        for option in options
        for name in (
            *option.facts.flags,
            *option.facts.hidden_flags,
            *option.facts.shorthands,
            option.facts.no_flag,
            option.variable,
            *option.facts.variables,
        )
        if name
    ]
    keys = [key for option in options for key in (option.facts.key, *option.facts.aliases) if key]

    twice = {each for each in spellings if spellings.count(each) > 1}
    assert twice == {"-r"}  # a repository where there is one, else release: `cli.arguments.parameters`
    assert len(keys) == len(set(keys))


def test_excluded_fields_exist() -> None:
    names = {option.name for option in options_of(BuildOptions)}

    assert all(names.issuperset(option.facts.excludes) for option in options_of(BuildOptions))


def test_the_reference_is_current() -> None:
    assert stale() == []
