"""Options of `maturin build` that later versions will have, and those that need nothing to be done."""

from collections.abc import Sequence

from wheelmatrix.errors import ConfigError, Issue

_LATER = {
    "--pgo": "profile-guided optimization",
    "--generate-stubs": "writing type stubs",
}
_NEEDLESS = frozenset({"--compression-enable-large-file-support"})
"""The writer of wheels uses zip64 where a file needs it, and only there."""


def check(args: Sequence[str]) -> list[str]:
    """Return `args` without what needs nothing to be done; raises ConfigError that names every refused option."""
    found = dict.fromkeys(name for word in args if (name := word.partition("=")[0]) in _LATER)
    if found:
        raise ConfigError(
            *(
                Issue(message=f"{_LATER[name]} comes with a later version of wheelmatrix", where=name, hint=_HINT)
                for name in found
            )
        )
    return [word for word in args if word not in _NEEDLESS]


_HINT = "leave it out, or use maturin for this build"
