"""What every Windows has: read strictly, and no more than others know of."""

import json
import re

import pytest
from delvewheel import _dll_list  # comes with repairwheel

from wheelmatrix import resources, tables
from wheelmatrix.errors import ConfigError, Issue
from wheelmatrix.tables.windows import WINDOWS_FILE, windows_policy

TEXTS = resources.table_texts()
TEXT = TEXTS[WINDOWS_FILE]
POLICY = tables.load(TEXTS).windows
ONLY_ON_X86 = {"opengl32.dll"}
"""Windows on ARM64 has it, too, but delvewheel does not say so."""


def test_the_table_is_read_whole() -> None:
    found = json.loads(TEXT)

    assert POLICY.libraries == frozenset(found["libraries"])
    assert POLICY.prefixes == ("api-ms-win-", "ext-ms-win-")
    assert [one.library for one in POLICY.carried] == [row["library"] for row in found["carried"]]
    assert {"kernel32.dll", "ntdll.dll", "ws2_32.dll", "bcryptprimitives.dll", "ucrtbase.dll"} <= POLICY.libraries


def test_delvewheel_has_every_library_on_its_list_of_windows_own() -> None:
    known = {name.lower() for name in _dll_list.ignore_names[_dll_list.MachineType.ARM64]}

    assert POLICY.libraries - known == ONLY_ON_X86
    for machine in (_dll_list.MachineType.I386, _dll_list.MachineType.AMD64):
        assert _dll_list.ignore_names[machine] >= ONLY_ON_X86


@pytest.mark.parametrize(
    ("tag", "implementation", "version", "word_bits"),
    [
        ("cp38-win_amd64", "cpython", (3, 8), 64),
        ("cp38-win32", "cpython", (3, 8), 32),
        ("cp39-win_amd64", "cpython", (3, 9), 64),
        ("cp39-win32", "cpython", (3, 9), 32),
        ("cp312-win_arm64", "cpython", (3, 12), 64),
        ("cp314t-win_amd64", "cpython", (3, 14), 64),
        ("cp315-win32", "cpython", (3, 15), 32),
        ("pypy311_pp73-win_amd64", "pypy", (3, 11), 64),
        ("graalpy250_312_native-win_amd64", "graalpy", (3, 12), 64),
    ],
)
def test_delvewheel_agrees_on_what_a_python_carries(
    tag: str, implementation: str, version: tuple[int, int], word_bits: int
) -> None:
    theirs = next(names for form, names in _dll_list.ignore_by_abi_platform.items() if re.fullmatch(form, tag))
    ours = {
        one.library
        for one in POLICY.carried
        if one.implementation == implementation and one.since <= version and word_bits in one.word_bits
    }

    assert ours == theirs


WRONG = [
    ('"prefixes"', '"prefix"', r"windows.json: prefix: the key is not known"),
    ('"kernel32.dll"', '"KERNEL32.dll"', r"windows.json: libraries: expected a file name in lower case"),
    ('"kernel32.dll"', '"kernel32"', r"windows.json: libraries: expected a file name in lower case"),
    ('"kernel32.dll"', '"gdi32.dll"', r"libraries: expected file names in alphabetical order, each once"),
    ('"api-ms-win-"', '"api"', r"prefixes: expected beginnings of names in lower case, each up to a hyphen"),
    ('"since": "3.5"', '"since": 3.5', r"carried 1: since: expected a version in quotes"),
    (
        '"implementation": "cpython"',
        '"implementation": "jython"',
        r"carried 1: implementation: expected one of cpython",
    ),
    ("[32, 64]", "[32, 128]", r"carried 1: word_bits: expected \[32\], \[64\] or \[32, 64\]"),
    ("[32, 64]", "[64.0]", r"carried 1: word_bits: expected"),
    ("[32, 64]", "64", r"carried 1: word_bits: expected"),
    ('"since": "3.5", ', "", r"carried 1: since: the key is missing"),
    ('"libraries": [', '"libraries": {', r"windows.json: no valid JSON"),
]


@pytest.mark.parametrize(("right", "wrong", "message"), WRONG)
def test_a_wrong_entry_is_refused_with_its_place(right: str, wrong: str, message: str) -> None:
    issues: list[Issue] = []

    assert windows_policy(TEXT.replace(right, wrong, 1), issues) is None
    assert any(re.search(message, f"{issue.where}: {issue.message}") for issue in issues), issues


@pytest.mark.parametrize("text", ["[]", "3", "null", "{}", '{"carried": []}'])
def test_a_file_of_another_shape_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match=r"windows\.json"):
        tables.load({**TEXTS, WINDOWS_FILE: text})


def test_the_table_must_not_be_missing() -> None:
    with pytest.raises(ConfigError, match=r"policies/windows\.json: the table is missing"):
        tables.load({name: text for name, text in TEXTS.items() if name != WINDOWS_FILE})
