"""The laws of the design, over the syntax trees of the package; `test_laws` holds it to them."""

import ast
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

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

_QUICK = ("__main__", "cli", "cli.upload", "backend.anew", "backend.heard", "backend.metadata", "backend.requires",
          "backend.wheels", "project.globs")  # fmt: skip
_SELDOM = ("audit.python_abi", "audit.wheel", "run.audit", "run.engine", "run.equipment", "run.execute", "run.repair",
           "run.ship")  # fmt: skip
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
