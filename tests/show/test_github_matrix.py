import json
import shlex

from tests.plan.gathered import TABLES, gathered, planned

from wheelmatrix.options import BuildOptions
from wheelmatrix.plan import asked_targets
from wheelmatrix.plan.elsewhere import equipped
from wheelmatrix.plan.hosts import jobs
from wheelmatrix.show.github_matrix import as_json

GNU, APPLE, MSVC = "x86_64-unknown-linux-gnu.2.17", "universal2-apple-darwin", "x86_64-pc-windows-msvc"


def include(options: BuildOptions) -> list[dict[str, object]]:
    rows = asked_targets(options, TABLES, "linux")
    found = jobs(planned(options, equipped(gathered(), rows)), options, TABLES, gathered())
    matrix = json.loads(json.dumps(as_json(found)))
    assert list(matrix) == ["include"]
    return list(matrix["include"])


def test_an_entry_says_where_and_what_to_build() -> None:
    linux, windows = include(
        BuildOptions(interpreters=("3.12", "3.13"), targets=(GNU, APPLE, MSVC), skip=("*13-mac*",))
    )

    assert linux == {
        "os": "ubuntu-latest",
        "name": "linux",
        "args": f"-i cp312 cp313 --target {GNU} --target {APPLE} --build cp312-manylinux_2_17_x86_64 "
        "--build cp313-manylinux_2_17_x86_64 --build cp312-macosx_universal2",
        "targets": [GNU, APPLE],
        "triples": ["x86_64-unknown-linux-gnu", "x86_64-apple-darwin", "aarch64-apple-darwin"],
        "cells": ["cp312-manylinux_2_17_x86_64", "cp313-manylinux_2_17_x86_64", "cp312-macosx_universal2"],
    }
    assert (windows["os"], windows["args"]) == ("windows-latest", f"-i cp312 cp313 --target {MSVC}")


def test_arguments_need_no_quotes_in_any_shell() -> None:
    every = BuildOptions(all_interpreters=True, enable=("pypy", "graalpy"), targets=(GNU, APPLE, MSVC))

    for entry in include(every):
        words = str(entry["args"]).split(" ")
        assert shlex.join(words) == entry["args"]
