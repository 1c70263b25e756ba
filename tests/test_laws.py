"""The package and the tests keep the laws of the design, and each law can be broken."""

import re
from collections.abc import Callable

import pytest
from tests.laws import (
    CHECKOUT,
    LAWS_OF_A_MODULE,
    LAWS_OF_A_TEST,
    PACKAGE,
    SIDEWAYS,
    TESTS,
    TEXT_PLACES,
    TEXT_SUFFIXES,
    UNMIRRORED,
    USUAL_SHARE,
    Complaints,
    Module,
    async_only_in_run,
    broad_handlers_have_a_place,
    cycle,
    deciding_rooms_never_ask,
    files_are_short,
    functions_are_short,
    imports,
    imports_are_absolute,
    imports_go_down,
    imports_stand_at_the_top,
    machine_paths,
    module,
    nothing_is_unfinished,
    public_things_are_documented,
    rich_only_in_show_and_cli,
    run_and_show_meet_in_events,
    unmirrored,
    usual_share,
)

# They hold


def none(complaints: list[str]) -> None:
    """Fail with all complaints, one a line."""
    if complaints:
        pytest.fail("\n".join(complaints), pytrace=False)


@pytest.mark.parametrize("law", LAWS_OF_A_MODULE, ids=lambda law: law.__name__)
def test_the_package_keeps_the_law(law: Callable[[Module], Complaints]) -> None:
    none([complaint for one in PACKAGE for complaint in law(one)])


@pytest.mark.parametrize("law", LAWS_OF_A_TEST, ids=lambda law: law.__name__)
def test_the_tests_keep_the_law(law: Callable[[Module], Complaints]) -> None:
    none([complaint for one in TESTS for complaint in law(one)])


def test_every_import_sideways_that_is_allowed_is_there() -> None:
    used = {(one.room, found.name.split(".")[1]) for one in PACKAGE for found in imports(one) if "." in found.name}

    assert SIDEWAYS.keys() <= used


def test_no_modules_import_each_other_in_a_ring() -> None:
    assert cycle(PACKAGE) == []


def test_ninety_five_of_a_hundred_functions_are_short() -> None:
    assert usual_share(PACKAGE) >= USUAL_SHARE


def test_every_module_has_its_test_file() -> None:
    none(unmirrored(PACKAGE, TESTS))
    assert [name for name in UNMIRRORED if name not in {one.name for one in PACKAGE}] == []


def test_no_file_names_a_path_of_one_machine() -> None:
    files = [path for place in TEXT_PLACES for path in sorted((CHECKOUT / place).rglob("*")) if path.is_file()]
    files += [path for path in sorted(CHECKOUT.iterdir()) if path.is_file()]
    texts = [path for path in files if path.suffix in TEXT_SUFFIXES and not {"target", "dist"} & set(path.parts)]

    assert len(texts) > len(PACKAGE)
    where = {path: path.relative_to(CHECKOUT).as_posix() for path in texts}
    none([complaint for path in texts for complaint in machine_paths(where[path], path.read_text(errors="replace"))])


# They can be broken

LONG = "def long():\n" + "    x = 1\n" * 59
BROKEN: tuple[tuple[Callable[[Module], Complaints], str, str, str], ...] = (
    (async_only_in_run, "plan.a", "async def f(): ...", "law 1"),
    (async_only_in_run, "cli.a", "import anyio", "law 1: anyio"),
    (async_only_in_run, "show.a", "def f():\n    from httpx import get", "law 1: httpx"),
    (async_only_in_run, "run.a", "import httpx2 as httpx", "law 1: httpx"),
    (rich_only_in_show_and_cli, "run.a", "from rich.live import Live", "law 1: rich"),
    (rich_only_in_show_and_cli, "plan.a", "import rich_click as click", "law 1: rich_click"),
    (deciding_rooms_never_ask, "plan.a", "import os.path", "law 2: a deciding room imports os"),
    (deciding_rooms_never_ask, "audit.a", "from time import time", "law 2: a deciding room imports time"),
    (deciding_rooms_never_ask, "pack.a", "from pathlib import Path, PurePath", "takes PurePath"),
    (deciding_rooms_never_ask, "model.a", "import pathlib", "takes PurePath"),
    (deciding_rooms_never_ask, "events", "print(1)", "calls print()"),
    (deciding_rooms_never_ask, "tables", "def f(p): return open(p)", "calls open()"),
    (deciding_rooms_never_ask, "plan.a", "today = date.today()", "asks for the time"),
    (run_and_show_meet_in_events, "run.a", "from wheelmatrix.show import board", "law 3: run imports show"),
    (run_and_show_meet_in_events, "show.a", "import wheelmatrix.run.engine", "law 3: show imports run"),
    (imports_go_down, "model.a", "from wheelmatrix.plan import plan", "law 4: model imports plan"),
    (imports_go_down, "audit.a", "from wheelmatrix.plan.tags import read", "law 4: audit imports plan"),
    (imports_go_down, "pack.a", "from wheelmatrix.plan import plan", "law 4: pack imports plan"),
    (imports_go_down, "api", "from wheelmatrix.cli import main", "law 4: api imports cli"),
    (imports_go_down, "tables", "def f():\n    import wheelmatrix.bindings", "law 4: tables imports bindings"),
    (imports_go_down, "run.a", "from wheelmatrix import build", "law 4: run imports"),
    (imports_stand_at_the_top, "plan.a", "def f():\n    import json", "law 4: json"),
    (imports_are_absolute, "plan.a", "from . import tags", "a relative import"),
    (files_are_short, "plan.a", "x = 1\n" * 350, "law 5: 350 lines"),
    (functions_are_short, "plan.a", LONG, "law 5: long has 60 lines"),
    (public_things_are_documented, "plan.a", "x = 1", "the module has no docstring"),
    (public_things_are_documented, "plan.a", '"""A."""\ndef f(): ...', "f has no docstring"),
    (public_things_are_documented, "plan.a", '"""A."""\nclass A: ...', "A has no docstring"),
    (nothing_is_unfinished, "plan.a", "x = 1  # " + "TO" + "DO later", "unfinished"),
    (nothing_is_unfinished, "plan.a", "raise NotImplementedError('x')", "unfinished"),
    (nothing_is_unfinished, "plan.a", "def f():\n    pass", "f does nothing"),
    (broad_handlers_have_a_place, "plan.a", "try:\n    f()\nexcept Exception:\n    x = 1", "catches Exception"),
    (broad_handlers_have_a_place, "run.a", "try:\n    f()\nexcept:\n    x = 1", "catches everything"),
)
KEPT: tuple[tuple[Callable[[Module], Complaints], str, str], ...] = (
    (async_only_in_run, "run.http", "import anyio, httpx\nasync def f(): ..."),
    (rich_only_in_show_and_cli, "show.a", "import rich"),
    (deciding_rooms_never_ask, "plan.a", "from pathlib import PurePath\nimport json"),
    (deciding_rooms_never_ask, "run.a", "import os, sys, time"),
    (run_and_show_meet_in_events, "cli.a", "from wheelmatrix.run import engine\nfrom wheelmatrix.show import board"),
    (imports_go_down, "plan.a", "from wheelmatrix.model import Plan\nfrom wheelmatrix.plan.tags import tag"),
    (imports_go_down, "events", "from wheelmatrix.model import Plan"),
    (imports_go_down, "plan.a", "from wheelmatrix.pack.names import x\nfrom wheelmatrix.project import y"),
    (imports_go_down, "api", "from wheelmatrix import run, show"),
    (imports_stand_at_the_top, "pack.a", "def f():\n    import deflate"),
    (
        functions_are_short,
        "plan.a",
        LONG.replace("long():", "long():\n    '''One.\n\n    More.'''", 1)[: -len("    x = 1\n")],
    ),
    (broad_handlers_have_a_place, "plan.a", "try:\n    f()\nexcept Exception:  # boundary: of toml\n    x = 1"),
    (broad_handlers_have_a_place, "run.a", "try:\n    f()\nexcept BaseException:\n    tidy()\n    raise"),
)


@pytest.mark.parametrize(("law", "name", "text", "complaint"), BROKEN)
def test_a_broken_law_is_noticed(law: Callable[[Module], Complaints], name: str, text: str, complaint: str) -> None:
    found = list(law(module(text, f"wheelmatrix.{name}", "place/a.py")))

    assert len(found) == 1
    assert re.fullmatch(rf"place/a\.py:\d+: .*{re.escape(complaint)}.*", found[0])


@pytest.mark.parametrize(("law", "name", "text"), KEPT)
def test_what_keeps_a_law_is_left_in_peace(law: Callable[[Module], Complaints], name: str, text: str) -> None:
    assert list(law(module(text, f"wheelmatrix.{name}"))) == []


def test_a_ring_is_noticed() -> None:
    first = module("from wheelmatrix.plan.b import x", "wheelmatrix.plan.a")
    second = module("from wheelmatrix.plan import a", "wheelmatrix.plan.b")
    later = module("def f():\n    from wheelmatrix.plan import a", "wheelmatrix.plan.b")

    assert cycle([first, second]) == ["wheelmatrix.plan.a", "wheelmatrix.plan.b", "wheelmatrix.plan.a"]
    assert cycle([first, later]) == []


def test_long_functions_and_missing_tests_are_noticed() -> None:
    long = module(LONG, "wheelmatrix.plan.a", "orchestrator/wheelmatrix/plan/a.py")

    assert usual_share([long, module("def f(): ...")]) == 0.5
    elsewhere, named = module("", where="tests/run/test_a.py"), module("", where="tests/plan/test_a.py")
    importing = module("from wheelmatrix.plan.a import f", where="tests/plan/test_others.py")
    assert len(unmirrored([long], [elsewhere])) == 1
    assert unmirrored([long], [named]) == unmirrored([long], [importing]) == []


def test_a_path_of_one_machine_is_noticed() -> None:
    assert machine_paths("a.md", "fine\nsee /ro" + "ot/x") == ["a.md:2: a path of one machine: see /ro" + "ot/x"]
    assert machine_paths("a.md", "/home/user/x and /opt/python") == []
