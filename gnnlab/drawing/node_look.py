"""What the nodes of a drawing look like, and what its legend says about them; no drawing here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from gnnlab.graphs.reach import hop_distances

NODE = "#9ecae1"
QUERY = "#fdae6b"
UNHEARD = "#ffffff"
CLASSES = ("#9ecae1", "#fdae6b", "#a1d99b", "#bcbddc", "#fa9fb5", "#c7c7c7", "#dbdb8d", "#17becf")
#: From the node that listens outwards; further hops share the last shade.
HOPS = ("#08519c", "#3182bd", "#6baed6", "#9ecae1", "#c6dbef", "#deebf7")


@dataclass
class NodeLook:
    """Colours and labels of nodes, with the legend that explains the colours."""

    colors: list[str]
    labels: dict[int, str]
    legend: list[tuple[str, str]] = field(default_factory=list)
    values: list[float] | None = None
    dark: set[int] = field(default_factory=set)

    def mark(self, node: int, color: str, text: str) -> None:
        """Give one node a colour of its own."""
        self.colors[node] = color
        self.dark.discard(node)
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


def check_length(values: Sequence[Any] | Tensor, num_nodes: int, name: str) -> None:
    """Raise a ValueError unless there is one value for each node."""
    if len(values) != num_nodes:
        raise ValueError(
            f"{name} must have one entry for each of the {num_nodes} nodes, but has {len(values)}"
        )


def plain_look(labels: dict[int, str]) -> NodeLook:
    """Return one colour for all."""
    return NodeLook([NODE] * len(labels), labels)


def class_look(
    labels: dict[int, str], classes: Sequence[int] | Tensor, names: Sequence[str] | None
) -> NodeLook:
    """Return a colour a class."""
    check_length(classes, len(labels), "node_class")
    numbers = [int(number) for number in classes]
    kinds = sorted(set(numbers))
    color = {kind: CLASSES[i % len(CLASSES)] for i, kind in enumerate(kinds)}
    name = {kind: f"class {kind}" if names is None else names[kind] for kind in kinds}
    return NodeLook([color[number] for number in numbers], labels, [(color[k], name[k]) for k in kinds])


def value_look(labels: dict[int, str], values: Sequence[float] | Tensor) -> NodeLook:
    """Return numbers that a colour bar explains."""
    check_length(values, len(labels), "node_value")
    return NodeLook([NODE] * len(labels), labels, values=[float(value) for value in values])


def field_look(labels: dict[int, str], edge_index: Tensor, node: int, layers: int | None) -> NodeLook:
    """Return shades of the hops from which `node` hears the others, white where it does not."""
    hops = hop_distances(edge_index.flip(0), node, num_nodes=len(labels))  # to the node, against the edges
    furthest = int(hops.max()) if layers is None else min(layers, int(hops.max()))
    heard = [hop if hop <= furthest else -1 for hop in hops.tolist()]
    shade = [HOPS[min(hop, len(HOPS) - 1)] if hop >= 0 else UNHEARD for hop in heard]
    last = min(furthest, len(HOPS) - 1)
    text = ["heard by itself" if hop == 0 else f"{hop} hop{'s' * (hop > 1)} away" for hop in range(last + 1)]
    if furthest > last:
        text[-1] = f"{last} to {furthest} hops away"
    legend = list(zip(HOPS, text))
    if -1 in heard:
        legend.append((UNHEARD, "not heard" if layers is None else f"not heard in {layers} layers"))
    return NodeLook(shade, labels, legend, dark={i for i, hop in enumerate(heard) if 0 <= hop <= 1})
