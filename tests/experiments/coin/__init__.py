"""An experiment of nobody's lab: one folder, and one line in the catalogue."""
