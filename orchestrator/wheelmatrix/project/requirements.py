"""How requirements and Python versions are written in METADATA: as their author ordered them, in one spelling.

The spelling is the one that users of maturin have in their wheels already (uv's PEP 508 printer), so that metadata
does not change with the tool: `foo-bar[x]>=1,<2 ; python_full_version < '3.11' and extra == 'y'`.
"""

import re

from packaging.requirements import Requirement
from packaging.specifiers import Specifier
from packaging.utils import canonicalize_name
from packaging.version import Version

_SPECIFIER = re.compile(r"(?:===|~=|==|!=|<=|>=|<|>)\s*[^\s,;()]+")
_HEAD = re.compile(r"\s*[A-Za-z0-9][A-Za-z0-9._-]*\s*(?:\[([^\]]*)\])?")
_COMPARED = re.compile(r'\bpython_version (<=|>=|==|!=|<|>) "(\d+)\.(\d+)"')
_RANGE = re.compile(r'python_full_version >= "(\d+)\.(\d+)" and python_full_version < "(\d+)\.(\d+)"')
_MAJOR = re.compile(r'\bpython_version (?=(?:>=|<) "\d+")')
_REVERSED = re.compile(r'"(\d+)\.(\d+)" (<=|>=|==|!=|<|>) python_version\b')
_MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "==": "==", "!=": "!="}


def requirement_text(text: str, extra: str = "") -> str:
    """Return a requirement as METADATA has it; with `extra`, for that extra alone.

    Raises packaging's InvalidRequirement.
    """
    requirement = Requirement(text)
    head = _HEAD.match(text)
    if head is None:
        raise AssertionError("packaging took a requirement without a name")
    extras = [canonicalize_name(each.strip()) for each in (head[1] or "").split(",") if each.strip()]
    name = canonicalize_name(requirement.name) + (f"[{','.join(extras)}]" if extras else "")
    if requirement.url:
        name += f" @ {requirement.url}"
    else:
        name += ",".join(_specifiers(text[head.end() :].partition(";")[0]))
    marker = _marker(str(requirement.marker or ""), extra)
    return f"{name} ; {marker}" if marker else name


def requires_python_text(text: str) -> str:
    """Return requires-python as METADATA has it, in the order it was written: `>=3.8, <4`.

    Raises packaging's InvalidSpecifier.
    """
    return ", ".join(_specifier(part.strip()) for part in text.split(",") if part.strip())


def _specifiers(text: str) -> list[str]:
    return [_specifier(found[0]) for found in _SPECIFIER.finditer(text)]


def _specifier(text: str) -> str:
    """Return a specifier with its version in the one spelling that PEP 440 gives each: `>=2025.1`, not `>=2025.01`."""
    found = Specifier(text)
    if found.operator == "===":
        return str(found)
    release = found.version.removesuffix(".*")
    return f"{found.operator}{Version(release)}{found.version[len(release) :]}"


def _marker(marker: str, extra: str) -> str:
    if extra and marker:
        marker = f"({marker}) and extra" if re.search(r"\bor\b", marker) else f"{marker} and extra"
        marker += f' == "{extra}"'
    elif extra:
        marker = f'extra == "{extra}"'
    marker = _REVERSED.sub(lambda found: f'python_version {_MIRRORED[found[3]]} "{found[1]}.{found[2]}"', marker)
    marker = _MAJOR.sub("python_full_version ", _COMPARED.sub(_full_version, marker))
    marker = _RANGE.sub(_of_one_minor, marker)
    # A value may hold one kind of quote; then it stays in the other.
    return marker if "'" in marker else marker.replace('"', "'")


def _full_version(found: re.Match[str]) -> str:
    """Say of the full version what a marker says of major and minor."""
    sign, major, minor = found[1], int(found[2]), int(found[3])
    if sign in ("==", "!="):
        return f'python_full_version {sign} "{major}.{minor}.*"'
    if sign in ("<=", ">"):
        sign, minor = {"<=": "<", ">": ">="}[sign], minor + 1
    return f'python_full_version {sign} "{major}.{minor}"'


def _of_one_minor(found: re.Match[str]) -> str:
    """Say of a range what is shorter, where it has one minor version: `== "3.9.*"`."""
    low, high = (int(found[1]), int(found[2])), (int(found[3]), int(found[4]))
    return f'python_full_version == "{found[1]}.{found[2]}.*"' if high == (low[0], low[1] + 1) else found[0]
