import pytest

from wheelmatrix.project.fields import cargo_headers, leaves, one_line, project_headers

PACKAGE = {
    "description": "From\n  Cargo",
    "keywords": ["a", "b"],
    "authors": ["Ann <ann@example.org>"],
    "license": "MIT",
    "homepage": "https://example.org",
    "repository": "https://example.org/code",
}


def test_a_project_without_table_takes_everything_from_cargo() -> None:
    found = dict(cargo_headers(PACKAGE, {}))

    assert found["Summary"] == "From Cargo"
    assert found["Keywords"] == "a,b"
    assert found["Author"] == found["Author-email"] == "Ann <ann@example.org>"
    assert found["License"] == "MIT"


def test_a_static_field_is_not_taken_from_cargo() -> None:
    found = dict(cargo_headers(PACKAGE, {"name": "x", "description": "Own"}))

    assert "Summary" not in found
    assert "License" not in found


@pytest.mark.parametrize(
    ("project", "is_left"),
    [({}, True), ({"name": "x"}, False), ({"name": "x", "dynamic": ["license"]}, True)],
)
def test_a_field_is_cargos_when_it_is_dynamic_or_there_is_no_project(project: dict[str, object], is_left: bool) -> None:
    assert leaves("license", project) is is_left


def test_people_with_special_names_are_quoted() -> None:
    people = [{"name": "Doe, Jane", "email": "jane@example.org"}, {"name": "Nobody"}]

    found = dict(project_headers({"authors": people}))

    assert found == {"Author": "Nobody", "Author-email": '"Doe, Jane" <jane@example.org>'}


def test_extras_are_normalised_and_named_once() -> None:
    project = {"optional-dependencies": {"My_Extra": ["a"], "my-extra": ["b"]}}

    found = list(project_headers(project))

    assert found.count(("Provides-Extra", "my-extra")) == 1
    assert ("Requires-Dist", "b ; extra == 'my-extra'") in found


def test_a_summary_has_one_line() -> None:
    assert one_line("  two\n  lines \n") == "two lines"
