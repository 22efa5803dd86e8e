"""What Ctrl-C interrupted."""


class NothingBegun(KeyboardInterrupt):
    """A dry run was interrupted: there is nothing that the same command would go on with."""
