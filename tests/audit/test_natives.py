"""The verdict on the native files of a wheel, and that nothing of it is loaded for wheels without any."""

import subprocess
import sys

import pytest
from macho_image import macho_image
from small_tables import TABLES

from wheelmatrix.audit.natives import audit_natives
from wheelmatrix.audit.promise import promise_of

DARWIN = "demo.cpython-312-darwin.so"


@pytest.mark.parametrize(
    ("tag", "judged", "unknown"),
    [
        ("macosx_11_0_arm64", [DARWIN], []),
        ("macosx_11_0_ppc", [], ["the architecture of the platform tag, 'ppc', is not known"]),
        ("manylinux_2_17_x86_64", [], []),
    ],
)
def test_files_for_a_system_of_the_tags_are_judged(tag: str, judged: list[str], unknown: list[str]) -> None:
    promise = promise_of(f"demo-1.0-cp312-cp312-{tag}.whl", TABLES)
    assert promise is not None
    reports, faults = audit_natives({DARWIN: macho_image()}, {DARWIN: "Mach-O"}, promise, TABLES)

    assert ([one.name for one in reports], faults) == (judged, unknown)
    assert all(reports)


def test_the_readers_are_not_loaded_before_there_is_something_to_read() -> None:
    code = "import sys, wheelmatrix.audit.wheel; print('elftools' in sys.modules, 'abi3info' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["False", "False"]
