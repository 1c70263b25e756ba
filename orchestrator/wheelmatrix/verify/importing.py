"""How the modules of an unpacked wheel are imported in a process of their own, and what its output means."""

from collections.abc import Iterator, Sequence
from pathlib import PurePath

from wheelmatrix.model import Command
from wheelmatrix.model.verified import Check, Runner, State
from wheelmatrix.values import dataclass
from wheelmatrix.verify.modules import Module

SCRIPT = """\
import os, sys, traceback
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location

folder, *wanted = sys.argv[1:]
tops = {item.partition("=")[0].partition(".")[0] for item in wanted}
sys.path.insert(0, folder)


def say(*words):
    line = "\\t".join(word.replace("\\n", " ").replace("\\t", " ") for word in words)
    sys.stdout.write("\\nwheelmatrix-verify:" + line + "\\n")
    sys.stdout.flush()


def from_file(name, place):
    spec = spec_from_file_location(name, os.path.join(folder, *place.split("/")))
    module = module_from_spec(spec)
    spec.loader.exec_module(module)


def lacking(error):
    while isinstance(error, ImportError):
        found = error.name if isinstance(error, ModuleNotFoundError) and error.name else ""
        if found and found.partition(".")[0] not in tops:
            return found
        error = error.__cause__ or error.__context__
    return ""


for item in wanted:
    name, _, place = item.partition("=")
    say("begin", name)
    try:
        origin = getattr(import_module(name), "__file__", None)
        inside = origin and os.path.realpath(origin).startswith(os.path.realpath(folder) + os.sep)
        say("done" if inside or not origin else "elsewhere", name, str(origin))
        continue
    except BaseException as caught:
        error = caught
    missing = lacking(error)
    if missing:
        say("lacks", name, missing, place)
    if missing and place:
        try:
            from_file(name, place)
            say("done", name, place)
            continue
        except BaseException as caught:
            error = caught
        missing = lacking(error)
    if not missing:
        say("failed", name, traceback.format_exception_only(type(error), error)[-1].strip())
        traceback.print_exception(type(error), error, error.__traceback__)
say("end")
"""
"""What the child runs, on Python 3.8 and later. An extension module whose package needs what is not installed there is
loaded from its file: that proves the library all the same."""

_MARK = "wheelmatrix-verify:"
_MOST_LINES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How the child ended, and what it said."""

    code: int
    signal: str
    """Name of the signal that ended it: `SIGSEGV`; empty: none did."""
    timed_out: bool
    stdout: str
    stderr: str


def import_command(runner: Runner, script: PurePath, folder: PurePath, modules: Sequence[Module]) -> Command:
    """Return the call that imports `modules` from `folder`; `script` is a file with SCRIPT in it."""
    items = (f"{module.name}={module.library}" if module.library else module.name for module in modules)
    own = runner.command
    paths = (place_for(runner, script), place_for(runner, folder))
    return Command(
        argv=(*own.argv, *paths, *items),
        environment=own.environment,
        directory=folder.parent,
        without=own.without,
    )


def place_for(runner: Runner, path: PurePath) -> str:
    """Return a path as the Python of `runner` spells it: wine has the whole file system on drive Z."""
    return f"Z:{str(path).replace('/', chr(92))}" if runner.is_windows else str(path)


def imported(runner: Runner, ended: Ended, *, timeout_s: float, seconds: float) -> Check:
    """Return what the child's output and end come to."""
    state, message, hint = _judged(runner, ended, timeout_s)
    return Check(tier="import", state=state, python=runner.label, message=message, hint=hint, seconds=seconds)


def _judged(runner: Runner, ended: Ended, timeout_s: float) -> tuple[State, str, str]:
    said = list(_said(ended.stdout))
    kinds = {kind for kind, *_ in said}
    where = "" if runner.is_native else f" under {runner.command.argv[0].rpartition('/')[2]}"
    last = next((words[1] for words in reversed(said) if words[0] == "begin"), "")
    if ended.timed_out:
        doing = f"importing {last}" if last else "starting Python"
        hint = "give it more time with --verify-timeout" + ("" if runner.is_native else ", or try a newer emulator")
        return ("failed" if last else "unreachable"), f"{doing} did not end within {timeout_s:g} s{where}", hint
    if "end" not in kinds:
        doing = f"importing {last}" if last else "starting Python"
        return ("failed" if last else "unreachable"), f"{doing} {_how(ended)}{where}{_tail(ended.stderr)}", ""
    if faults := [_fault(*words[:3]) for words in said if words[0] in ("failed", "elsewhere")]:
        return "failed", "; ".join(faults) + _tail(ended.stderr), ""
    return _lacking(said)


def _lacking(said: list[list[str]]) -> tuple[State, str, str]:
    """Return what an end without a fault comes to: modules may lack what they need, and so prove nothing."""
    done = {words[1] for words in said if words[0] == "done"}
    lacks = [words for words in said if words[0] == "lacks"]
    if not lacks:
        return "passed", "", ""
    message = (
        "; ".join(f"{name} needs {missing}" for _, name, missing, _ in lacks) + ", which this Python does not have"
    )
    unproved = any(place and name not in done for _, name, _, place in lacks)
    if unproved or not done:
        return "unreachable", message, "install it there, or test the installed wheel with a test-command"
    alone = any(place for *_, place in lacks)
    return "passed", message + (": the extension modules were loaded by themselves" if alone else ""), ""


def _said(stdout: str) -> Iterator[list[str]]:
    for line in stdout.splitlines():
        if line.startswith(_MARK):
            yield [*line.removeprefix(_MARK).split("\t"), "", "", ""][:4]


def _fault(kind: str, name: str, detail: str = "") -> str:
    if kind == "elsewhere":
        return f"{name} was not imported from the wheel but from {detail}"
    return f"importing {name} failed: {detail}"


def _how(ended: Ended) -> str:
    return f"ended the process by {ended.signal}" if ended.signal else f"ended the process with exit code {ended.code}"


def _tail(stderr: str) -> str:
    """Return the last lines that say something, each on a line of its own; empty if there are none."""
    lines = [line.rstrip() for line in stderr.splitlines() if line.strip()]
    return "".join(f"\n{line}" for line in lines[-_MOST_LINES:])
