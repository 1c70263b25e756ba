from dataclasses import replace
from pathlib import PurePath

import pytest

from wheelmatrix.errors import ConfigError
from wheelmatrix.model import Entry, Metadata
from wheelmatrix.options import BuildOptions, Given
from wheelmatrix.project.editable import check_version, for_editable, in_place
from wheelmatrix.project.layout import Layout
from wheelmatrix.project.precedence import resolve

PYPROJECT = PurePath("/p/pyproject.toml")


@pytest.mark.parametrize(
    ("command_line", "variables", "maturin", "profile"),
    [
        ({}, {}, "", "dev"),
        ({}, {}, 'profile = "fast"', "fast"),
        ({}, {}, 'profile = "fast"\neditable-profile = "quick"', "quick"),
        ({"profile": "release"}, {}, 'editable-profile = "quick"', "release"),
        ({}, {"WHEELMATRIX_PROFILE": "mine"}, 'editable-profile = "quick"', "mine"),
    ],
)
def test_the_profile_of_an_editable_build_is_its_own(
    command_line: dict[str, object], variables: dict[str, str], maturin: str, profile: str
) -> None:
    given = resolve(command_line, variables, PYPROJECT, f"[tool.maturin]\n{maturin}\n")

    found = for_editable(given, "dev").options

    assert (found.profile, found.editable) == (profile, True)


def test_overrides_leave_the_editable_profile_alone() -> None:
    given = Given(options=BuildOptions(editable_profile="quick"), sources={}, warnings=(), pyproject=None)

    assert "profile" in for_editable(given, "dev").options.fixed
    plain = replace(given, options=BuildOptions())
    assert "profile" not in for_editable(plain, "dev").options.fixed


def test_an_editable_wheel_has_a_path_in_place_of_python_files() -> None:
    metadata = Metadata(name="My.Pkg", version="1.0", requires_python="", text=b"", entry_points=b"", licenses=())
    place = Layout(root=PurePath("/p"), python_root=PurePath("/p/python"), module_name="my_pkg._native", is_mixed=True)
    files = (Entry(name="my_pkg-1.0.data/data/x", source=b""), Entry(name="my_pkg/__init__.py", source=b""))

    assert in_place(files, place, metadata) == (
        files[0],
        Entry(name="my_pkg.pth", source=f"{PurePath('/p/python')}\n".encode()),
    )


def test_what_is_included_from_elsewhere_is_installed_in_an_editable_wheel_too() -> None:
    metadata = Metadata(name="my-pkg", version="1.0", requires_python="", text=b"", entry_points=b"", licenses=())
    place = Layout(root=PurePath("/p"), python_root=PurePath("/p/python"), module_name="my_pkg._native", is_mixed=True)
    kept = Entry(name="docs/a.md", source=PurePath("/p/docs/a.md"))
    files = (
        Entry(name="beside/x.txt", source=PurePath("/p/python/beside/x.txt")),
        kept,
        Entry(name="my_pkg/__init__.py", source=PurePath("/p/python/my_pkg/__init__.py")),
        Entry(name="my_pkg/linked.py", source=PurePath("/elsewhere/linked.py")),
    )

    assert [each.name for each in in_place(files, place, metadata)] == ["docs/a.md", "my_pkg.pth"]
    assert in_place(files, place, metadata)[0] == kept


@pytest.mark.parametrize(
    ("project", "is_right"),
    [(None, True), ({"version": "1"}, True), ({"dynamic": ["version"]}, True), ({"name": "x"}, False)],
)
def test_what_is_developed_says_where_its_version_is(project: dict[str, object] | None, is_right: bool) -> None:
    document = {} if project is None else {"project": project}
    if is_right:
        check_version(document, PYPROJECT)
        return

    with pytest.raises(ConfigError, match="no version"):
        check_version(document, PYPROJECT)
