from typing import Any

import pytest
from small_project import MANIFEST, PYO3, metadata, needs, package, tiny

from wheelmatrix.errors import ConfigError
from wheelmatrix.model import Crate
from wheelmatrix.options import BuildOptions, Feature
from wheelmatrix.project.crate import read


def crate(*packages: dict[str, Any], options: BuildOptions | None = None, **more: Any) -> Crate:
    return read(metadata(*packages, **more), MANIFEST, options or BuildOptions())


def refused(*packages: dict[str, Any], **more: Any) -> str:
    with pytest.raises(ConfigError) as caught:
        crate(*packages, **more)
    return str(caught.value)


def test_pyo3_is_found_with_version_and_features() -> None:
    pyo3 = crate(tiny(), *PYO3).pyo3

    assert (pyo3.crate, pyo3.version, pyo3.free_threaded_since) == ("pyo3", (0, 25, 1), (3, 13))
    assert "extension-module" in pyo3.features


def test_pyo3_ffi_alone_is_a_binding() -> None:
    assert crate(tiny(dependencies=[needs("pyo3-ffi")]), PYO3[1]).pyo3.crate == "pyo3-ffi"


def test_a_library_without_cdylib_is_taken() -> None:
    library = {"name": "tiny", "kind": ["lib"], "crate_types": ["lib"]}

    assert crate(tiny(targets=[library]), *PYO3).crate_types == ("lib",)


def test_a_program_that_is_bound_to_python_is_shipped_as_one() -> None:
    program = {"name": "tiny", "kind": ["bin"], "crate_types": ["bin"]}
    found = crate(tiny(targets=[program]), *PYO3)

    assert (found.bindings, found.programs, found.library) == ("bin", ("tiny",), "")
    assert found.pyo3 is not None


def test_a_crate_without_bindings_is_refused_with_a_cure() -> None:
    library = {"name": "tiny", "kind": ["lib"], "crate_types": ["lib"]}
    said = refused(tiny(dependencies=[], targets=[library]))

    assert "no bindings found" in said
    assert "cargo add pyo3" in said


def test_pyo3_for_tests_alone_is_no_binding() -> None:
    library = {"name": "tiny", "kind": ["lib"], "crate_types": ["lib"]}
    root = tiny(dependencies=[needs("pyo3", kind="dev")], targets=[library])

    assert "no bindings found" in refused(root, *PYO3)


def test_two_versions_of_pyo3_are_refused_with_their_users() -> None:
    other = package("pyo3", "0.24.0", id="pyo3@0.24.0")
    user = package("user", dependencies=[needs("pyo3") | {"to": "pyo3@0.24.0"}])
    root = tiny(dependencies=[needs("pyo3") | {"to": "pyo3"}, needs("user")])

    said = refused(root, user, other, *PYO3)

    assert "two versions of pyo3" in said
    assert "0.25.1 (for tiny)" in said
    assert "0.24.0 (for user)" in said


def test_a_virtual_workspace_names_its_members() -> None:
    member = package("one", manifest_path="/p/one/Cargo.toml")

    said = refused(member, root=None)

    assert "its members are one" in said
    assert "manifest-path" in said


def test_a_program_beside_a_plain_library_is_what_is_shipped_unless_bindings_are_named() -> None:
    library = {"name": "tiny", "kind": ["lib"], "crate_types": ["lib"]}
    program = {"name": "tiny", "kind": ["bin"], "crate_types": ["bin"]}
    root = tiny(targets=[library, program])

    assert crate(root, *PYO3).bindings == "bin"
    assert crate(root, *PYO3, options=BuildOptions(bindings="pyo3")).programs == ()


def test_pyo3_of_a_sibling_leaves_a_program_for_every_python() -> None:
    program = {"name": "tiny", "kind": ["bin"], "crate_types": ["bin"]}
    sibling = package("sibling", dependencies=[needs("pyo3")])
    found = crate(tiny(targets=[program], dependencies=[]), sibling, *PYO3)

    assert (found.bindings, found.pyo3) == ("bin", None)


def test_bindings_that_were_asked_for_have_to_be_there() -> None:
    said = refused(tiny(dependencies=[needs("pyo3-ffi")]), PYO3[1], options=BuildOptions(bindings="pyo3"))

    assert "tiny does not depend on pyo3\n" in said


def test_pyo3_behind_a_conditional_feature_is_found_and_its_features_left_out() -> None:
    root = tiny(features={"py": ["dep:pyo3"]}, dependencies=[needs("pyo3", "abi3-py39", optional=True)])
    condition = Feature(feature="py", python_version=">=3.11")

    found = crate(root, *PYO3, options=BuildOptions(conditional_features=(condition,))).pyo3

    assert found.version == (0, 25, 1)
    assert found.features == frozenset()
