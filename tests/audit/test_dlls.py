"""What the name of a DLL says of Python, of C runtimes and of Windows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_tables import WIN32, WIN_AMD64, WINDOWS_POLICY, python

from wheelmatrix import resources, tables
from wheelmatrix.audit.dlls import is_python, kind_of, normal, python_dll, python_doubt, python_fault
from wheelmatrix.model import Abi, Target

CP38 = Abi(kind="version", interpreter=python((3, 8)))
CP312 = Abi(kind="version", interpreter=python((3, 12)))
CP314T = Abi(kind="version", interpreter=python((3, 14), free_threaded=True))
CP315 = Abi(kind="version", interpreter=python((3, 15)))
CP315T = Abi(kind="version", interpreter=python((3, 15), free_threaded=True))
PP311 = Abi(kind="version", interpreter=python((3, 11), implementation="pypy"))
GP312 = Abi(kind="version", interpreter=python((3, 12), implementation="graalpy"))
ABI3_38 = Abi(kind="abi3", interpreter=python((3, 8)))
ABI3_39 = Abi(kind="abi3", interpreter=python((3, 9)))
ABI3_315 = Abi(kind="abi3", interpreter=python((3, 15)))
ABI3T = Abi(kind="abi3t", interpreter=python((3, 15)))
RIGHT = [
    (CP38, "python38.dll"), (CP312, "python312.dll"), (CP314T, "python314t.dll"), (CP315T, "python315t.dll"),
    (PP311, "libpypy3.11-c.dll"), (GP312, "python-native.dll"), (ABI3_39, "python3.dll"), (ABI3T, "python3t.dll"),
]  # fmt: skip


@pytest.mark.parametrize(("abi", "dll"), RIGHT)
def test_each_python_has_one_dll(abi: Abi, dll: str) -> None:
    assert python_dll(abi) == dll
    assert is_python(dll)
    assert python_fault(dll, abi) == python_doubt(dll, abi) == ""


@pytest.mark.parametrize("abi", [abi for abi, _ in RIGHT])
def test_no_other_pythons_dll_does_unless_it_lies_beside_it(abi: Abi) -> None:
    for other, dll in RIGHT:
        does = other == abi or (abi in (CP38, CP312) and dll == "python3.dll") or (abi, dll) == (CP315T, "python3t.dll")

        assert (python_fault(dll, abi) == "") is does, dll


@pytest.mark.parametrize(
    ("abi", "dll", "said"),
    [
        (ABI3_39, "python312.dll", "which one Python alone has"),
        (ABI3_39, "python314t.dll", "which one Python alone has"),
        (ABI3T, "python315t.dll", "which one Python alone has"),
        (ABI3T, "libpypy3.11-c.dll", "link it to python3t.dll"),
        (ABI3T, "python3.dll", "loaded into a free-threaded one it crashes; link python3t.dll"),
        (CP314T, "python314.dll", "it crashes; link python314t.dll"),
        (CP314T, "python3.dll", "it crashes"),
        (CP312, "python313.dll", "but the Python of its tag has python312.dll"),
        (CP312, "python312t.dll", "but the Python of its tag has python312.dll"),
        (ABI3_39, "python3t.dll", "but the Python of its tag has python3.dll"),
        (PP311, "python311.dll", "but the Python of its tag has libpypy3.11-c.dll"),
        (CP312, "python312_d.dll", "a debug build"),
        (CP314T, "python314t_d.dll", "a debug build"),
        (ABI3_39, "python3_d.dll", "a debug build"),
        (CP312, "libpython3.12.dll", "a MinGW Python"),
        (ABI3_39, "libpython3.dll", "a MinGW Python"),
    ],
)
def test_a_wrong_python_is_told_with_the_right_one(abi: Abi, dll: str, said: str) -> None:
    assert is_python(dll)
    assert said in python_fault(dll, abi)


@pytest.mark.parametrize(
    ("abi", "dll"),
    [(CP312, "python3.dll"), (CP315, "python3t.dll"), (CP315T, "python3t.dll"), (ABI3_315, "python3t.dll")],
)
def test_the_stable_abis_dll_beside_the_right_one_is_a_doubt(abi: Abi, dll: str) -> None:
    assert python_fault(dll, abi) == ""
    assert "could be a wider one" in python_doubt(dll, abi)


@pytest.mark.parametrize("dll", ["pythoncom312.dll", "boost_python312.dll", "python.dll", "libpypi.dll", "python3.pyd"])
def test_other_dlls_with_python_in_their_name_are_not_pythons(dll: str) -> None:
    assert not is_python(dll)


@pytest.mark.parametrize(
    ("name", "found"),
    [("KERNEL32.dll", "kernel32.dll"), ("KERNEL32", "kernel32.dll"), ("WINSPOOL.DRV", "winspool.drv"), ("", ".dll")],
)
def test_names_are_compared_as_the_loader_does(name: str, found: str) -> None:
    assert normal(name) == found


@pytest.mark.parametrize(
    ("dll", "kind"),
    [
        ("python312.dll", "python"),
        ("kernel32.dll", "system"),
        ("ucrtbase.dll", "system"),
        ("api-ms-win-crt-heap-l1-1-0.dll", "system"),
        ("ext-ms-win-ntuser-window-l1-1-0.dll", "system"),
        ("winspool.drv", "system"),
        ("msvcrt.dll", "old runtime"),
        ("vcruntime140.dll", "carried"),
        ("vcruntime140_1.dll", "carried"),
        *((name, "runtime") for name in (
            "msvcp140.dll", "msvcp140_1.dll", "msvcp140_2.dll", "msvcp140_atomic_wait.dll", "msvcp140_codecvt_ids.dll",
            "msvcr120.dll", "msvcr100.dll", "concrt140.dll", "vcomp140.dll", "vcomp.dll", "mfc140u.dll", "mfc140.dll",
            "vcruntime140_threads.dll", "vccorlib140.dll", "vcamp140.dll", "vcruntime150.dll",
        )),
        *((name, "debug runtime") for name in (
            "msvcp140d.dll", "msvcp140_1d.dll", "msvcp140d_atomic_wait.dll", "msvcp140d_codecvt_ids.dll",
            "vcruntime140d.dll", "vcruntime140_1d.dll", "vcruntime140_threadsd.dll", "ucrtbased.dll", "msvcr120d.dll",
            "msvcrtd.dll", "concrt140d.dll", "mfc140ud.dll", "mfc140d.dll", "vcompd.dll",
        )),
        *((name, "mingw") for name in (
            "libgcc_s_seh-1.dll", "libgcc_s_dw2-1.dll", "libgcc_s_sjlj-1.dll", "libstdc++-6.dll", "libwinpthread-1.dll",
            "libunwind.dll", "libc++.dll", "libgomp-1.dll", "libquadmath-0.dll", "libgfortran-5.dll", "libssp-0.dll",
        )),
        *((name, "unknown") for name in (
            "foo.dll", "", "api-ms.dll", "libcurl.dll", "libunwind_foo.dll", "msvcp_win.dll", "msvcp140.pyd",
        )),
    ],
)  # fmt: skip
def test_every_dll_has_its_kind(dll: str, kind: str) -> None:
    assert kind_of(dll, ABI3_39, WIN_AMD64, WINDOWS_POLICY) == kind


@pytest.mark.parametrize(
    ("dll", "abi", "target", "kind"),
    [
        ("vcruntime140.dll", ABI3_38, WIN32, "carried"),
        ("vcruntime140_1.dll", ABI3_38, WIN_AMD64, "runtime"),
        ("vcruntime140_1.dll", ABI3_39, WIN32, "runtime"),
        ("vcruntime140_1.dll", CP315T, WIN_AMD64, "carried"),
        ("vcruntime140.dll", PP311, WIN_AMD64, "carried"),
        ("vcruntime140_1.dll", PP311, WIN_AMD64, "runtime"),
        ("vcruntime140.dll", GP312, WIN_AMD64, "runtime"),
    ],
)
def test_what_a_python_carries_depends_on_it_and_its_width(dll: str, abi: Abi, target: Target, kind: str) -> None:
    assert kind_of(dll, abi, target, WINDOWS_POLICY) == kind


def test_what_the_table_calls_windows_own_is_no_runtime_and_no_python() -> None:
    policy = tables.load(resources.table_texts()).windows

    kinds = {dll: kind_of(dll, CP312, WIN_AMD64, policy) for dll in policy.libraries}

    assert {dll for dll, kind in kinds.items() if kind != "system"} == {"msvcrt.dll"}


@given(st.text(max_size=40))
def test_any_name_has_a_kind(name: str) -> None:
    assert kind_of(normal(name), CP312, WIN_AMD64, WINDOWS_POLICY)
