"""Claims from other reports and papers, run again and set beside what they say."""
