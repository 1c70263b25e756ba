"""BuildOptions, how its values are read, and what is derived from its fields."""

from wheelmatrix.options.build import OTHER_VARIABLES, BuildOptions, Given, ScreenOptions
from wheelmatrix.options.cell import for_cell, for_target
from wheelmatrix.options.facts import Facts, Scope
from wheelmatrix.options.fields import PREFIX, Option, options_of
from wheelmatrix.options.nearest import did_you_mean, nearest
from wheelmatrix.options.notes import Notes
from wheelmatrix.options.parts import ArtifactChoice, AskedTarget, Deployment, Feature, Override, Pattern, PythonSource
from wheelmatrix.options.patterns import expand_braces, matches
from wheelmatrix.options.patterns import split as split_patterns
from wheelmatrix.options.schema import schema
from wheelmatrix.options.sources import anchored
from wheelmatrix.options.upload import UploadOptions
from wheelmatrix.options.verify import VerifyOptions

__all__ = [
    "OTHER_VARIABLES",
    "PREFIX",
    "ArtifactChoice",
    "AskedTarget",
    "BuildOptions",
    "Deployment",
    "Facts",
    "Feature",
    "Given",
    "Notes",
    "Option",
    "Override",
    "Pattern",
    "PythonSource",
    "Scope",
    "ScreenOptions",
    "UploadOptions",
    "VerifyOptions",
    "anchored",
    "did_you_mean",
    "expand_braces",
    "for_cell",
    "for_target",
    "matches",
    "nearest",
    "options_of",
    "schema",
    "split_patterns",
]
