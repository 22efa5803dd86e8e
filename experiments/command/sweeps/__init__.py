"""Commands that do many runs: sweeps from a file, tuning."""
