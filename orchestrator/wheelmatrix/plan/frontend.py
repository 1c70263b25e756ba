"""What a build frontend asks for: its settings as the command line of `build`, and the one cell that it means."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from wheelmatrix.errors import ConfigError
from wheelmatrix.model import Entry, Gathered, Plan, Project
from wheelmatrix.options import BuildOptions, nearest
from wheelmatrix.pack.names import dist_info_name
from wheelmatrix.values import dataclass

_KEYS = ("build-args", "maturin.build-args", "wheelmatrix.build-args")
_VARIABLES = ("WHEELMATRIX_PEP517_ARGS", "MATURIN_PEP517_ARGS")
_ARCHFLAGS = {
    ("arm64",): "aarch64-apple-darwin",
    ("x86_64",): "x86_64-apple-darwin",
    ("arm64", "x86_64"): "universal2-apple-darwin",
}
"""What setuptools' ARCHFLAGS ask for, sorted, to the target."""
_OTHERS = ("find_interpreter", "all_interpreters")
_LASTING = {"compile", "audit", "pack"}
"""Steps whose results are known to hold while the project and cargo's builds are the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """The Python that the frontend builds with."""

    executable: str
    platform: str
    """`sys.platform`."""
    word_bits: int


def build_arguments(settings: Mapping[str, object] | None, environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return the arguments for `build` that a frontend hands on.

    They are those of the setting `build-args`, one text or several, split as a shell does; without it those of
    WHEELMATRIX_PEP517_ARGS, else MATURIN_PEP517_ARGS. Settings for other backends are passed over.
    Raises ConfigError for one that is no text, for a misspelt one, and for quotes that do not end.
    """
    texts: list[str] = []
    for key, found in (settings or {}).items():
        if key in _KEYS:
            texts += _texts(key, found)
        elif guess := nearest(key, _KEYS):
            raise ConfigError.of(f"there is no setting {key}", where="config_settings", hint=f"did you mean {guess}?")
    if texts:
        return tuple(word for text in texts for word in _split(text, "config_settings build-args"))
    name = next((name for name in _VARIABLES if environment.get(name)), "")
    return _split(environment[name], name) if name else ()


def one_cell(asked: Mapping[str, object], running: Running, environment: Mapping[str, str]) -> dict[str, object]:
    """Return the options of the one cell that a frontend means, over what its arguments asked for.

    The Python is the running one, the platform tag `linux`, without an audit by policy; what `[tool.wheelmatrix]` says
    of the matrix is left for releases. Raises ConfigError if the arguments ask for several Pythons or targets.
    """
    _refuse_many(asked)
    interpreters = tuple(map(str, dict.fromkeys(_list(asked.get("interpreters")))))
    values = here(asked, interpreters[0] if interpreters else running.executable, environment)
    if "targets" not in asked and not values["targets"] and (target := _target(running, environment)):
        values["targets"] = (target,)
    return values


def here(asked: Mapping[str, object], python: str, environment: Mapping[str, str]) -> dict[str, object]:
    """Return options that name one Python, over what was asked for; what the configuration says of a matrix is left."""
    values: dict[str, object] = {
        "build": (), "skip": (), "enable": (), "find_interpreter": False, "all_interpreters": False, "verify": "off",
        "check_reproducible": False, **asked, "interpreters": (python,),
    }  # fmt: skip
    if "compatibility" not in asked:
        values |= {"compatibility": ("off",), "auditwheel": asked.get("auditwheel", "skip")}
    if "targets" not in asked:
        named = environment.get("WHEELMATRIX_TARGETS") or environment.get("CARGO_BUILD_TARGET")
        values["targets"] = tuple(named.split()) if named else ()
    return values


def honoured(project: Project, folder: str, files: Mapping[str, bytes]) -> Project:
    """Return the project with the metadata that a frontend was given before; `files`: those of its `.dist-info`.

    WHEEL is not taken over, as it depends on what was built, nor is RECORD; files that others added are kept.
    Raises ConfigError if the directory is not of this project and version, or has no METADATA.
    """
    expected = f"{dist_info_name(project.metadata.name, project.metadata.version)}.dist-info"
    if folder != expected or "METADATA" not in files:
        raise ConfigError.of(
            f"expected {expected} with METADATA", where=f"metadata directory {folder}", hint="prepare it anew"
        )
    own = ("METADATA", "WHEEL", "RECORD", "entry_points.txt")
    licenses = {name.removeprefix("licenses/"): text for name, text in files.items() if name.startswith("licenses/")}
    others = {name: text for name, text in files.items() if name not in own and not name.startswith("licenses/")}
    metadata = replace(
        project.metadata,
        text=files["METADATA"],
        entry_points=files.get("entry_points.txt", b""),
        licenses=tuple(Entry(name=name, source=text) for name, text in sorted(licenses.items())),
    )
    added = tuple(Entry(name=f"{expected}/{name}", source=text) for name, text in sorted(others.items()))
    return replace(project, metadata=metadata, sources=(*project.sources, *added))


def has_lasting_plan(options: BuildOptions, gathered: Gathered) -> bool:
    """Return whether nothing but the project's files, cargo and the running Python has a say in a frontend's plan."""
    variables = {**gathered.environment, **dict(options.environment)}
    return gathered.pyproject is not None and not options.targets and "PYO3_CONFIG_FILE" not in variables


def has_lasting_wheel(plan: Plan) -> bool:
    """Return whether it makes one wheel, with no command of the user's and nothing generated or put beside."""
    commands = (*plan.before, *(command for build in plan.builds for command in build.before))
    is_alone = len(plan.wheels) == len(plan.builds) == 1 and not plan.tools and plan.wheels[0].beside is None
    return is_alone and not commands and {step.kind for step in plan.steps} == _LASTING


def _texts(key: str, found: object) -> list[str]:
    texts = [found] if isinstance(found, str) else found
    if isinstance(texts, list) and all(isinstance(text, str) for text in texts):
        return texts
    raise ConfigError.of(f"expected a text or a list of texts, found {found!r}", where=f"config_settings {key}")


def _split(text: str, where: str) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(text))
    except ValueError as error:
        raise ConfigError.of(f"cannot be split into arguments: {error}", where=where, hint=f"it is {text!r}") from error


def _refuse_many(asked: Mapping[str, object]) -> None:
    named = [*dict.fromkeys(_list(asked.get("interpreters"))), *(name for name in _OTHERS if asked.get(name))]
    if len(named) > 1 or any(name in named for name in _OTHERS):
        said = ", ".join(str(name).replace("_", "-") for name in named)
        raise ConfigError.of(
            f"a build backend builds for one Python, and the arguments name others: {said}",
            where="build-args",
            hint="leave them out: it is the Python that installs; `wheelmatrix build` builds for many",
        )
    targets = _list(asked.get("targets"))
    if len(targets) > 1:
        said = ", ".join(map(str, targets))
        raise ConfigError.of(f"a build backend builds for one target, found {said}", where="build-args")


def _list(found: object) -> Sequence[object]:
    return found if isinstance(found, tuple) else ()


def _target(running: Running, environment: Mapping[str, str]) -> str:
    """Return the target of a Python that is not of the compiler's own system; empty: it is."""
    if running.platform == "win32" and running.word_bits == 32:
        return "i686-pc-windows-msvc"
    if running.platform == "darwin":
        words = environment.get("ARCHFLAGS", "").split()
        named = {word for before, word in pairwise(words) if before == "-arch"}
        return _ARCHFLAGS.get(tuple(sorted(named)), "")
    return ""
