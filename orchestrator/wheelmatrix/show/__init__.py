"""What the user sees: every screen is made of events, and of nothing else."""
