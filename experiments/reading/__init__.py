"""Records read: statistics, tables, figures, pages."""
