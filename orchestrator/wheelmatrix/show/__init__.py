"""What the user sees: every screen is made of events, and of nothing else."""

from wheelmatrix.show import planned, summary
from wheelmatrix.show.board import Board, fold
from wheelmatrix.show.choice import choose, has_color
from wheelmatrix.show.github import step_summary
from wheelmatrix.show.replay import replay

__all__ = ["Board", "choose", "fold", "has_color", "planned", "replay", "step_summary", "summary"]
