"""Which machines of a CI service a matrix needs: as few as there are systems that nothing else can link for."""

from collections.abc import Iterable, Mapping

from wheelmatrix.errors import ConfigError, Issue
from wheelmatrix.model import Cell, Gathered, Plan, Tables, Target
from wheelmatrix.options import AskedTarget, BuildOptions, for_cell, for_target
from wheelmatrix.plan import asked_targets
from wheelmatrix.plan.cargo_config import environment_name, target_setting
from wheelmatrix.plan.linker import frameworks
from wheelmatrix.plan.tags import short_id
from wheelmatrix.values import dataclass

RUNNERS = {
    "linux": "ubuntu-latest",
    "linux-arm": "ubuntu-24.04-arm",
    "macos": "macos-latest",
    "windows": "windows-latest",
}
"""Name of a job to the label of its runner. Source: GitHub docs, "GitHub-hosted runners reference"."""
_OWN = {"macos": "macos", "ios": "macos", "windows": "windows"}
"""Where the linker of a system is at home."""
_LINUX = {"x86_64": "linux", "aarch64": "linux-arm"}
"""The same by architecture: these are the ones that there are runners of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What one machine builds."""

    name: str
    """Key of `RUNNERS`."""
    targets: tuple[Target, ...]
    """In matrix order."""
    asked: tuple[str, ...]
    """How each of them was asked for, so that what the configuration says of it holds there, too."""
    cells: tuple[Cell, ...]
    """In matrix order."""

    @property
    def runner(self) -> str:
        """Label of the machine."""
        return RUNNERS[self.name]

    @property
    def triples(self) -> tuple[str, ...]:
        """What rustc compiles for, each once: of universal2 the slices."""
        return tuple(dict.fromkeys(triple for each in self.targets for triple in each.slices or (each.triple,)))

    @property
    def arguments(self) -> tuple[str, ...]:
        """What `wheelmatrix build` is told there: the Pythons and targets; the cells where not every pair is one."""
        pythons = tuple(dict.fromkeys(cell.interpreter.id for cell in self.cells))
        is_full = len(self.cells) == len(pythons) * len(self.targets)
        builds = () if is_full else tuple(word for cell in self.cells for word in ("--build", cell.id))
        return ("-i", *pythons, *(word for each in self.asked for word in ("--target", each)), *builds)


def jobs(plan: Plan, options: BuildOptions, tables: Tables, gathered: Gathered) -> tuple[Job, ...]:
    """Return the jobs that a plan takes, in the order of `RUNNERS`; each cell is in one of them.

    What zig or a GNU compiler links goes to Linux, with Linux' own; a macOS runner builds what needs Apple's SDK, a
    Windows runner what needs Microsoft's tools. `linker` says otherwise where it is set for a target: `native` wants
    the system's own machine, `zig`, `gcc` and `xwin` want Linux.
    `plan` is one for `equipped` machines; `gathered` has the facts of this one. Raises ConfigError with every target
    that no runner links for.
    """
    asked = asked_targets(options, tables, gathered.host.os)
    needs_sdk = bool(frameworks(gathered, plan.project))
    groups: dict[str, list[Cell]] = {name: [] for name in RUNNERS}
    homeless: dict[str, Target] = {}
    for cell in plan.cells:
        chosen = for_target(options, asked.get(cell.target, ""))
        chosen = for_cell(chosen, cell.id, short_id(cell.interpreter, cell.target))
        name = host_of(cell.target, chosen, gathered, needs_sdk=needs_sdk)
        if name:
            groups[name].append(cell)
        else:
            homeless[cell.target.triple] = cell.target
    if homeless:
        raise ConfigError(*map(_no_runner, homeless.values()))
    return tuple(_job(name, cells, asked) for name, cells in groups.items() if cells)


def host_of(target: Target, options: BuildOptions, gathered: Gathered, *, needs_sdk: bool) -> str:
    """Return the job that builds for `target`, a key of `RUNNERS`; empty: no runner can.

    `options`: those of the cell; `needs_sdk`: a dependency links Apple's frameworks.
    """
    is_named = bool(target_setting(target.triple, "linker", options, gathered))
    home = _OWN.get(target.os) or ("linux" if is_named else "")
    match options.linker:
        case "zig" | "gcc" | "xwin":
            return "linux"
        case "native":
            return home or (_LINUX.get(target.arch, "") if target.os == "linux" else "")
        case _:
            lacks_sdk = needs_sdk and target.os == "macos" and "SDKROOT" not in dict(options.environment)
            is_crossed = bool(target.zig or target.gcc or target.slices) and not lacks_sdk
            return "linux" if is_crossed else home


def _job(name: str, cells: Iterable[Cell], asked: Mapping[Target, str | AskedTarget]) -> Job:
    found = tuple(cells)
    targets = tuple(dict.fromkeys(cell.target for cell in found))
    return Job(name=name, targets=targets, asked=tuple(_said(each, asked) for each in targets), cells=found)


def _said(target: Target, asked: Mapping[Target, str | AskedTarget]) -> str:
    text = asked.get(target, str(target))
    return text if isinstance(text, str) else text.target


def _no_runner(target: Target) -> Issue:
    return Issue(
        message=f"no runner of GitHub's links for {target.triple}",
        where=f"target {target}",
        hint=f"name a linker in {environment_name(target.triple, 'LINKER')}, or target.{target.triple}.linker "
        "in .cargo/config.toml, that the Linux runner has",
    )
