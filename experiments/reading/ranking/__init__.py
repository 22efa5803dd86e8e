"""Models over several tasks: scores, aggregates, comparisons and their figures."""
