"""Numbers over seeds: intervals, paired differences, verdicts, summaries. All tables and sentences rest on them."""
