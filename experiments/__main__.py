"""``python -m experiments`` is the command ``gnnlab``."""

from experiments.command.cli import main

if __name__ == "__main__":
    main()
