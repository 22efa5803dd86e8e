"""Models as a program names them: labels, classes, functions, layers of a user's own in a graph network."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from experiments.core import own
from experiments.core.registry import check_own_name
from experiments.core.written.kinds import kinds_checked


@kinds_checked
def graph_net(conv: Callable[[int, int], Any], layers: int = 4, *options: str) -> str:
    """The label of a graph network of a user's own convolution.

    Args:
        conv: ``(in_channels, out_channels) -> layer``, called as ``layer(x, edge_index)`` with x (N, F).
        layers: How many in a row.
        *options: Words of labels, as ``"residual"``, ``"mean"``, ``"heads4"``.

    Raises:
        ValueError: It has no name, or another convolution has it.

    Example:
        >>> from torch_geometric.nn import SAGEConv
        >>> class Mine(SAGEConv):
        ...     pass
        >>> graph_net(Mine, 3, "residual")
        'Mine-3-residual'
    """
    check_own_name(getattr(conv, "__name__", ""))
    code = own.of(conv, own.CONVOLUTION, "models")
    return "-".join([code.name, str(layers), *options])


def label_of(model: Any) -> str:
    """The label that a model is planned by.

    Args:
        model: A label, or a class or function ``(task, hidden) -> module``.

    Raises:
        ValueError: It is neither, or has no name of its own.
    """
    if isinstance(model, str):
        return model
    if hasattr(model, "forward") and not isinstance(model, type):
        raise ValueError(
            f"models: {type(model).__name__} is a model that is made; give its class, or what makes it"
        )
    if not callable(model):
        raise ValueError(f"models: {model!r:.60} should be a label, or a class or function (task, hidden)")
    check_own_name(getattr(model, "__name__", ""))
    return own.of(model, own.MODEL, "models").name


def labels_of(models: Any) -> list[str]:
    """Labels of one model or of several, each once.

    Raises:
        ValueError: There are none, or one is no model.
    """
    if isinstance(models, str):
        models = [word for word in models.split(",") if word.strip()]
    elif isinstance(models, Iterable) and not isinstance(models, type):
        models = list(models)
    else:
        models = [models]
    named: dict[str, Any] = {}
    for model in models:
        label = label_of(model).strip()
        if not isinstance(model, str) and named.setdefault(label, model) is not model:
            raise ValueError(
                f"models: two things are called {label}; rename one, because tables tell them by name"
            )
        named.setdefault(label, model)
    labels = list(named)
    if not labels:
        raise ValueError("models: there should be at least one, such as lstm")
    return labels
