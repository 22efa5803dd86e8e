"""One graph of eight nodes, written in every layout that people have."""

import networkx as nx
import numpy as np
import scipy.sparse as sp
import torch
from torch_geometric.data import Data

from experiments.data.graph_files.graph_file import PARTS

NODES, EDGES = 8, [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (5, 6), (6, 7), (0, 7), (1, 6)]
LABELS = ["b", "a", "a", "b", "", "a", "b", "a"]
PART = ["train", "train", "validation", "validation", "", "test", "test", "test"]
X = np.random.default_rng(0).normal(size=(NODES, 3)).astype(np.float32)
NUMBERS = np.array([{"a": 0, "b": 1, "": -1}[label] for label in LABELS])
MASKS = {part: np.array([each == part for each in PART]) for part in PARTS}


def table(folder, rows=None, edges=None, header="node,label,split,x0,x1,x2"):
    if rows is None:
        rows = [
            f"n{node},{LABELS[node]},{PART[node]},{','.join(repr(float(value)) for value in X[node])}"
            for node in range(NODES)
        ]
    if edges is None:
        edges = ["source,target", *(f"n{one},n{other}" for one, other in EDGES)]
    (folder / "nodes.csv").write_text("\n".join([header, *rows]) + "\n")
    (folder / "edges.csv").write_text("\n".join(edges) + "\n")
    return str(folder / "nodes.csv"), str(folder / "edges.csv")


def shchur(folder):
    a = sp.coo_matrix((np.ones(len(EDGES)), tuple(zip(*EDGES))), shape=(NODES, NODES)).tocsr()
    x = sp.csr_matrix(X)
    parts = {"adj": a, "attr": x}
    arrays = {
        f"{name}_{part}": getattr(matrix, part)
        for name, matrix in parts.items()
        for part in ("data", "indices", "indptr", "shape")
    }
    np.savez(folder / "g.npz", labels=NUMBERS, **arrays)
    return str(folder / "g.npz"), ""


def platonov(folder):
    masks = {f"{name}_masks": MASKS[part][None] for name, part in zip(("train", "val", "test"), PARTS)}
    np.savez(folder / "g.npz", node_features=X, node_labels=NUMBERS, edges=np.array(EDGES), **masks)
    return str(folder / "g.npz"), ""


def pyg_arrays(folder):
    masks = {f"{name}_mask": MASKS[part] for name, part in zip(("train", "val", "test"), PARTS)}
    np.savez(folder / "g.npz", x=X, edge_index=np.array(EDGES).T, y=NUMBERS, **masks)
    return str(folder / "g.npz"), ""


def saved(folder, whole=True):
    masks = {f"{name}_mask": torch.tensor(MASKS[p]) for name, p in zip(("train", "val", "test"), PARTS)}
    data = Data(torch.tensor(X), torch.tensor(EDGES).t().contiguous(), y=torch.tensor(NUMBERS), **masks)
    torch.save(data if whole else data.to_dict(), folder / "g.pt")
    return str(folder / "g.pt"), ""


def saved_dictionary(folder):
    return saved(folder, whole=False)


def graphml(folder):
    graph = nx.Graph()
    for node in range(NODES):
        features = {f"x{place}": float(value) for place, value in enumerate(X[node])}
        graph.add_node(f"n{node}", label=LABELS[node], split=PART[node], **features)
    graph.add_edges_from((f"n{one}", f"n{other}") for one, other in EDGES)
    nx.write_graphml(graph, folder / "g.graphml")
    return str(folder / "g.graphml"), ""


LAYOUTS = [table, shchur, platonov, pyg_arrays, saved, saved_dictionary, graphml]
