"""Which Pythons a wheel is tried in, and what is said where there is none."""

import pytest
from pythons import TABLES, installed, runner, wheel

from wheelmatrix.model.verified import Lacking
from wheelmatrix.verify.choosing import Pythons, chosen, requires_python_of, why_none

CP311, CP312 = runner(installed((3, 11))), runner(installed((3, 12)))
ARM = runner(installed((3, 11), platform="linux-aarch64"), label="arm", is_native=False)
ABI3 = wheel("cp39-abi3-manylinux_2_17_x86_64")


def labels(filename: str, pythons: Pythons) -> list[str]:
    return [each.label for each in chosen(filename, pythons, TABLES)]


def test_every_python_that_takes_a_wheel_is_chosen() -> None:
    pythons = Pythons(runners=(CP311, CP312, ARM), patterns={})

    assert labels(ABI3, pythons) == [CP311.label, CP312.label]
    assert labels(wheel("cp311-cp311-manylinux_2_17_aarch64"), pythons) == ["arm"]
    assert labels(wheel("cp313-cp313-manylinux_2_17_aarch64"), pythons) == []


def test_a_python_that_the_metadata_excludes_is_not_tried() -> None:
    """A wheel for any Python 3 fits all of them by its name, and pip refuses it all the same."""
    pythons = Pythons(runners=(CP311, CP312), patterns={})
    anybody = wheel("py3-none-manylinux_2_17_x86_64")
    found = {asked: chosen(anybody, pythons, TABLES, asked) for asked in (">=3.12", "", ">=3.10,<3.13", "garbage")}

    assert found == {">=3.12": (CP312,), "": (CP311, CP312), ">=3.10,<3.13": (CP311, CP312), "garbage": (CP311, CP312)}


def test_what_the_metadata_asks_of_pythons_is_read_from_the_wheel() -> None:
    metadata = b"Metadata-Version: 2.4\nName: x\nRequires-Python: >=3.10\n\nRequires-Python: no\n"

    assert requires_python_of({"x/y.py": b"", "x-1.dist-info/METADATA": metadata}) == ">=3.10"
    assert requires_python_of({}) == ""


def test_a_pattern_keeps_a_python_for_its_cells() -> None:
    arm = "cp311-cp311-manylinux_2_17_aarch64"

    assert labels(wheel(arm), Pythons(runners=(ARM,), patterns={"arm": "cp311-manylinux_aarch64"})) == ["arm"]
    assert labels(wheel(arm), Pythons(runners=(ARM,), patterns={"arm": "*-musllinux_*"})) == []


def test_a_python_that_was_configured_for_a_cell_and_does_not_take_it_is_told_as_what_it_is() -> None:
    pythons = Pythons(runners=(CP311, ARM), patterns={"arm": "cp312-manylinux_aarch64"})

    found = why_none(wheel("cp312-cp312-manylinux_2_17_aarch64"), pythons, TABLES)

    assert found.message == (
        "no Python here takes a wheel for cp312-cp312 on manylinux_2_17_aarch64; "
        "arm is CPython 3.11.1 on linux aarch64 with glibc 2.36"
    )


def test_a_python_of_another_machine_says_nothing() -> None:
    pythons = Pythons(runners=(CP311, ARM), patterns={})

    assert "arm is" not in why_none(wheel("cp312-cp312-manylinux_2_17_s390x"), pythons, TABLES).message
    assert "arm is" in why_none(wheel("cp312-cp312-manylinux_2_17_aarch64"), pythons, TABLES).message


def test_what_is_missing_for_a_configured_python_is_the_reason_and_the_hint() -> None:
    lacking = Lacking(message="no qemu", hint="install it")
    pythons = Pythons(runners=(CP311,), patterns={}, absent=(("", lacking), ("*-s390x", Lacking(message="other"))))

    found = why_none(wheel("cp311-cp311-manylinux_2_17_aarch64"), pythons, TABLES)

    assert found.message.endswith("; no qemu")
    assert found.hint == "install it"


@pytest.mark.parametrize(
    ("tags", "hint"),
    [
        ("cp313-cp313-manylinux_2_17_x86_64", "install such a Python"),
        ("cp311-cp311-manylinux_2_17_aarch64", "qemu-user"),
        ("cp312-cp312-musllinux_1_2_x86_64", "Alpine"),
        ("cp311-cp311-win_amd64", "wine"),
        ("cp311-cp311-macosx_11_0_arm64", "macOS alone"),
    ],
)
def test_the_hint_says_how_to_get_a_python_for_the_wheel(tags: str, hint: str) -> None:
    assert hint in why_none(wheel(tags), Pythons(runners=(CP311,), patterns={}), TABLES).hint


def test_a_name_that_is_no_wheels_is_told_so() -> None:
    assert "without tags" in why_none("demo.whl", Pythons(runners=(), patterns={}), TABLES).message
