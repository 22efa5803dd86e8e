"""The whole line: from runs to a report, and a recorded run once more."""
