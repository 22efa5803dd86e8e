"""What a user writes, read: lists, ranges, seeds, spaces to tune over. Imports no torch."""
