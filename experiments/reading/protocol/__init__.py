"""How the figures of a page came about: which step was taken, which settings were chosen, and what else there was."""
