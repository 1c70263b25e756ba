import pytest

from wheelmatrix.errors import ConfigError
from wheelmatrix.project.entry_points import entry_points


def test_scripts_and_plugins_become_groups_in_the_order_of_the_specification() -> None:
    project = {
        "scripts": {"tool": "pkg.cli:main"},
        "gui-scripts": {"window": "pkg:run"},
        "entry-points": {"pytest11": {"plug": "pkg.plug"}},
    }

    text = entry_points(project, "pyproject.toml").decode()

    assert (
        text == "[console_scripts]\ntool=pkg.cli:main\n\n[gui_scripts]\nwindow=pkg:run\n\n[pytest11]\nplug=pkg.plug\n"
    )


def test_a_project_without_scripts_has_no_file() -> None:
    assert entry_points({}, "pyproject.toml") == b""


@pytest.mark.parametrize(
    ("project", "said"),
    [
        ({"scripts": {"my tool": "pkg:main"}}, "'my tool' cannot be the name of a script"),
        ({"scripts": {"tool": "pkg main"}}, "names no object"),
        ({"entry-points": {"console_scripts": {"tool": "pkg:main"}}}, "console_scripts is no group"),
        ({"entry-points": {"group": {"a=b": "pkg:main"}}}, "cannot be an entry point"),
    ],
)
def test_what_no_installer_takes_is_refused(project: dict[str, object], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        entry_points(project, "pyproject.toml")
