"""The laws of the design, over the syntax trees of the package, and proofs that each law can be broken."""

import ast
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]
SOURCE = CHECKOUT / "orchestrator"

LEVELS = (
    frozenset({"model", "events", "errors", "options", "resources", "garbage", "values"}),
    frozenset({"tables"}),
    frozenset({"bindings", "platforms"}),
    frozenset({"project", "plan", "audit", "pack", "publish", "scaffold", "verify"}),
    frozenset({"run", "show"}),
    frozenset({"cli", "backend", "api"}),
    frozenset({"__main__", ""}),
)
"""Rooms from the ground up; the last level is the package itself."""

SIDEWAYS = {
    ("backend", "cli"): "what a frontend hands on are the arguments of `build`",
    ("plan", "project"): "features that depend on the interpreter are decided per cell",
    ("plan", "pack"): "a planned wheel has the file name that pack writes",
    ("publish", "audit"): "a file's metadata is read, and judged as a set, as the audit does",
    ("verify", "audit"): "what the audit says is the first tier",
    ("verify", "plan"): "a Python is of the row that the plan would choose for it",
}
"""Imports between rooms of one level, and why; a ring is an error all the same."""

DECIDING = LEVELS[1] | LEVELS[2] | LEVELS[3] | {"model", "events", "errors", "options"}
ASKS_THE_MACHINE = frozenset({
    "asyncio", "glob", "multiprocessing", "os", "platform", "random", "secrets", "shutil", "signal", "socket",
    "subprocess", "sys", "tempfile", "threading", "time", "uuid",
})  # fmt: skip
THE_TIME = frozenset({"date.today", "datetime.now", "datetime.today", "datetime.utcnow"})
OPTIONAL = frozenset({"deflate", "id", "keyring", "repairwheel", "readme_renderer", "trove_classifiers"})
"""Dependencies that may be missing, and so are imported where they are used."""

_QUICK = ("__main__", "cli", "cli.upload", "backend.heard", "backend.requires", "backend.wheels", "project.globs")
_SELDOM = ("audit.python_abi", "audit.wheel", "run.audit", "run.engine", "run.execute", "run.repair", "run.ship")
LAZY = frozenset({"wheelmatrix", *(f"wheelmatrix.{name}" for name in (*_QUICK, *_SELDOM))})
"""Modules that import inside functions: `--version` and hooks are quick, and do not load what few runs need."""

FILE_LINES, TEST_FILE_LINES, FUNCTION_LINES, USUAL_FUNCTION_LINES, USUAL_SHARE = 350, 500, 60, 35, 0.95

UNMIRRORED = {
    "wheelmatrix.__main__": "tests/cli/test_program.py starts it",
    "wheelmatrix.run.guardian_process": "a program of its own: tests/run/test_guardian.py starts it",
    "wheelmatrix.run.windows": "cannot run here; the README says so",
}
"""Modules that no test of their room imports, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """One Python file."""

    name: str
    """Dotted: `wheelmatrix.plan.tags`."""
    where: str
    """Path in the checkout."""
    text: str
    tree: ast.Module

    @property
    def room(self) -> str:
        """First part below the package; empty: the package itself."""
        return self.name.partition(".")[2].partition(".")[0]

    def says(self, node: ast.AST | int, law: str) -> str:
        """Return a complaint: place and law."""
        line = node if isinstance(node, int) else getattr(node, "lineno", 1)
        return f"{self.where}:{line}: {law}"


Complaints = Iterator[str]


def module(text: str, name: str = "wheelmatrix.plan.sample", where: str = "sample.py") -> Module:
    return Module(name=name, where=where, text=text, tree=ast.parse(text))


def files_below(root: Path, top: Path) -> tuple[Module, ...]:
    found = []
    for path in sorted(root.rglob("*.py")):
        parts = path.relative_to(top).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        where = path.relative_to(CHECKOUT).as_posix()
        found.append(module(path.read_text(encoding="utf-8"), name, where))
    return tuple(found)


PACKAGE = files_below(SOURCE, SOURCE)
TESTS = tuple(one for one in files_below(CHECKOUT / "tests", CHECKOUT) if "/crates/" not in one.where)


# What is imported where


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """One imported module, or a name in it."""

    name: str
    """Dotted, with the name that `from … import` takes: it may be a module."""
    node: ast.Import | ast.ImportFrom
    in_function: bool
    for_types: bool
    """Below `if TYPE_CHECKING`: never executed."""


def imports(one: Module) -> Iterator[Imported]:
    def visit(node: ast.AST, inside: bool, for_types: bool) -> Iterator[Imported]:
        if isinstance(node, ast.Import | ast.ImportFrom):
            prefix = f"{node.module or '.'}." if isinstance(node, ast.ImportFrom) else ""
            for alias in node.names:
                yield Imported(name=prefix + alias.name, node=node, in_function=inside, for_types=for_types)
        inside = inside or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for_types = for_types or (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")
        for child in ast.iter_child_nodes(node):
            yield from visit(child, inside, for_types)

    return visit(one.tree, False, False)


def top(name: str) -> str:
    return name.partition(".")[0]


def level(room: str) -> int:
    return next(height for height, rooms in enumerate(LEVELS) if room in rooms)


# The laws: each takes a module and complains


def async_only_in_run(one: Module) -> Complaints:
    for found in imports(one):
        if top(found.name) in ("httpx", "httpx2") and one.name != "wheelmatrix.run.http":
            yield one.says(found.node, "law 1: httpx has one import site, run/http.py")
    if one.room == "run":
        return
    for node in ast.walk(one.tree):
        if isinstance(node, ast.AsyncFunctionDef | ast.AsyncFor | ast.AsyncWith | ast.Await):
            yield one.says(node, "law 1: async code belongs in run/")
    for found in imports(one):
        if top(found.name) in ("anyio", "asyncio", "trio"):
            yield one.says(found.node, f"law 1: {top(found.name)} is imported outside of run/")


def rich_only_in_show_and_cli(one: Module) -> Complaints:
    for found in imports(one):
        if top(found.name) in ("rich", "rich_click") and one.room not in ("show", "cli"):
            yield one.says(found.node, f"law 1: {top(found.name)} is imported outside of show/ and cli/")


def deciding_rooms_never_ask(one: Module) -> Complaints:
    if one.room not in DECIDING:
        return
    for found in imports(one):
        if top(found.name) in ASKS_THE_MACHINE:
            yield one.says(found.node, f"law 2: a deciding room imports {top(found.name)}")
        if found.name in ("pathlib", "pathlib.Path", "pathlib.PosixPath", "pathlib.WindowsPath"):
            yield one.says(found.node, "law 2: a deciding room takes PurePath from pathlib, and nothing else")
    for node in ast.walk(one.tree):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name) and node.func.id in ("open", "input", "print"):
            yield one.says(node, f"law 2: a deciding room calls {node.func.id}()")
        asks_time = isinstance(node.func, ast.Attribute) and ast.unparse(node.func) in THE_TIME
        if asks_time:
            yield one.says(node, f"law 2: a deciding room asks for the time: {ast.unparse(node.func)}()")


def run_and_show_meet_in_events(one: Module) -> Complaints:
    other = {"run": "show", "show": "run"}.get(one.room)
    for found in imports(one):
        if other and f"{found.name}.".startswith(f"wheelmatrix.{other}."):
            yield one.says(found.node, f"law 3: {one.room} imports {other}; they meet in events")


def imports_go_down(one: Module) -> Complaints:
    for found in imports(one):
        if top(found.name) != "wheelmatrix" or found.name == "wheelmatrix.__version__":
            continue
        room = found.name.partition(".")[2].partition(".")[0]
        room = room if any(room in rooms for rooms in LEVELS) else ""
        same = room == one.room or (level(room) == level(one.room) == 0)
        if level(room) >= level(one.room) and not same and (one.room, room) not in SIDEWAYS:
            yield one.says(
                found.node, f"law 4: {one.room or 'the package'} imports {room or 'the package'}, which is not below it"
            )


def imports_stand_at_the_top(one: Module) -> Complaints:
    for found in imports(one):
        if found.in_function and top(found.name) not in OPTIONAL and one.name not in LAZY:
            yield one.says(found.node, f"law 4: {found.name} is imported inside a function")


def imports_are_absolute(one: Module) -> Complaints:
    for node in ast.walk(one.tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            yield one.says(node, "style: a relative import")


def files_are_short(one: Module) -> Complaints:
    limit = TEST_FILE_LINES if one.where.startswith("tests/") else FILE_LINES
    if (lines := one.text.count("\n")) >= limit:
        yield one.says(1, f"law 5: {lines} lines, a file has fewer than {limit}")


def functions_are_short(one: Module) -> Complaints:
    for node, lines in functions(one):
        if lines >= FUNCTION_LINES:
            yield one.says(node, f"law 5: {node.name} has {lines} lines, a function has fewer than {FUNCTION_LINES}")


def functions(one: Module) -> Iterator[tuple[ast.FunctionDef | ast.AsyncFunctionDef, int]]:
    """Each function and its lines without the docstring."""
    for node in ast.walk(one.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0]
            documented = ast.get_docstring(node, clean=False) is not None
            docstring = (first.end_lineno or 0) - first.lineno + 1 if documented else 0
            yield node, (node.end_lineno or 0) - node.lineno + 1 - docstring


def public_things_are_documented(one: Module) -> Complaints:
    if one.text.strip() and ast.get_docstring(one.tree) is None:
        yield one.says(1, "style: the module has no docstring")
    for node in one.tree.body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) or node.name.startswith("_"):
            continue
        if ast.get_docstring(node) is None:
            yield one.says(node, f"style: {node.name} has no docstring")


def nothing_is_unfinished(one: Module) -> Complaints:
    words = re.compile("|".join(("TO" + "DO", "FIX" + "ME", "X" * 3)))
    for number, line in enumerate(one.text.splitlines(), start=1):
        if found := words.search(line):
            yield one.says(number, f"style: unfinished, by its own word {found[0]}")
    for node in ast.walk(one.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and isinstance(node.body[-1], ast.Pass):
            yield one.says(node, f"style: {node.name} does nothing")
        if isinstance(node, ast.Raise) and node.exc and ast.unparse(node.exc).startswith("NotImplemented"):
            yield one.says(node, "style: unfinished, it raises so")


def broad_handlers_have_a_place(one: Module) -> Complaints:
    lines = one.text.splitlines()
    for node in ast.walk(one.tree):
        if not isinstance(node, ast.ExceptHandler) or one.name == "wheelmatrix.run.engine" or one.room == "cli":
            continue
        caught = ast.unparse(node.type) if node.type else "everything"
        last = node.body[-1]
        cleans_up = isinstance(last, ast.Raise) and last.exc is None
        if re.search(r"\b(Exception|BaseException|everything)\b", caught) and not cleans_up:
            comment = lines[node.lineno - 1].partition("#")[2]
            if "boundary" not in comment:
                yield one.says(node, f"style: catches {caught} at no named boundary (say `# boundary: …`)")


LAWS_OF_A_MODULE: tuple[Callable[[Module], Complaints], ...] = (
    async_only_in_run,
    rich_only_in_show_and_cli,
    deciding_rooms_never_ask,
    run_and_show_meet_in_events,
    imports_go_down,
    imports_stand_at_the_top,
    imports_are_absolute,
    files_are_short,
    functions_are_short,
    public_things_are_documented,
    nothing_is_unfinished,
    broad_handlers_have_a_place,
)
LAWS_OF_A_TEST = (imports_are_absolute, files_are_short, functions_are_short, nothing_is_unfinished)


# The laws of the whole


def cycle(modules: Sequence[Module]) -> list[str]:
    """Return modules that import each other in a ring, at module level; empty if there is no ring."""
    names = {one.name for one in modules}
    graph = {
        one.name: {
            target
            for found in imports(one)
            if not found.in_function and not found.for_types
            for target in (found.name if found.name in names else found.name.rpartition(".")[0],)
            if target in names and target != one.name
        }
        for one in modules
    }
    done: set[str] = set()

    def search(name: str, path: list[str]) -> list[str]:
        if name in path:
            return [*path[path.index(name) :], name]
        if name in done:
            return []
        ring = next((ring for target in sorted(graph[name]) if (ring := search(target, [*path, name]))), [])
        done.add(name)
        return ring

    return next((ring for name in sorted(graph) if (ring := search(name, []))), [])


def usual_share(modules: Sequence[Module]) -> float:
    """Return the share of functions that have the usual length."""
    lengths = [lines for one in modules for _, lines in functions(one)]
    return sum(lines < USUAL_FUNCTION_LINES for lines in lengths) / len(lengths)


def unmirrored(modules: Sequence[Module], tests: Sequence[Module]) -> list[str]:
    """Return modules with functions that no test file of their room has by name, or imports (from the room, too)."""
    exports = {
        f"{room.name}.{found.name.rpartition('.')[2]}": found.name
        for room in modules
        if room.where.endswith("__init__.py")
        for found in imports(room)
    }
    missing = []
    for one in modules:
        *folders, stem = one.name.split(".")[1:] or [""]
        if one.where.endswith("__init__.py") or one.name in UNMIRRORED or not any(functions(one)):
            continue
        room = "/".join(["tests", *folders])
        there = [test for test in tests if test.where.rpartition("/")[0] == room]
        used = {exports.get(found.name, found.name) for test in there for found in imports(test)}
        names = {f"{room}/test_{'_'.join(parts)}.py" for parts in ([stem], [*folders, stem], [stem, *folders])}
        if not names & {test.where for test in there} and not any(f"{n}.".startswith(f"{one.name}.") for n in used):
            missing.append(f"{one.where}: no {room}/test_{stem}.py, nor a test there that imports it")
    return missing


MACHINE_PATH = re.compile(r"/(?:work|farm|root|home)/(?!user\b)[a-z]")
TEXT_PLACES = ("orchestrator", "matrix", "tests", "docs", "examples", ".ci")
TEXT_SUFFIXES = frozenset({"", ".json", ".lock", ".md", ".py", ".pyi", ".rs", ".sh", ".svg", ".toml", ".txt", ".yml"})


def machine_paths(where: str, text: str) -> list[str]:
    return [
        f"{where}:{number}: a path of one machine: {line.strip()[:80]}"
        for number, line in enumerate(text.splitlines(), start=1)
        if MACHINE_PATH.search(line)
    ]


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
