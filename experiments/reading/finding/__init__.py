"""The finding of a page in sentences, each made from a measure with its control."""
