"""What the nodes of a drawing look like, and what its legend says about them; no drawing here."""

from __future__ import annotations

import colorsys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gnnlab.graphs.node_names import NodeNames
from gnnlab.graphs.sequence_pairs import Pair, hops_from

NODE = "#9ecae1"
QUERY = "#fdae6b"
UNHEARD = "#ffffff"
CLASSES = ("#9ecae1", "#fdae6b", "#a1d99b", "#bcbddc", "#fa9fb5", "#c7c7c7", "#dbdb8d", "#17becf")
LIGHTNESS = (
    0.8,
    0.55,
    0.7,
)  # in turn, where there are more classes than that, so that neighbouring hues differ
#: From the node that listens outwards; further hops share the last shade.
HOPS = ("#08519c", "#3182bd", "#6baed6", "#9ecae1", "#c6dbef", "#deebf7")


@dataclass
class NodeLook:
    """Colours and labels of nodes, with the legend that explains the colours."""

    colors: list[Any]
    labels: dict[int, str]
    legend: list[tuple[str, str]] = field(default_factory=list)
    values: list[float] | None = None

    def mark(self, node: int, color: str, text: str) -> None:
        """Give one node a colour of its own."""
        self.colors[node] = color
        self.legend.append((color, text))


def labels_of(labels: Sequence[Any] | Mapping[int, Any] | None, default: Sequence[Any]) -> dict[int, str]:
    """Return a label for each node, the default where none is given."""
    texts = {node: str(label) for node, label in enumerate(default)}
    if isinstance(labels, Mapping):
        return texts | {int(node): str(label) for node, label in labels.items()}
    if labels is not None:
        check_length(labels, len(default), "labels")
        return {node: str(label) for node, label in enumerate(labels)}
    return texts


def of_each_node(values: Any, names: NodeNames, argument: str) -> Any:
    """Return one value for each node, in their order, of a mapping from nodes to values; a sequence as it is.

    Raises:
        ValueError: A node that there is not, a node without a value, or no sequence.
    """
    if isinstance(values, Mapping):
        found = {names.number(node, argument): value for node, value in values.items()}
        missing = next((node for node in range(names.num_nodes) if node not in found), None)
        if missing is not None:
            raise ValueError(
                f"{argument} must have an entry for each node, but has none for {names.name(missing)!r}"
            )
        return [found[node] for node in range(names.num_nodes)]
    check_length(values, names.num_nodes, argument)
    return values.tolist() if hasattr(values, "tolist") else list(values)


def check_length(values: Any, num_nodes: int, name: str) -> None:
    """Raise a ValueError unless there is one value for each node."""
    try:
        count = len(values)
    except TypeError:
        raise ValueError(
            f"{name} must have one entry for each of the {num_nodes} nodes, but is {values!r}"
        ) from None
    if count != num_nodes:
        raise ValueError(f"{name} must have one entry for each of the {num_nodes} nodes, but has {count}")


def plain_look(labels: dict[int, str], color: Any = None) -> NodeLook:
    """Return one colour for all, or a list of colours."""
    many = isinstance(color, list)
    return NodeLook(list(color) if many else [NODE if color is None else color] * len(labels), labels)


def class_look(
    labels: dict[int, str], classes: Sequence[Any], names: Sequence[str] | Mapping[Any, str] | None
) -> NodeLook:
    """Return a colour for each class that there is, in their order, whatever their numbers or names.

    Args:
        labels: Of the nodes.
        classes: The class of each node: a whole number or a text.
        names: Class → name; of a sequence, the name of class k stands at place k.

    Raises:
        ValueError: A class that is neither a number nor a text, or that has no name.
    """
    kinds = [_class(kind) for kind in classes]
    known = sorted(set(kinds), key=lambda kind: (isinstance(kind, str), kind))
    color = dict(zip(known, class_colors(len(known))))
    legend = [(color[kind], _class_name(kind, names)) for kind in known]
    return NodeLook([color[kind] for kind in kinds], labels, legend)


def class_colors(count: int) -> list[str]:
    """Return different colours for some classes.

    >>> len(set(class_colors(100)))
    100
    """
    if count <= len(CLASSES):
        return list(CLASSES[:count])
    shades = (
        colorsys.hls_to_rgb(i / count, LIGHTNESS[i % len(LIGHTNESS)], 0.75 - 0.25 * (i % 2))
        for i in range(count)
    )
    return ["#" + "".join(f"{round(255 * part):02x}" for part in shade) for shade in shades]


def _class(kind: Any) -> int | str:
    if isinstance(kind, str):
        return str(kind)
    try:
        whole = int(kind)
        if whole == kind:
            return whole
    except (TypeError, ValueError, OverflowError):
        pass
    raise ValueError(f"node_class must hold whole numbers or names of classes, but holds {kind!r}")


def _class_name(kind: int | str, names: Sequence[str] | Mapping[Any, str] | None) -> str:
    if names is None:
        return kind if isinstance(kind, str) else f"class {kind}"
    if isinstance(names, Mapping):
        if kind in names:
            return str(names[kind])
    elif isinstance(kind, int) and 0 <= kind < len(names):
        return str(names[kind])
    raise ValueError(
        f"class_names must have a name for class {kind!r}: the name of class k at place k of a list, or class → name"
    )


def value_look(labels: dict[int, str], values: Sequence[Any]) -> NodeLook:
    """Return numbers that a colour bar explains."""
    try:
        numbers = [float(value) for value in values]
    except (TypeError, ValueError):
        raise ValueError("node_value must hold a number for each node") from None
    return NodeLook([NODE] * len(labels), labels, values=numbers)


def field_look(labels: dict[int, str], pairs: Iterable[Pair], node: int, layers: int | None) -> NodeLook:
    """Return shades of the hops from which `node` hears the others, white where it does not."""
    hops = hops_from(node, [pair[::-1] for pair in pairs], len(labels))  # to the node, against the edges
    furthest = max(hops) if layers is None else min(layers, max(hops))
    heard = [hop if hop <= furthest else -1 for hop in hops]
    shade = [HOPS[min(hop, len(HOPS) - 1)] if hop >= 0 else UNHEARD for hop in heard]
    last = min(furthest, len(HOPS) - 1)
    text = ["heard by itself" if hop == 0 else f"{hop} hop{'s' * (hop > 1)} away" for hop in range(last + 1)]
    if furthest > last:
        text[-1] = f"{last} to {furthest} hops away"
    legend = list(zip(HOPS, text))
    if -1 in heard:
        legend.append(
            (UNHEARD, "not heard" if layers is None else f"not heard in {layers} layer{'s' * (layers != 1)}")
        )
    return NodeLook(shade, labels, legend)
