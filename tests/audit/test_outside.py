from dataclasses import replace

import pytest
from small_tables import expectation

from wheelmatrix.audit.outside import forbidden, outside
from wheelmatrix.audit.refusal import unread


@pytest.mark.parametrize(
    ("globs", "expected"),
    [
        ((), set()),
        (("libcuda.so.1",), {"libcuda.so.1"}),
        (("libcu*",), {"libcuda.so.1", "/opt/libcudart.so.12"}),
        (("libz*", "*cuda*"), {"libcuda.so.1", "/opt/libcudart.so.12"}),
    ],
)
def test_globs_name_what_stays_outside(globs: tuple[str, ...], expected: set[str]) -> None:
    needed = ("libc.so.6", "libcuda.so.1", "/opt/libcudart.so.12")

    assert outside(replace(expectation(), outside=globs), needed) == expected


@pytest.mark.parametrize(
    ("globs", "expected"), [((), ()), (("liba*",), ("libb.so.1",)), (("liba.so", "libb.so.1"), ())]
)  # fmt: skip
def test_a_list_of_what_may_be_copied_forbids_the_rest(globs: tuple[str, ...], expected: tuple[str, ...]) -> None:
    report = replace(unread("x.so"), graft=("liba.so", "libb.so.1"))

    assert forbidden(replace(expectation(), inside=globs), report) == expected
