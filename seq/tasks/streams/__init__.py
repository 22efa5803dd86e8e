"""Tasks as streams of independent examples; whoever trains on them divides them into splits."""
