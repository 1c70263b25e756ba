"""What a user is asked before a release goes out that can never be taken back."""

from packaging.utils import InvalidSdistFilename, InvalidWheelFilename, parse_sdist_filename, parse_wheel_filename
from packaging.version import InvalidVersion, Version

from wheelmatrix.model.release import Listing


def questions(listing: Listing, project: str, version: str, where: str) -> tuple[str, ...]:
    """Return what is unusual about a release, as questions; mostly none.

    The first one of a project (its name may be misspelt), and one that is older than what the index has.
    """
    if listing.state == "absent":
        return (f"{where} has no project {project} yet: make it, with version {version}?",)
    try:
        own = Version(version)
    except InvalidVersion:
        return ()
    newest = max(filter(None, map(_version, listing.files)), default=own)
    if own < newest and not own.is_prerelease:
        return (f"{where} has {project} {newest}, which is newer than {version}: release {version} all the same?",)
    return ()


def _version(filename: str) -> Version | None:
    try:
        if filename.endswith(".whl"):
            return parse_wheel_filename(filename)[1]
        return parse_sdist_filename(filename)[1]
    except (InvalidWheelFilename, InvalidSdistFilename, InvalidVersion):
        return None
