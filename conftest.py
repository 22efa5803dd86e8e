"""Which files pytest leaves alone when it looks for examples in the packages."""

import importlib.util

# Kernels are written in Triton, which there may be none of.
collect_ignore_glob = [] if importlib.util.find_spec("triton") else ["seq/kernels/*", "gnnlab/kernels/*"]
