import pytest
from small_project import gathered

from wheelmatrix.errors import ConfigError
from wheelmatrix.model import Entry
from wheelmatrix.options import BuildOptions, Pattern
from wheelmatrix.project.described import project

WHEEL, SDIST = frozenset({"wheel"}), frozenset({"sdist"})


def entries(*files: str, options: BuildOptions | None = None, texts: dict[str, str] | None = None) -> dict[str, Entry]:
    facts = gathered(files=files, texts=texts)
    return {each.name: each for each in project(options or BuildOptions(), facts).sources}


def test_a_pure_crate_gets_a_package_with_its_stub() -> None:
    found = entries("tiny.pyi")

    assert sorted(found) == ["tiny/__init__.py", "tiny/__init__.pyi", "tiny/py.typed"]
    assert b"from .tiny import *" in bytes(found["tiny/__init__.py"].source)  # type: ignore[arg-type]  # it is generated


def test_a_dotted_module_without_package_keeps_its_last_part() -> None:
    assert sorted(entries(options=BuildOptions(module_name="a.b._c"))) == ["_c/__init__.py"]


def test_a_package_is_taken_whole_but_for_by_products() -> None:
    kept = ("tiny/__init__.py", "tiny/.hidden", "tiny/é, ü.txt", "tiny/other.so", "tiny/tiny.pyi", "tiny/s/x.py")
    dropped = (
        "tiny/__pycache__/a.pyc",
        "tiny/b.pyc",
        "tiny/tiny.abi3.so",
        "tiny/libtiny.so",
        "tiny/tiny_debug.so",
        "tiny/c/CACHEDIR.TAG",
        "tiny/c/x",
    )

    assert sorted(entries(*kept, *dropped)) == sorted(kept)


def test_executable_files_stay_executable() -> None:
    assert entries("tiny/__init__.py", "tiny/run.sh*")["tiny/run.sh"].executable


def test_a_link_that_leads_nowhere_is_an_error() -> None:
    with pytest.raises(ConfigError, match="/p/tiny/dead: the link leads nowhere"):
        entries("tiny/__init__.py", "tiny/dead!")


def test_an_excluded_dead_link_is_none() -> None:
    options = BuildOptions(exclude=(Pattern(path="tiny/dead"),))

    assert sorted(entries("tiny/__init__.py", "tiny/dead!", options=options)) == ["tiny/__init__.py"]


@pytest.mark.parametrize("source", ["", "python"])
def test_python_packages_come_along(source: str) -> None:
    at = f"{source}/" if source else ""
    options = BuildOptions(python_source=source, python_packages=("extra",))

    assert sorted(entries(f"{at}tiny/a.py", f"{at}extra/e.py", f"{at}no/n.py", options=options)) == [
        "extra/e.py",
        "tiny/a.py",
    ]


def test_python_packages_come_along_with_a_pure_crate() -> None:
    found = entries("extra/e.py", options=BuildOptions(python_packages=("extra",)))

    assert sorted(found) == ["extra/e.py", "tiny/__init__.py"]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (Pattern(path="doc/*.md"), {"doc/a.md"}),
        (Pattern(path="doc/**/*"), {"doc/a.md", "doc/s/b.md"}),
        (Pattern(path="doc/**"), set()),
        (Pattern(path="doc"), set()),
        (Pattern(path="doc/*.md", formats=SDIST), set()),
        (Pattern(path="doc/*.md", formats=WHEEL), {"doc/a.md"}),
    ],
)
def test_include_takes_files_by_format(pattern: Pattern, expected: set[str]) -> None:
    found = entries("tiny/a.py", "doc/a.md", "doc/s/b.md", options=BuildOptions(include=(pattern,)))

    assert set(found) - {"tiny/a.py"} == expected


@pytest.mark.parametrize("glob", ["tiny/gen.txt", "python/tiny/gen.txt"])
def test_include_may_be_said_from_the_root_or_from_python_source(glob: str) -> None:
    options = BuildOptions(python_source="python", include=(Pattern(path=glob),))
    texts = {".gitignore": "gen.txt\n"}

    assert "tiny/gen.txt" in entries("python/tiny/a.py", "python/tiny/gen.txt", options=options, texts=texts)


@pytest.mark.parametrize("glob", ["tiny/b.py", "python/tiny/b.py", "b.py"])
def test_exclude_may_be_said_by_source_or_by_place_in_the_wheel(glob: str) -> None:
    options = BuildOptions(python_source="python", exclude=(Pattern(path=glob),))

    assert sorted(entries("python/tiny/a.py", "python/tiny/b.py", options=options)) == ["tiny/a.py"]


def test_exclude_for_sdists_does_not_touch_wheels() -> None:
    options = BuildOptions(exclude=(Pattern(path="*.py", formats=SDIST),))

    assert sorted(entries("tiny/a.py", options=options)) == ["tiny/a.py"]


def test_ignored_files_stay_away() -> None:
    found = entries("tiny/a.py", "tiny/b.txt", "tiny/keep.txt", texts={".gitignore": "*.txt\n!keep.txt\n"})

    assert sorted(found) == ["tiny/a.py", "tiny/keep.txt"]


def test_data_lies_below_the_distributions_name() -> None:
    found = entries("tiny.data/scripts/run*", "tiny.data/data/share/x")

    assert found["tiny-1.0.data/scripts/run"].executable
    assert "tiny-1.0.data/data/share/x" in found


@pytest.mark.parametrize(("files", "data"), [(("tiny.data/what/x",), ""), ((), "nope")])
def test_a_data_directory_that_is_none_is_refused(files: tuple[str, ...], data: str) -> None:
    with pytest.raises(ConfigError, match="data directory"):
        entries(*files, options=BuildOptions(data=data))
