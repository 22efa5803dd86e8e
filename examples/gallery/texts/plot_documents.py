"""
Documents and words in one graph
================================

Text GCN's graph (Yao et al. 2019): documents are nodes, and so are words. A document is joined to its words by TF-IDF,
words to each other by PMI. A label at one document reaches another over the words that they share.
"""

import matplotlib.pyplot as plt

from gnnlab import document_graph, draw_graph

texts = {
    "about animals": ["a cat chased a mouse", "the mouse ate cheese", "a dog chased the cat"],
    "about music": ["the band played a song", "a song for piano", "piano and band played"],
}
LITTLE = {"a", "the", "and", "for"}
documents = [
    [word for word in text.split() if word not in LITTLE]
    for part in texts.values()
    for text in part
]
graph = document_graph(documents, window=3)

names = [f"text {number}" for number in range(1, 7)] + list(graph.words)
kinds = [kind for kind, part in texts.items() for _ in part] + ["a word"] * len(graph.words)

figure, ax = plt.subplots(figsize=(9, 6.4), layout="constrained")
draw_graph(
    graph.edge_index, ax=ax, labels=names, node_class=kinds, title="six texts and their words"
)
