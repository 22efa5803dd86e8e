"""``python -m experiments`` is the command ``gnnlab``."""

from gnnlab_command import main

if __name__ == "__main__":
    main()
