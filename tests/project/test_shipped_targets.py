from collections.abc import Collection
from typing import Any

import pytest

from wheelmatrix.errors import ConfigError
from wheelmatrix.options import ArtifactChoice, BuildOptions
from wheelmatrix.project.targets import Shipped, shipped

LIBRARY = {"name": "tool", "kind": ["lib"], "crate_types": ["lib"]}
CDYLIB = {"name": "native", "kind": ["cdylib"], "crate_types": ["cdylib"]}


def program(name: str, *features: str) -> dict[str, Any]:
    more = {"required-features": list(features)} if features else {}
    return {"name": name, "kind": ["bin"], "crate_types": ["bin"], **more}


def ship(
    *targets: dict[str, Any],
    artifacts: tuple[ArtifactChoice, ...] = (),
    bindings: str = "",
    needs: Collection[str] = (),
    features: Collection[str] = (),
) -> Shipped:
    package = {"name": "tool", "manifest_path": "/p/Cargo.toml", "targets": list(targets)}
    return shipped(package, needs, features, BuildOptions(artifacts=artifacts, bindings=bindings))


def refused(*targets: dict[str, Any], **more: Any) -> str:
    with pytest.raises(ConfigError) as caught:
        ship(*targets, **more)
    return str(caught.value)


def test_all_programs_are_shipped_whose_features_are_on() -> None:
    targets = (LIBRARY, program("tool"), program("extra", "fancy"), program("third"))

    assert ship(*targets).programs == ("tool", "third")
    assert ship(*targets, features={"fancy"}).programs == ("tool", "extra", "third")


def test_a_list_chooses_programs_by_name() -> None:
    found = ship(program("tool"), program("other"), artifacts=(ArtifactChoice(name="other"),))

    assert (found.bindings, found.programs) == ("bin", ("other",))


def test_library_and_programs_are_shipped_together_if_both_are_named() -> None:
    both = (ArtifactChoice(kind="cdylib", bindings="pyo3"), ArtifactChoice(kind="bin", name="tool"))
    found = ship(CDYLIB, program("tool"), program("other"), needs={"pyo3"}, artifacts=both)

    assert (found.bindings, found.programs, found.library) == ("pyo3", ("tool",), CDYLIB)


def test_a_plain_library_that_is_named_is_one_for_python() -> None:
    both = (ArtifactChoice(kind="cdylib"), ArtifactChoice(kind="bin"))

    assert ship(LIBRARY, program("tool"), needs={"pyo3"}, artifacts=both).bindings == "pyo3"


def test_a_name_that_is_unlike_every_program_is_told_the_nearest() -> None:
    said = refused(program("tool"), program("other"), artifacts=(ArtifactChoice(name="othr", kind="bin"),))

    assert "tool has no program othr" in said
    assert "did you mean other?" in said


def test_a_library_that_is_not_there_is_told() -> None:
    assert "it has no library at all" in refused(program("tool"), artifacts=(ArtifactChoice(kind="cdylib"),))
    assert "bindings of cffi are for one" in refused(program("tool"), bindings="cffi")


def test_a_program_whose_features_are_off_is_told_with_them() -> None:
    said = refused(program("tool", "cli"), program("b"), artifacts=(ArtifactChoice(name="tool", kind="bin"),))

    assert "the program tool needs features that are off: cli" in said
    assert "--features cli" in said
    assert "every program of tool needs features that are off: tool needs cli" in refused(program("tool", "cli"))


def test_bindings_without_what_they_are_for_are_refused() -> None:
    assert "tool has no program" in refused(CDYLIB, bindings="bin")
    assert "tool does not depend on uniffi" in refused(CDYLIB, bindings="uniffi")
    assert "no bindings found: tool has neither" in refused(LIBRARY)
    assert "the bindings bin ship none" in refused(
        CDYLIB, program("tool"), bindings="bin", artifacts=(ArtifactChoice(kind="cdylib"),)
    )
