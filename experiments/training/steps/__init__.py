"""How steps are taken: one training alone, several one after the other, all of them as one, captured or not."""
