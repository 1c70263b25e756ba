"""A new project has all that its kind and layout need, and cargo and the configuration's readers take it."""

import ast
import json
import subprocess
import tomllib
from itertools import product
from pathlib import Path
from typing import get_args

import pytest
import yaml

from wheelmatrix.options import BuildOptions
from wheelmatrix.project.precedence import resolve
from wheelmatrix.scaffold import python, rust
from wheelmatrix.scaffold.manifests import OLDEST_PYTHON
from wheelmatrix.scaffold.project import KINDS, Kind, Layout, NewProject, files

LAYOUTS: tuple[Layout, ...] = get_args(Layout)
ALL = list(product(KINDS, LAYOUTS))


def made(kind: Kind, layout: Layout, name: str = "my-lib") -> dict[str, str]:
    return files(NewProject(name=name, kind=kind, layout=layout))


def options(texts: dict[str, str]) -> BuildOptions:
    """What the configuration says; raises if there is an unknown key, and there must be no warning."""
    given = resolve({}, {}, Path("pyproject.toml"), texts["pyproject.toml"])
    assert given.warnings == ()
    return given.options


def test_every_kind_is_in_the_menu() -> None:
    assert tuple(KINDS) == get_args(Kind)


@pytest.mark.parametrize(
    ("layout", "rust", "python"),
    [
        ("pure", {"Cargo.toml", "src/lib.rs"}, {"my_lib.pyi"}),
        (
            "mixed",
            {"Cargo.toml", "src/lib.rs"},
            {f"python/my_lib/{name}" for name in ("__init__.py", "_native.pyi", "py.typed")},
        ),
        (
            "src",
            {"rust/Cargo.toml", "rust/src/lib.rs"},
            {f"src/my_lib/{name}" for name in ("__init__.py", "_native.pyi", "py.typed")},
        ),
    ],
)
def test_a_layout_has_its_folders(layout: Layout, rust: set[str], python: set[str]) -> None:
    common = {".github/workflows/wheels.yml", ".gitignore", "README.md", "pyproject.toml", "tests/test_my_lib.py"}

    assert made("pyo3", layout).keys() == common | rust | python


@pytest.mark.parametrize(("kind", "layout"), ALL)
def test_nothing_is_left_to_be_filled_in(kind: Kind, layout: Layout) -> None:
    for path, text in made(kind, layout).items():
        placeholders = text.replace("${{", "").replace("${path", "")
        assert "$" not in path
        assert not path.endswith((".rs", ".py", ".toml", ".md")) or "$" not in placeholders, path
        assert text == "" or text.endswith("\n"), path
        assert all(line == line.rstrip() for line in text.splitlines()), path


@pytest.mark.parametrize(("kind", "layout"), ALL)
def test_every_file_is_of_its_language(kind: Kind, layout: Layout) -> None:
    for path, text in made(kind, layout).items():
        match Path(path).suffix:
            case ".toml":
                tomllib.loads(text)
            case ".py" | ".pyi":
                ast.parse(text, feature_version=(3, 10))
            case ".yml":
                assert yaml.safe_load(text)["jobs"].keys() == {"build", "release"}


@pytest.mark.parametrize(("kind", "layout"), ALL)
def test_the_configuration_is_understood_without_a_warning(kind: Kind, layout: Layout) -> None:
    texts = made(kind, layout)
    table = tomllib.loads(texts["pyproject.toml"])

    said = options(texts)

    assert table["project"]["name"] == "my-lib"
    assert table["project"]["requires-python"] == f">={OLDEST_PYTHON}"
    assert (table.get("tool", {}).get("maturin", {}).get("bindings") == kind) == (kind not in ("pyo3", "pyo3-ffi"))
    assert said.test_command == ("pytest {project}/tests",)
    assert (said.module_name != "") == (layout != "pure")


def test_what_is_imported_is_asked_for() -> None:
    """maturin warns of a cffi project that does not depend on cffi."""
    assert tomllib.loads(made("cffi", "pure")["pyproject.toml"])["project"]["dependencies"] == ["cffi>=1.15"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_package_is_typed_and_pure_rust_has_none(kind: Kind) -> None:
    assert all(path.startswith(("src/", "build.rs", "uniffi-bindgen.rs")) for path in rust.sources(kind))
    assert "$module/py.typed" in python.sources(kind, is_mixed=True)
    assert not any("/" in path for path in python.sources(kind, is_mixed=False))


def test_a_program_in_a_package_has_a_module_name_that_can_be_imported() -> None:
    """maturin looks for `python/my-lib`, which its own template does not make [bug]."""
    table = tomllib.loads(made("bin", "mixed")["pyproject.toml"])["tool"]["maturin"]

    assert table["module-name"] == "my_lib"


@pytest.mark.parametrize("kind", KINDS)
def test_a_test_calls_what_there_is(kind: Kind) -> None:
    """maturin's tests call `sum_as_string` also where the library has no such function [bug]."""
    for layout in LAYOUTS:
        texts = made(kind, layout)
        called = "run(" if kind == "bin" and layout != "pure" else "add(" if kind == "cffi" else "sum_as_string("
        called = "PROGRAM" if kind == "bin" and layout == "pure" else called
        sources = "".join(text for path, text in texts.items() if path.endswith((".rs", ".py")) and "tests" not in path)
        assert called in texts["tests/test_my_lib.py"]
        assert called in sources or called == "PROGRAM"


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "layout"), ALL)
def test_cargo_knows_the_targets(kind: Kind, layout: Layout, tmp_path: Path) -> None:
    for path, text in made(kind, layout).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    manifest = tmp_path / ("rust/Cargo.toml" if layout == "src" else "Cargo.toml")
    command = ["cargo", "metadata", "--no-deps", "--offline", "--format-version", "1", "--manifest-path", str(manifest)]

    (package,) = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)["packages"]

    found = {target["name"]: target["kind"] for target in package["targets"] if target["kind"] != ["custom-build"]}
    expected = {"my-lib": ["bin"]} if kind == "bin" else {"my_lib": ["cdylib"]}
    assert found == expected | ({"uniffi-bindgen": ["bin"]} if kind == "uniffi" else {})
