"""The tools of a run, for a step to be done by itself."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.plan.gathered import TABLES

from wheelmatrix.model import Plan
from wheelmatrix.options import BuildOptions
from wheelmatrix.run.guardian import Guardian
from wheelmatrix.run.history import History
from wheelmatrix.run.jobserver import Jobserver
from wheelmatrix.run.shop import Shop


@contextmanager
def small_shop(folder: Path, plan: Plan, options: BuildOptions) -> Iterator[Shop]:
    """Give a shop below `folder`, with one job and a screen that shows nothing."""
    with ExitStack() as tools:
        yield Shop(
            plan=plan,
            options=options,
            tables=TABLES,
            generator="test",
            root=folder / "kept",
            folder=folder,
            out=folder / "dist",
            epoch_s=0,
            emit=lambda event: None,
            jobserver=tools.enter_context(Jobserver.open(1, folder)),
            guardian=tools.enter_context(Guardian.start()),
            history=History.load(folder / "history.json"),
        )
