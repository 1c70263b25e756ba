import pytest
from small_project import gathered

from wheelmatrix.errors import ConfigError
from wheelmatrix.options import BuildOptions
from wheelmatrix.project.described import project

HEAD = '[project]\nname = "tiny"\nversion = "1"\n'


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("R.md", "text/markdown; charset=UTF-8; variant=GFM"),
        ("R.rst", "text/x-rst; charset=UTF-8"),
        ("R", "text/plain; charset=UTF-8"),
    ],
)
def test_the_suffix_tells_the_content_type(name: str, content_type: str) -> None:
    text = project(BuildOptions(), gathered(f'{HEAD}readme = "{name}"', texts={name: "hé\n"})).metadata.text.decode()

    assert f"\nDescription-Content-Type: {content_type}\n" in text
    assert text.endswith("\n\nhé\n\n")


def test_line_ends_stay_as_they_are() -> None:
    found = project(BuildOptions(), gathered(f'{HEAD}readme = "R"', texts={"R": "a\r\nb\r\n"}))

    assert found.metadata.text.endswith(b"\n\na\r\nb\r\n\n")


def test_a_text_in_the_table_is_the_readme() -> None:
    found = project(BuildOptions(), gathered(f'{HEAD}readme = {{text = "hi", content-type = "text/x-rst"}}'))

    assert found.metadata.text.endswith(b"Description-Content-Type: text/x-rst\n\nhi\n")


def test_a_readme_outside_of_project_and_workspace_is_refused() -> None:
    with pytest.raises(ConfigError, match="outside of the project"):
        project(BuildOptions(), gathered(f'{HEAD}readme = "../R.md"', texts={"/R.md": ""}))


def test_without_project_table_the_customary_readme_is_taken() -> None:
    found = project(BuildOptions(), gathered("", texts={"README.rst": "rst", "README": "plain"})).metadata

    assert b"Description-Content-Type: text/x-rst" in found.text
    assert found.text.endswith(b"\n\nrst\n")


def test_a_table_without_content_type_is_a_warning() -> None:
    found = project(BuildOptions(), gathered(f'{HEAD}readme = {{file = "R.md"}}', texts={"R.md": "hi"}))

    assert b"Description-Content-Type" not in found.metadata.text
    assert any("no content-type" in each for each in found.warnings)
