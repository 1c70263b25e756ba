"""Which index a release goes to: from its name or URL, what is known of indexes, and the user's .pypirc."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from wheelmatrix.errors import ConfigError
from wheelmatrix.model import Index
from wheelmatrix.model.release import Repository
from wheelmatrix.options import UploadOptions
from wheelmatrix.options.nearest import nearest
from wheelmatrix.publish.address import Address, UserInfo, address, is_same, origin
from wheelmatrix.publish.pypirc import Pypirc, Section
from wheelmatrix.publish.secret import Secret
from wheelmatrix.values import dataclass

DEFAULT = "pypi"
"""Name of the index that is meant where none is given."""
_REPLACED = frozenset({"legacy", "upload"})
"""Last parts of upload URLs that have the simple pages beside them: warehouse, Azure Artifacts."""
_DEVPI_PORT = 3141
"""Where devpi listens unless it is told otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where a release goes to, and who it says that it is from."""

    repository: Repository
    user_info: UserInfo | None
    """What stood in the URL."""
    section: Section | None
    """Of .pypirc."""
    secrets: tuple[Secret, ...]
    """What no text may show, of all URLs and of .pypirc."""
    warnings: tuple[str, ...] = ()


def destination(options: UploadOptions, indexes: Mapping[str, Index], pypirc: Pypirc) -> Destination:
    """Return where a release goes to; `indexes` by name.

    A URL that is a known index's, or that of a section of .pypirc, is that index or section.
    Raises ConfigError for a name that nobody knows, a URL that is none or is not encrypted, and for an address of a
    known index that takes no uploads.
    """
    if options.repository_url:
        name, section = "", None
        found = address(options.repository_url, where="--repository-url", allow_http=options.allow_http)
        section = next((each for each in pypirc.sections.values() if _is_of(each, found.url, indexes)), None)
    else:
        name = options.repository or DEFAULT
        section = pypirc.sections.get(name)
        found = _named(name, section, options, indexes, pypirc)
    index = _index_of(found.url, indexes)
    upload_url = index.upload_url if index else found.url
    simple = None
    if options.simple_url:
        simple = address(options.simple_url, where="--simple-url", allow_http=options.allow_http)
    default_simple = index.simple_url if index else simple_beside(upload_url)
    infos = [each.user_info for each in (found, simple) if each is not None and each.user_info is not None]
    return Destination(
        repository=Repository(
            name=name or (index.name if index else urlsplit(upload_url).netloc),
            upload_url=upload_url,
            simple_url=_slashed(simple.url) if simple else default_simple,
            index=index.name if index else "",
        ),
        user_info=found.user_info,
        section=section,
        secrets=(*(secret for info in infos for secret in info.secrets), *pypirc.secrets),
        warnings=(*pypirc.warnings, *_warnings(name, simple, pypirc)),
    )


def simple_beside(upload_url: str) -> str:
    """Return the URL of the simple pages that servers usually have beside an upload URL, ending in a slash.

    `https://h/legacy/` and `https://h/upload/` → `https://h/simple/`; other paths are followed by it, as pypiserver,
    GitLab, Gitea, Artifactory, Nexus, CodeArtifact and Google's registry have it: `https://h/repository/a/` →
    `https://h/repository/a/simple/`. devpi's `/user/index/` looks no different and is known by its port alone: there
    `/user/index/+simple/`. Source: the servers' documentation.
    """
    parts = urlsplit(upload_url)
    words = [word for word in parts.path.split("/") if word]
    if parts.port == _DEVPI_PORT and len(words) == 2:
        words.append("+simple")
    else:
        words = [*(words[:-1] if words and words[-1] in _REPLACED else words), "simple"]
    return parts._replace(path=f"/{'/'.join(words)}/").geturl()


def _named(
    name: str, section: Section | None, options: UploadOptions, indexes: Mapping[str, Index], pypirc: Pypirc
) -> Address:
    """Return the address of an index that was given by name."""
    if section is not None and section.repository:
        where = f"{pypirc.where}: repository of [{name}]"
        return address(section.repository.reveal(), where=where, allow_http=options.allow_http)
    if name in indexes:
        return Address(url=indexes[name].upload_url, user_info=None)
    if "://" in name:  # which may have a password in it, and so is not shown
        raise ConfigError.of("--repository takes a name, not a URL", where="--repository", hint="use --repository-url")
    if section is not None:
        raise ConfigError.of(f"section [{name}] has no repository, the URL to upload to", where=pypirc.where)
    if name in pypirc.unlisted:
        hint = f"add {name} to index-servers of [distutils]: without that its section is not used"
        raise ConfigError.of(f"no index is called {name}", where=pypirc.where, hint=hint)
    known = sorted({*indexes, *pypirc.sections})
    guess = nearest(name, known)
    hint = f"did you mean {guess}?" if guess else f"there are {', '.join(known)}; any other by --repository-url"
    raise ConfigError.of(f"no index is called {name}", where="--repository", hint=hint)


def _is_of(section: Section, url: str, indexes: Mapping[str, Index]) -> bool:
    """Whether a section describes the index at this URL."""
    if not section.repository:
        return section.name in indexes and is_same(indexes[section.name].upload_url, url)
    try:
        return is_same(address(section.repository.reveal(), where=section.name, allow_http=True).url, url)
    except ConfigError:  # of another index, and so of no interest here
        return False


def _index_of(url: str, indexes: Mapping[str, Index]) -> Index | None:
    """Return the known index that takes uploads at a URL, with or without its slash.

    Raises ConfigError for its other addresses.
    """
    for index in indexes.values():
        if is_same(url, index.upload_url):
            return index
    for index in indexes.values():
        hosts = {origin(index.upload_url)[1], origin(index.simple_url)[1]}
        if origin(url)[1] in hosts:
            raise ConfigError.of(
                f"{url} is an address of {index.name}, but takes no uploads",
                where="repository",
                hint=f"upload to {index.upload_url}, or simply to --repository {index.name}",
            )
    return None


def _warnings(name: str, simple: Address | None, pypirc: Pypirc) -> tuple[str, ...]:
    warnings = []
    if name in pypirc.unlisted:
        warnings.append(f"{pypirc.where}: section [{name}] is not used: index-servers of [distutils] does not list it")
    if simple is not None and simple.user_info is not None:
        warnings.append("the user in --simple-url is not used: the index is asked with the credentials of the upload")
    return tuple(warnings)


def _slashed(url: str) -> str:
    return url if url.endswith("/") else f"{url}/"
