from email.parser import BytesParser

import pytest
from small_project import PYO3, gathered, metadata, tiny

from wheelmatrix.errors import ConfigError
from wheelmatrix.model import Metadata, Project
from wheelmatrix.options import BuildOptions
from wheelmatrix.project.described import project

CARGO = {
    "homepage": "https://h.example",
    "repository": "https://r.example",
    "description": " two\n  lines ",
    "keywords": ["a", "b"],
    "authors": ["A <a@b.c>"],
    "license": "MIT",
}


def made(table: str, **cargo: object) -> Project:
    text = f'[project]\nname = "Tiny.X"\n{table}\n' if table else ""
    return project(BuildOptions(), gathered(text, cargo=metadata(tiny(**cargo), *PYO3)))


def headers(found: Metadata) -> dict[str, list[str]]:
    message = BytesParser().parsebytes(found.text)
    return {name: [str(each) for each in message.get_all(name, [])] for name in message}


def test_cargo_speaks_where_there_is_no_project_table() -> None:
    found = headers(made("", **CARGO).metadata)

    assert found["Name"] == ["tiny"]
    assert found["Version"] == ["0.1.0"]
    assert found["Summary"] == ["two lines"]
    assert found["License"] == ["MIT"]
    assert found["Author-email"] == ["A <a@b.c>"]
    assert found["Project-URL"] == ["Homepage, https://h.example", "Source Code, https://r.example"]


def test_of_a_static_project_cargo_gives_the_home_page_alone() -> None:
    found = headers(made('version = "1"', **CARGO).metadata)

    assert found == {
        "Metadata-Version": ["2.4"],
        "Name": ["Tiny.X"],
        "Version": ["1"],
        "Home-Page": ["https://h.example"],
    }


def test_requirements_are_written_as_maturin_does() -> None:
    found = headers(made("version = '1'\ndependencies = ['Foo_Bar >=1,<2', \"t; python_version<='3.11'\"]").metadata)

    assert found["Requires-Dist"] == ["foo-bar>=1,<2", "t ; python_full_version < '3.12'"]


def test_a_licence_text_is_folded_and_cannot_add_headers() -> None:
    text = made('version = "1"\nlicense = {text = "MIT\\nName: evil"}').metadata.text

    assert b"License: MIT\r\n\tName: evil\n" in text


@pytest.mark.parametrize(
    ("text", "version"), [("1.0.0-rc.1", "1.0.0rc1"), ("1.0+Local.1", "1.0+local.1"), ("1.0.0-alpha", "1.0.0a0")]
)
def test_versions_are_made_normal(text: str, version: str) -> None:
    assert made(f'version = "{text}"').metadata.version == version


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('version = "x.y"', "no Python version"),
        ('version = "1"\ndynamic = ["name"]', "name cannot be dynamic"),
        ('version = "1"\ndependencies = ["!"]', "dependencies"),
        ('version = "1"\nreadme = "no.md"', "readme is not there"),
        ('version = "1"\nlicense = {file = "no"}', "licence file is not there"),
        ('version = "1"\nlicense-files = ["no*"]', "matches no file"),
        ('version = "1"\nlicense-files = ["../no*"]', "inside of the project"),
    ],
)
def test_what_is_wrong_is_said(table: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        made(table)


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        made('version = "x.y"\nreadme = "no.md"\nlicense = {file = "no"}')

    assert len(caught.value.issues) == 3


def test_dead_keys_of_cargo_are_refused() -> None:
    with pytest.raises(ConfigError, match="no longer takes scripts"):
        made('version = "1"', metadata={"maturin": {"scripts": {}}})


def test_unknown_keys_are_a_warning() -> None:
    assert "unknown key 'homepage' in [project] is ignored" in made('version = "1"\nhomepage = "x"').warnings
    said = "unknown key 'require-python' in [project] is ignored; did you mean requires-python?"
    assert said in made('version = "1"\nrequire-python = ">=3.9"').warnings


def test_entry_points_are_written_by_group() -> None:
    table = 'version = "1"\n[project.scripts]\na-b = "m:f"\n[project.entry-points.x]\nz = "m"'

    text = made(table).metadata.entry_points.decode()

    assert [line for line in text.splitlines() if line] == ["[console_scripts]", "a-b=m:f", "[x]", "z=m"]
