from pathlib import PurePosixPath
from typing import Any

import pytest
from tests.project.small_project import MANIFEST, ROOT, gathered, metadata, needs, package, tiny

from wheelmatrix.errors import ConfigError
from wheelmatrix.model import Project, Uniffi
from wheelmatrix.options import BuildOptions
from wheelmatrix.project import uniffi
from wheelmatrix.project.described import project, wanted

UNIFFI = package("uniffi", "0.31.2", targets=[{"name": "uniffi-bindgen", "kind": ["bin"], "crate_types": ["bin"]}])
CRATE = tiny(dependencies=[needs("uniffi")])


def bindgen(*features: str) -> dict[str, Any]:
    """Return a binary target of the bindgen's name."""
    found: dict[str, Any] = {"name": "uniffi-bindgen", "kind": ["bin"], "crate_types": ["bin"]}
    return {**found, **({"required-features": list(features)} if features else {})}


def described(*packages: Any, config: str | None = None, **more: Any) -> Project:
    cargo = metadata(*packages, UNIFFI, members=more.pop("members", ()))
    texts = {} if config is None else {"uniffi.toml": config}
    return project(BuildOptions(), gathered(texts=texts, cargo=cargo, **more))


def found(*packages: Any, **more: Any) -> Uniffi:
    made = described(*packages, **more).uniffi
    assert made is not None
    return made


def refused(config: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        described(CRATE, config=config)
    assert {issue.where for issue in caught.value.issues} == {str(ROOT / "uniffi.toml")}
    return caught.value


def test_without_a_configuration_the_library_keeps_its_name() -> None:
    assert found(CRATE) == Uniffi(version="0.31.2", library="tiny", external=frozenset(), config=None, bindgen=None)
    assert project(BuildOptions(), gathered()).uniffi is None


def test_the_configuration_names_the_library_and_what_others_bring() -> None:
    """Other languages may have keys of the same name and another form, at which maturin 1.16 gives up."""
    made = found(
        CRATE,
        config="""
            [bindings.python]
            cdylib_name = "other"
            external_packages = { shared = "shared_lib.shared", plain = "" }
            [bindings.kotlin]
            external_packages = ["x"]
        """,
    )

    assert (made.library, made.external) == ("other", {"shared", "plain"})
    assert made.config == PurePosixPath("/p/uniffi.toml")


def test_the_crates_own_bindgen_comes_before_the_workspaces_and_that_of_uniffi_itself_is_none() -> None:
    own = tiny(dependencies=[needs("uniffi")], targets=[*CRATE["targets"], bindgen("cli", "extra")])
    other = package("tool", targets=[bindgen()])
    mine = found(other, own, members=("tool", "tiny")).bindgen
    theirs = found(CRATE, other, members=("tiny", "tool")).bindgen

    assert mine is not None
    assert theirs is not None
    assert (mine.package, mine.manifest, mine.features) == ("tiny", MANIFEST, ("cli", "extra"))
    assert (theirs.package_id, theirs.manifest, theirs.features) == ("tool", PurePosixPath("/tool/Cargo.toml"), ())
    assert found(CRATE, other).bindgen is None


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ("bindings = 1", "bindings is not a table"),
        ("[bindings]\npython = []", "python is not a table"),
        ("[bindings.python]\ncdylib_name = 3", "cdylib_name is 3"),
        ('[bindings.python]\ncdylib_name = "../x"', "expected the name of a library"),
        ('[bindings.python]\nexternal_packages = ["x"]', "external_packages is not a table"),
        ("[bindings.python.external_packages]\nx = 1", "external_packages is not a table"),
    ],
)
def test_a_broken_configuration_is_told_with_its_place(config: str, said: str) -> None:
    assert said in str(refused(config))


def test_broken_toml_is_told_with_line_and_column() -> None:
    with pytest.raises(ConfigError, match="broken TOML") as caught:
        described(CRATE, config="[bindings\n")
    assert [issue.where for issue in caught.value.issues] == [f"{ROOT / 'uniffi.toml'}:1:10"]


def test_every_fault_of_a_configuration_is_told_at_once() -> None:
    assert len(refused("[bindings.python]\ncdylib_name = 1\nexternal_packages = 2").issues) == 2


def test_the_configuration_is_among_what_is_read() -> None:
    texts = wanted(BuildOptions(), ROOT / "pyproject.toml", "", metadata(CRATE, UNIFFI), MANIFEST).texts

    assert uniffi.config_path(MANIFEST) in texts


def test_a_library_that_develop_left_is_none_of_the_sources() -> None:
    files = ["tiny/__init__.py", "tiny/tiny/libother.so", "tiny/tiny/tiny.so", "tiny/tiny/libforeign.so"]
    made = described(CRATE, config='[bindings.python]\ncdylib_name = "other"', files=files)

    assert [entry.name for entry in made.sources] == ["tiny/__init__.py", "tiny/tiny/libforeign.so"]
