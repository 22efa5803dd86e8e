"""Code of a user's own, by where it stands."""

from experiments.core.own.code import (
    CONVOLUTION,
    DATA,
    EXPERIMENT,
    MODEL,
    TASK,
    Code,
    drop,
    find,
    forget,
    is_reference,
    known,
    load,
    names,
    of,
    remember,
    where_it_failed,
)
from experiments.core.own.files import digest_said, stop_if_loading

__all__ = [
    "CONVOLUTION",
    "DATA",
    "EXPERIMENT",
    "MODEL",
    "TASK",
    "Code",
    "digest_said",
    "drop",
    "find",
    "forget",
    "is_reference",
    "known",
    "load",
    "names",
    "of",
    "remember",
    "stop_if_loading",
    "where_it_failed",
]
