"""Where the runs of a sweep are done: in this process, in worker processes, or on a cluster."""
