import io
from dataclasses import replace
from email.parser import BytesHeaderParser
from pathlib import PurePath

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.tags import parse_tag
from packaging.utils import parse_wheel_filename

from wheelmatrix.errors import PackError
from wheelmatrix.model import Crate, Entry, Metadata, Project, PyO3, Wheel
from wheelmatrix.pack.layout import wheel_entries, wheel_filename, wheel_tags

_LIBRARY = PurePath("/build/libnative.so")
_PYO3 = PyO3(
    crate="pyo3",
    version=(0, 29, 0),
    features=frozenset(),
    cpython=((3, 8), (3, 14)),
    pypy=None,
    graalpy=None,
    free_threaded_since=None,
)
_CRATE = Crate(
    name="my-pkg",
    version="1.2.0",
    package_id="path+file:///p#my-pkg@1.2.0",
    manifest=PurePath("/p/Cargo.toml"),
    workspace=PurePath("/p"),
    target_directory=PurePath("/p/target"),
    library="native",
    crate_types=("cdylib",),
    has_lock=True,
    pyo3=_PYO3,
)
_METADATA = Metadata(
    name="My.Pkg",
    version="1.2",
    requires_python="",
    text=b"Metadata-Version: 2.4\nName: My.Pkg\nVersion: 1.2\nLicense-File: LICENSE\n\nA text: not a field\n",
    entry_points=b"[console_scripts]\nrun = pkg:main\n",
    licenses=(Entry(name="LICENSE", source=PurePath("/p/LICENSE")),),
)
_PROJECT = Project(
    root=PurePath("/p"),
    crate=_CRATE,
    metadata=_METADATA,
    module_name="pkg._native",
    is_mixed=True,
    sources=(
        Entry(name="pkg/__init__.py", source=PurePath("/p/pkg/__init__.py")),
        Entry(name="pkg/a,b.txt", source=PurePath("/p/pkg/a,b.txt")),
    ),
)
_WHEEL = Wheel(
    id="cp312-linux_x86_64",
    stem="my_pkg-1.2-cp312-cp312",
    builds=("1",),
    cells=("cp312-linux_x86_64",),
    extension="pkg/_native.cpython-312-x86_64-linux-gnu.so",
)
_TAGS = ("cp312-cp312-manylinux_2_34_x86_64",)


def _entries(project: Project = _PROJECT, wheel: Wheel = _WHEEL, extra: tuple[Entry, ...] = ()) -> tuple[Entry, ...]:
    return wheel_entries(project, wheel, _LIBRARY, _TAGS, "wheelmatrix (0.1)", extra)


def _with_sources(*entries: Entry) -> Project:
    return replace(_PROJECT, sources=entries)


def test_members_are_sorted_and_dist_info_is_last() -> None:
    sbom = Entry(name="my_pkg-1.2.dist-info/sboms/a.json", source=b"{}")

    found = _entries(extra=(sbom, Entry(name="my_pkg.libs/libx.so", source=b"x")))

    assert [entry.name for entry in found] == [
        "my_pkg.libs/libx.so",
        "pkg/__init__.py",
        "pkg/_native.cpython-312-x86_64-linux-gnu.so",
        "pkg/a,b.txt",
        "my_pkg-1.2.dist-info/METADATA",
        "my_pkg-1.2.dist-info/WHEEL",
        "my_pkg-1.2.dist-info/entry_points.txt",
        "my_pkg-1.2.dist-info/licenses/LICENSE",
        "my_pkg-1.2.dist-info/sboms/a.json",
    ]


def test_the_library_is_executable_and_lies_at_the_extension_s_name() -> None:
    (module,) = (entry for entry in _entries() if entry.name == _WHEEL.extension)

    assert module == Entry(name=_WHEEL.extension, source=_LIBRARY, executable=True)


def test_wheel_names_format_generator_and_every_tag() -> None:
    wheel = replace(_WHEEL, stem="my_pkg-1.2-7b-cp315-abi3.abi3t")
    tags = wheel_tags(wheel.stem, ("manylinux2014_x86_64", "manylinux_2_17_x86_64"))

    found = wheel_entries(_PROJECT, wheel, _LIBRARY, tags, "wheelmatrix (0.1)")

    (text,) = (entry.source for entry in found if entry.name.endswith("/WHEEL"))
    assert isinstance(text, bytes)
    assert text.decode().splitlines() == [
        "Wheel-Version: 1.0",
        "Generator: wheelmatrix (0.1)",
        "Root-Is-Purelib: false",
        "Build: 7b",
        "Tag: cp315-abi3-manylinux2014_x86_64",
        "Tag: cp315-abi3-manylinux_2_17_x86_64",
        "Tag: cp315-abi3t-manylinux2014_x86_64",
        "Tag: cp315-abi3t-manylinux_2_17_x86_64",
    ]
    assert BytesHeaderParser().parse(io.BytesIO(text))["Build"] == "7b"


@given(st.lists(st.sampled_from(["manylinux_2_17_x86_64", "manylinux2014_x86_64", "win_amd64", "any"]), min_size=1))
def test_the_filename_means_the_tags_that_wheel_lists(platforms: list[str]) -> None:
    stem = "my_pkg-1.2-cp315-abi3.abi3t"

    filename = wheel_filename(stem, platforms)

    name, version, build, tags = parse_wheel_filename(filename)
    assert (name, str(version), build) == ("my-pkg", "1.2", ())
    assert tags == frozenset().union(*map(parse_tag, wheel_tags(stem, platforms)))
    assert filename.removesuffix(".whl").split("-")[-1].split(".") == sorted(set(platforms))


def test_a_filename_above_246_bytes_is_refused() -> None:
    fixed = len("p-1+-cp312-cp312-win_amd64.whl")
    longest, longer = (f"p-1+{'x' * (length - fixed)}-cp312-cp312" for length in (246, 247))

    assert len(wheel_filename(longest, ["win_amd64"])) == 246
    with pytest.raises(PackError, match="has 247 bytes, indexes take 246"):
        wheel_filename(longer, ["win_amd64"])


def test_a_wheel_without_tags_is_refused() -> None:
    with pytest.raises(PackError, match="no platform tag"):
        wheel_filename(_WHEEL.stem, [])
    with pytest.raises(PackError, match="no tag"):
        wheel_entries(_PROJECT, _WHEEL, _LIBRARY, (), "wheelmatrix")


@pytest.mark.parametrize("stem", ["p-1-cp312", "p-1-x1-cp312-cp312", "p--cp312-cp312", "p-1-1-2-cp312-cp312"])
def test_a_stem_of_another_form_is_refused(stem: str) -> None:
    with pytest.raises(PackError, match=r"is not name-version\[-build\]-python-abi"):
        wheel_tags(stem, ["any"])


def test_filename_and_metadata_have_to_agree() -> None:
    with pytest.raises(PackError, match=r"called my_pkg-1.3, its metadata my_pkg-1.2"):
        _entries(wheel=replace(_WHEEL, stem="my_pkg-1.3-cp312-cp312"))


def test_a_project_without_scripts_has_no_entry_points() -> None:
    found = _entries(replace(_PROJECT, metadata=replace(_METADATA, entry_points=b"")))

    assert not any(entry.name.endswith("entry_points.txt") for entry in found)


def test_two_sources_of_one_name_are_both_named() -> None:
    stale = PurePath("/p/pkg/_native.so")

    with pytest.raises(PackError) as caught:
        _entries(_with_sources(Entry(name=_WHEEL.extension, source=stale)))

    assert str(stale) in str(caught.value)
    assert str(_LIBRARY) in str(caught.value)
    assert "develop" in caught.value.issues[0].hint


def test_the_same_source_twice_is_one_member() -> None:
    entry = Entry(name="pkg/x.py", source=PurePath("/p/pkg/x.py"))

    assert sum(found.name == "pkg/x.py" for found in _entries(_with_sources(entry), extra=(entry,))) == 1


def test_every_forbidden_name_is_reported_at_once() -> None:
    project = _with_sources(
        Entry(name="../up", source=b""),
        Entry(name="pkg\\x", source=b""),
        Entry(name="my_pkg-1.2.dist-info/RECORD", source=b""),
        Entry(name="pkg", source=b""),
    )

    with pytest.raises(PackError) as caught:
        _entries(project)

    text = str(caught.value)
    assert len(caught.value.issues) == 4
    assert all(part in text for part in ("`..`", "backslash", "written by the packer", "a directory"))


def test_metadata_that_is_not_the_wheel_s_is_refused() -> None:
    text = _METADATA.text.replace(b"Version: 1.2", b"Version: 1.3").replace(b"LICENSE", b"COPYING")

    with pytest.raises(PackError) as caught:
        _entries(replace(_PROJECT, metadata=replace(_METADATA, text=text)))

    assert "Version is '1.3', expected '1.2'" in str(caught.value)
    assert "'COPYING' is not in the wheel" in str(caught.value)
