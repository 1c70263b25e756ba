"""What C libraries without symbol versions offer: read whole, refused where it is wrong."""

import json

import pytest

from wheelmatrix import resources
from wheelmatrix.errors import Issue
from wheelmatrix.model import Exports
from wheelmatrix.tables.symbols import exports

NAME = "symbols/musl.json"
FILE = {
    "library": "musl",
    "date": "2026-11-23",
    "source": "by hand",
    "since": {"1.2.3": ["memcpy open", "read"], "1.2.5": ["statx"]},
    "machines": {"EM_ARM": ["__aeabi_memcpy"]},
}


def read(file: object) -> tuple[Exports | None, list[str]]:
    issues: list[Issue] = []
    found = exports(NAME, file if isinstance(file, str) else json.dumps(file), issues)
    return found, [f"{issue.where}: {issue.message}" for issue in issues]


def test_each_symbol_has_the_version_that_it_is_known_from() -> None:
    found, said = read(FILE)

    assert said == []
    assert found == Exports(
        library="musl",
        since={"memcpy": "1.2.3", "open": "1.2.3", "read": "1.2.3", "statx": "1.2.5"},
        machines={"EM_ARM": frozenset({"__aeabi_memcpy"})},
    )


@pytest.mark.parametrize(
    ("file", "where"),
    [
        ("{", "no valid JSON"),
        ("[]", "expected an object"),
        ({**FILE, "since": ["memcpy"]}, "since"),
        ({**FILE, "since": {"1.2.3": "memcpy"}}, "since"),
        ({**FILE, "machines": {"EM_ARM": []}}, "machines"),
        ({**FILE, "until": {}}, "until"),
        ({key: value for key, value in FILE.items() if key != "source"}, "source"),
    ],
)
def test_a_file_of_another_form_is_refused(file: object, where: str) -> None:
    found, said = read(file)

    assert found is None
    assert len(said) == 1
    assert said[0].startswith(NAME)
    assert where in said[0]


def test_the_real_table_has_what_musl_has() -> None:
    found, said = read(resources.table_texts()[NAME])

    assert said == []
    assert found is not None
    assert {"memcpy", "pthread_create", "dl_iterate_phdr", "open64", "crypt", "__cxa_atexit"} <= found.since.keys()
    assert {name for name, since in found.since.items() if since != "1.2.3"} == {
        "preadv2", "pwritev2", "renameat2", "statx",
    }  # fmt: skip
    assert "gnu_get_libc_version" not in found.since
    assert "__aeabi_memcpy" in found.machines["EM_ARM"]
    assert "__time64" in found.machines["EM_386"]
    assert all(not symbols & found.since.keys() for symbols in found.machines.values())
