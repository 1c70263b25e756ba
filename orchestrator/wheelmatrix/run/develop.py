"""An editable installation into an environment: what it needs, the build, and the wheel that leads to the project."""

import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import anyio

from wheelmatrix.errors import InstallError, PackError
from wheelmatrix.events import Screen
from wheelmatrix.model import Command, Entry, Wheel
from wheelmatrix.pack.names import dist_info_name
from wheelmatrix.plan.installation import MEMO, current, direct_url, memo, settled, with_direct_url
from wheelmatrix.run.environment import Environment, read_installation, site_packages
from wheelmatrix.run.execute import Result, execute
from wheelmatrix.run.files import issue_of, write_whole
from wheelmatrix.run.prepare import Prepared
from wheelmatrix.run.process import capture
from wheelmatrix.values import dataclass

_TAIL_LINES = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Developed:
    """What an editable installation came to."""

    result: Result
    installed: bool
    """False: it was there already, or was not asked for."""


def develop(
    prepared: Prepared,
    found: Environment,
    needed: Sequence[str],
    *,
    installer: Callable[[], Sequence[str]] | None,
    screen: Screen,
    tell: Callable[[str], object],
) -> Developed:
    """Install what the project needs, build it, and install it as editable; what is there already is left alone.

    `prepared` is an editable build for the environment's Python; `installer` gives the installer's command line, and
    is asked only when something is to be installed; None: the library is built, and nothing installed. `tell` is told
    what is installed. Raises InstallError if the installer fails; a failed build is in the result.
    """
    metadata = prepared.plan.project.metadata
    stem = dist_info_name(metadata.name, metadata.version)
    prepared = _with_memo(prepared, stem, needed)
    if installer is None:
        return Developed(result=_build(prepared, screen), installed=False)
    site = site_packages(found)
    url = direct_url(Path(prepared.plan.project.root))
    before = read_installation(site, stem)
    if not settled(before, needed):
        tell(f"installing {', '.join(needed)}")
        _install(installer(), needed, found)
    result = _build(prepared, screen)
    if result.exit_code:
        return Developed(result=result, installed=False)
    (wheel,) = result.wheels
    if current(_record(wheel), before, url):
        return Developed(result=result, installed=False)
    _install(installer(), ("--no-deps", "--force-reinstall", str(wheel.path)), found)
    _make_editable(site, stem, url)
    return Developed(result=result, installed=True)


def _with_memo(prepared: Prepared, stem: str, needed: Sequence[str]) -> Prepared:
    """Return a run whose wheel tells what it needs, in a directory of its own: nobody else installs from there."""
    project = prepared.plan.project
    note = Entry(name=f"{stem}.dist-info/{MEMO}", source=memo(needed).encode())
    plan = replace(prepared.plan, project=replace(project, sources=(*project.sources, note)))
    options = replace(prepared.given.options, out=str(prepared.root / "develop"))
    return replace(prepared, plan=plan, given=replace(prepared.given, options=options))


def _build(prepared: Prepared, screen: Screen) -> Result:
    return execute(prepared, arguments=("develop",), screen=screen, advises=False)


def _install(installer: Sequence[str], what: Sequence[str], found: Environment) -> None:
    """Have the environment's installer install something; raises InstallError with its last words."""
    environment = {"VIRTUAL_ENV": str(found.prefix)}
    command = Command(argv=(*installer, *what), environment=environment, directory=Path.cwd())
    said = anyio.run(partial(capture, command))
    if said.exit.ok:
        return
    text = (said.stderr or said.stdout).decode("utf-8", "replace").strip()
    raise InstallError.of(
        "\n".join(
            [f"`{' '.join(command.argv)}` ended with exit code {said.exit.code}", *text.splitlines()[-_TAIL_LINES:]]
        ),
        where=str(found.prefix),
    )


def _record(wheel: Wheel) -> str:
    """Return RECORD of a wheel that was just written."""
    try:
        with zipfile.ZipFile(Path(str(wheel.path))) as archive:
            name = next(name for name in archive.namelist() if name.endswith(".dist-info/RECORD"))
            return archive.read(name).decode()
    except OSError as error:
        raise PackError(issue_of(error, Path(str(wheel.path)))) from error


def _make_editable(site: Path, stem: str, url: str) -> None:
    """Have an installation tell where its source is, as pip does for `-e`: it names the wheel otherwise."""
    folder = site / f"{stem}.dist-info"
    if not (folder / "RECORD").is_file():
        raise InstallError.of("the installer installed nothing there", where=str(folder))
    record = (folder / "RECORD").read_text(encoding="utf-8")
    write_whole(folder / "direct_url.json", url.encode())
    write_whole(folder / "RECORD", with_direct_url(record, f"{stem}.dist-info/direct_url.json", url).encode())
