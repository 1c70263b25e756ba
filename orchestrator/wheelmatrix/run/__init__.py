"""Does what was decided: plain functions to the outside, the only async code on the inside."""

from wheelmatrix.run.collect import Collected, collect
from wheelmatrix.run.execute import Result, execute
from wheelmatrix.run.preflight import Asked
from wheelmatrix.run.prepare import Prepared, list_pythons, prepare, runs_directory
from wheelmatrix.run.release import Released, upload
from wheelmatrix.run.verify_files import verify_files

__all__ = [
    "Asked",
    "Collected",
    "Prepared",
    "Released",
    "Result",
    "collect",
    "execute",
    "list_pythons",
    "prepare",
    "runs_directory",
    "upload",
    "verify_files",
]
