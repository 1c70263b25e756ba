"""The jobs of a matrix as JSON for `strategy.matrix` of a GitHub workflow."""

import shlex
from collections.abc import Iterable

from wheelmatrix.plan.hosts import Job


def as_json(jobs: Iterable[Job]) -> dict[str, object]:
    """Return `{"include": […]}`, an entry a job: `os`, `name`, `args`, `targets`, `triples`, `cells`.

    `args` is one text, for any shell: it holds nothing that one would expand. The last three are lists.
    Source: GitHub docs, "Running variations of jobs in a workflow".
    """
    return {
        "include": [
            {
                "os": job.runner,
                "name": job.name,
                "args": shlex.join(job.arguments),
                "targets": [str(target) for target in job.targets],
                "triples": list(job.triples),
                "cells": [cell.id for cell in job.cells],
            }
            for job in jobs
        ]
    }
