"""Does what was decided: plain functions to the outside, the only async code on the inside."""

from wheelmatrix.run.collect import Collected, collect
from wheelmatrix.run.execute import Result, execute
from wheelmatrix.run.prepare import Prepared, list_pythons, prepare, runs_directory
from wheelmatrix.run.verify_files import verify_files

__all__ = [
    "Collected",
    "Prepared",
    "Result",
    "collect",
    "execute",
    "list_pythons",
    "prepare",
    "runs_directory",
    "verify_files",
]
