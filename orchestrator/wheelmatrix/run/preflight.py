"""Looks at a release as a whole before its first byte: the files, the index, whom they are sent as."""

import os
import stat
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import anyio

from wheelmatrix import __version__, resources, tables
from wheelmatrix.errors import ConfigError, Issue, UploadError
from wheelmatrix.model import Index, Tables
from wheelmatrix.model.release import Distribution, Listing
from wheelmatrix.options import BuildOptions
from wheelmatrix.project.precedence import resolve
from wheelmatrix.publish import asking, probing
from wheelmatrix.publish.credentials import Known, choose, given
from wheelmatrix.publish.distribution import project_of
from wheelmatrix.publish.oidc import ci_of
from wheelmatrix.publish.order import lead_of
from wheelmatrix.publish.past import Past, to_same_index
from wheelmatrix.publish.preflight import Looked, local_findings, rebuilt, remote_findings, warnings
from wheelmatrix.publish.pypirc import Pypirc, pypirc_of
from wheelmatrix.publish.repository import Destination, destination
from wheelmatrix.publish.secret import Redaction, Secret
from wheelmatrix.run import releases
from wheelmatrix.run.ahead import Ahead
from wheelmatrix.run.authority import Fixed, Trusted, reading
from wheelmatrix.run.credential_sources import Means, authority
from wheelmatrix.run.http import Small, Wire, client, wire
from wheelmatrix.run.index import list_project
from wheelmatrix.run.look import Seen, classifiers, look_at, rendering
from wheelmatrix.run.pyproject import find_pyproject
from wheelmatrix.run.send import send_probe
from wheelmatrix.run.signals import interruptible
from wheelmatrix.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Giver:
    """What the command line says of who uploads."""

    user: str | None = None
    password: Secret | None = None
    token_file: str = ""
    """Path; `-`: stdin; empty: none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody asks to be uploaded, and what they say of who they are."""

    files: tuple[str, ...]
    """Paths; empty for a release that is resumed."""
    options: Mapping[str, object]
    """UploadOptions fields of the command line."""
    ahead: Ahead | None = None
    """What of the files was begun before."""
    giver: Giver = Giver()
    resume: str | None = None
    """Part of the name of the release to go on with; empty: the only one that is not over; None: none."""
    prompt: Callable[[str | None], tuple[str, Secret] | None] | None = None
    """Asks for user and password; None: nobody can be asked."""
    confirm: Callable[[str], bool] | None = None
    """Asks a question; None: nobody can be asked, and the answer is yes."""
    mask: Callable[[str], None] = lambda _: None
    """Prints workflow commands that hide a secret."""
    pauses: float = 1.0
    """What every pause is multiplied with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleared:
    """A release that may be sent."""

    options: BuildOptions
    project: str
    version: str
    files: tuple[Distribution, ...]
    destination: Destination
    listing: Listing
    """What the index lists before."""
    wire: Wire
    authority: Fixed | Trusted
    redaction: Redaction
    folder: Path
    """Where the release is remembered."""
    warnings: tuple[str, ...]
    pauses: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What is asked for, before any file or server is looked at."""

    options: BuildOptions
    place: Path
    """Where releases are remembered."""
    paths: tuple[Path, ...]
    before: Past | None
    """What earlier runs of the release did, if it is resumed."""
    known: Tables
    to: Destination
    wire: Wire

    @property
    def index(self) -> Index | None:
        """The known index that it goes to; None: it is none of the tables'."""
        return self.known.indexes.get(self.to.repository.index)


async def cleared(asked: Asked, own: Decided, environment: Mapping[str, str]) -> Cleared:
    """Return a release that may be sent; raises UploadError with everything that keeps it from that."""
    files, listing = await _looked(own, asked.ahead)
    who, listing, redaction, more = await _asked_index(asked, files, listing, own, environment)
    project, version = files[0].distribution.name, files[0].distribution.version
    for question in asking.questions(listing, project, version, own.to.repository.name):
        if asked.confirm is not None and not asked.confirm(question):
            raise UploadError.of("nothing was sent", where=f"{project} {version}", hint="--yes asks nothing")
    told = warnings(files, listing, is_trusted=isinstance(who, Trusted))
    return Cleared(
        options=own.options,
        project=project,
        version=version,
        files=tuple(each.distribution for each in files),
        destination=own.to,
        listing=listing,
        wire=own.wire,
        authority=who,
        redaction=redaction,
        folder=own.place / releases.name_of(own.to.repository.upload_url, project, version),
        warnings=tuple(dict.fromkeys((*own.to.warnings, *more, *map(str, told)))),
        pauses=asked.pauses,
    )


def foresee(asked: Asked, directory: Path, environment: Mapping[str, str]) -> None:
    """Raise ConfigError for what can be known to be wrong before the wheels are built: files, index, credentials."""
    paths_of(asked.files, directory)
    options = _options(asked, directory, environment)
    to = destination(options, tables.load(resources.table_texts()).indexes, _pypirc(options.config_file, environment))
    _wire(options, to)
    is_stdin = asked.giver.token_file == "-"  # noqa: S105  # a path, and no token; stdin can be read once only
    giver = replace(asked.giver, token_file="") if is_stdin else asked.giver
    choose(_known(replace(asked, giver=giver), options, to, environment), {})


def paths_of(files: Sequence[str], directory: Path) -> tuple[Path, ...]:
    """Return the files that were named, each once and without attestations; raises ConfigError for what is none."""
    paths = tuple(dict.fromkeys(directory / name for name in files))
    issues = []
    for path in paths:
        if path.is_dir():
            hint = f"name the files in it: {path.name}/*"
            issues.append(Issue(message="this is a directory", where=str(path), hint=hint))
        elif not path.is_file():
            issues.append(Issue(message="no such file", where=str(path)))
    if issues:
        raise ConfigError(*issues)
    return tuple(path for path in paths if not path.name.endswith(".attestation"))


def decided(asked: Asked, directory: Path, environment: Mapping[str, str]) -> Decided:
    """Return what is asked for; raises ConfigError for what is asked wrongly."""
    place = releases.home(directory)
    options = _options(asked, directory, environment)
    paths = paths_of(asked.files, directory)
    before = releases.past(releases.find(place, asked.resume)) if asked.resume is not None else None
    if before is not None and before.planned is not None:
        paths = paths or tuple(map(Path, before.planned.files))
        options = to_same_index(options, before.planned)
    if not paths:
        raise ConfigError.of("no files to upload", where="upload", hint="name wheels, and perhaps an sdist: dist/*")
    known = asked.ahead.known if asked.ahead else tables.load(resources.table_texts())
    to = destination(options, known.indexes, _pypirc(options.config_file, environment))
    return Decided(
        options=options, place=place, paths=paths, before=before, known=known, to=to, wire=_wire(options, to)
    )


def _options(asked: Asked, directory: Path, environment: Mapping[str, str]) -> BuildOptions:
    pyproject, text = find_pyproject(directory, str(asked.options.get("manifest_path", "")))
    return resolve(asked.options, environment, pyproject, text).options


def _pypirc(config_file: str, environment: Mapping[str, str]) -> Pypirc:
    path = Path(
        config_file.replace("~", environment.get("HOME", "~"), 1) if config_file.startswith("~/") else config_file
    )
    try:
        path = path.expanduser()
        text, mode = path.read_text(encoding="utf-8"), path.stat().st_mode
    except FileNotFoundError:
        return Pypirc(where=config_file)
    except (OSError, UnicodeDecodeError, RuntimeError) as error:
        raise ConfigError.of(f"it cannot be read: {type(error).__name__}", where=config_file) from error
    return pypirc_of(text, where=config_file, mode=None if os.name == "nt" else stat.S_IMODE(mode))


def _wire(options: BuildOptions, to: Destination) -> Wire:
    section = to.section
    return wire(
        user_agent=f"wheelmatrix/{__version__}",
        read_timeout_s=float(options.read_timeout),
        ca_bundle=options.ca_bundle or (section.ca_cert if section else ""),
        client_cert=options.client_cert or (section.client_cert if section else ""),
    )


async def _looked(own: Decided, ahead: Ahead | None) -> tuple[tuple[Looked, ...], Listing]:
    """Return the files if nothing is wrong with them as far as can be told here, and what the index lists meanwhile."""
    seen: list[Seen] = []
    listed: list[Listing] = []
    begun = ahead.take if ahead else None

    async def look() -> None:
        seen.append(await look_at(own.paths, own.known, with_attestations=own.options.attestations, begun=begun))

    async def ask() -> None:
        async with client(own.wire) as web:
            listed.append(
                await list_project(web, own.to.repository.simple_url, project_of(own.paths[0].name), authorization={})
            )

    async with anyio.create_task_group() as group:
        group.start_soon(look)
        group.start_soon(ask)
    files, index = seen[0].files, own.index
    told = dict(files[0].distribution.fields) if files and index else {}
    found = local_findings(
        files,
        index,
        known_classifiers=classifiers() if index else None,
        rendering=rendering(told.get("description", ""), told.get("description_content_type", "")),
    )
    issues = (*seen[0].issues, *found, *rebuilt(files, own.before))
    if issues:
        raise UploadError(*dict.fromkeys(issues))
    return files, listed[0]


async def _asked_index(
    asked: Asked, files: Sequence[Looked], listing: Listing, own: Decided, environment: Mapping[str, str]
) -> tuple[Fixed | Trusted, Listing, Redaction, tuple[str, ...]]:
    """Return in whose name the files are sent and what the index has, if it will take them; and what to say of it."""
    said: list[str] = []
    sent, to, probes = [each.distribution for each in files], own.to.repository, own.options.probe
    redaction = Redaction(*own.to.secrets)
    async with client(own.wire) as web:
        means = _means(asked, own.wire, environment, redaction, said)
        who = await authority(_known(asked, own.options, own.to, environment), means)
        if listing.state == "unknown" and (header := await reading(who, to)):
            listing = await list_project(web, to.simple_url, sent[0].name, authorization=header)
        issues = remote_findings(sent, listing, datetime.now(UTC), is_warehouse=own.index is not None)
        if not issues and probing.is_wanted(probes, is_known=own.index is not None):
            header = {"Authorization": (await who.header(0, None)).reveal()}
            issues = probing.findings(await send_probe(web, to.upload_url, header, lead_of(sent)), to.name)
    if issues:
        raise UploadError(*(replace(each, message=redaction.clean(each.message)) for each in issues))
    return who, listing, redaction, tuple(said)


def _known(asked: Asked, options: BuildOptions, to: Destination, environment: Mapping[str, str]) -> Known:
    token, path = None, asked.giver.token_file
    if path:
        try:
            is_stdin = path == "-"  # a path, and no token
            with interruptible():
                text = sys.stdin.read() if is_stdin else Path(path).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError.of(f"the token cannot be read: {type(error).__name__}", where=path) from error
        token = Secret(text)
    ci = ci_of(environment)
    return Known(
        repository=to.repository,
        given=given(environment, user=asked.giver.user, password=asked.giver.password, token=token),
        user_info=to.user_info,
        section=to.section,
        pypirc=options.config_file,
        trusted_publishing=options.trusted_publishing,
        ci=ci.name if ci else "",
        can_prompt=asked.prompt is not None and not options.non_interactive,
    )


def _means(asked: Asked, lines: Wire, environment: Mapping[str, str], redaction: Redaction, said: list[str]) -> Means:
    return Means(
        web=Small(lines),
        environment=environment,
        redaction=redaction,
        prompt=asked.prompt or (lambda _: None),
        mask=asked.mask,
        warn=said.append,
        pause_s=asked.pauses,
    )
