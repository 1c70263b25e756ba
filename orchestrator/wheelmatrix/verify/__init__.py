"""What is to be tried with a wheel, and what came of it: pure; `run.verify` does it."""
