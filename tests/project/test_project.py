from pathlib import PurePath

import pytest
from small_project import MANIFEST, PYO3, ROOT, gathered, metadata, needs, tiny

from wheelmatrix.errors import ConfigError
from wheelmatrix.options import BuildOptions, Feature, Pattern
from wheelmatrix.project.described import manifest_candidates, project, wanted


def test_a_crate_is_looked_for_in_rust_and_beside_pyproject() -> None:
    assert manifest_candidates(BuildOptions(), ROOT / "pyproject.toml", ROOT) == (
        ROOT / "rust" / "Cargo.toml",
        MANIFEST,
    )
    assert manifest_candidates(BuildOptions(manifest_path="a"), None, ROOT)[1] == ROOT / "a" / "Cargo.toml"
    assert manifest_candidates(BuildOptions(manifest_path="a/Cargo.toml"), None, ROOT) == (ROOT / "a" / "Cargo.toml",)


def test_only_what_may_be_packed_is_listed() -> None:
    options = BuildOptions(python_source="python", include=(Pattern(path="doc/*.md"), Pattern(path="deep/**/*.h")))

    found = wanted(options, ROOT / "pyproject.toml", "", metadata(tiny(), *PYO3), MANIFEST)

    assert {ROOT / "python" / "tiny", ROOT / "deep", ROOT / "tiny.data"} <= set(found.directories)
    assert ROOT / "doc" in found.shallow
    assert ROOT not in found.directories
    assert found.skip == {ROOT / "target"}


def test_a_dotted_module_without_package_is_a_warning() -> None:
    warnings = project(BuildOptions(module_name="a._b"), gathered()).warnings

    assert any("a._b will be imported as _b" in each for each in warnings)


def test_an_old_pyo3_without_extension_module_is_a_warning() -> None:
    facts = gathered(cargo=metadata(tiny(dependencies=[needs("pyo3")]), *PYO3))

    assert any("links libpython" in each for each in project(BuildOptions(), facts).warnings)


@pytest.mark.parametrize(("features", "is_said"), [((), True), (("fast",), False)])
def test_features_for_some_pythons_are_off_in_a_wheel_for_all(features: tuple[str, ...], is_said: bool) -> None:
    conditional = (Feature(feature="fast", python_version=">=3.9"), Feature(feature="always"))
    options = BuildOptions(bindings="cffi", features=features, conditional_features=conditional)

    warnings = project(options, gathered(cargo=metadata(tiny()))).warnings

    assert any("features for some are off: fast:" in each for each in warnings) is is_said


def test_a_project_that_is_no_table_is_refused() -> None:
    with pytest.raises(ConfigError, match="not a table"):
        project(BuildOptions(), gathered("project = 1"))


def test_a_crate_in_rust_comes_first_only_beside_its_python_package() -> None:
    text = '[project]\nname = "my-ext"\n'
    own, beside = MANIFEST, ROOT / "rust" / "Cargo.toml"

    def tried(*there: str, **options: str) -> tuple[PurePath, ...]:
        present = {ROOT / each for each in there}
        return manifest_candidates(
            BuildOptions(**options), ROOT / "pyproject.toml", ROOT, text, lambda path: path in present
        )

    assert tried() == (own, beside)
    assert tried("src/my_ext/__init__.py") == (beside, own)
    assert tried(python_source="py") == (beside, own)


@pytest.mark.parametrize(
    ("cargo_toml", "module"),
    [
        ('[lib]\nname = "declared"\n', "declared"),
        ('[lib]\ncrate-type = ["cdylib"]\n', "named"),
        ("", "named"),
        ("lib = ???", "tiny"),
    ],
)
def test_the_module_is_what_cargo_toml_calls_the_library_else_the_project(cargo_toml: str, module: str) -> None:
    facts = gathered('[project]\nname = "named"\nversion = "1"\n', texts={"Cargo.toml": cargo_toml})

    assert project(BuildOptions(), facts).module_name == module


def test_everything_that_globs_of_licences_and_includes_reach_is_listed() -> None:
    text = '[project]\nname = "tiny"\nlicense-files = ["LICENSE*", "legal/**/*.txt"]\n'

    found = wanted(BuildOptions(), ROOT / "pyproject.toml", text, metadata(tiny(license_file="../L"), *PYO3), MANIFEST)

    assert ROOT / "legal" in found.directories
    assert {ROOT, ROOT.parent} <= set(found.shallow)
    assert {MANIFEST} <= set(found.texts)


def test_a_workspace_that_is_no_package_is_named_by_its_own_manifest() -> None:
    facts = gathered(cargo={**metadata(tiny()), "resolve": {"root": None, "nodes": []}, "workspace_root": "/p/ws"})

    with pytest.raises(ConfigError, match="no package") as refused:
        project(BuildOptions(python_source="python"), facts)

    assert refused.value.issues[0].where == "/p/ws/Cargo.toml"
