import math

import pytest
import torch
from torch.nn.utils.rnn import pad_sequence

from experiments.lab.documents.classifiers.networks import (
    BagNet,
    CorpusGraphNet,
    WordReader,
    build_reader,
)
from experiments.lab.documents.settings import DocumentModel
from seq import LSTM

V, C, F_, H = 11, 3, 5, 7


def graph(generator, documents, words, edges=23):
    """Edges both ways, without loops and repetitions, with positive weights."""
    n = documents + words
    pairs = {tuple(sorted(pair)) for pair in torch.randint(0, n, (edges, 2), generator=generator).tolist()}
    once = torch.tensor([pair for pair in sorted(pairs) if pair[0] != pair[1]]).T
    weight = torch.rand(once.size(1), generator=generator) + 0.1
    return torch.cat([once, once.flip(0)], 1), torch.cat([weight, weight])


def dense_gcn(model, index, weight, documents):
    """relu(Â X) W with matrices written out."""
    tables = [model.documents if model.documents is not None else torch.zeros(documents, F_), model.words]
    x = torch.cat(tables)
    adjacency = torch.eye(len(x))
    adjacency[index[1], index[0]] = weight
    scale = adjacency.sum(1).rsqrt()
    normal = scale[:, None] * adjacency * scale
    h = (normal @ x).clamp(min=0)
    return (normal @ h @ model.last.lin.weight.T)[:documents]


@pytest.mark.parametrize("own", [0, 4])
def test_text_gcn_is_its_equation_with_gradients(own):
    generator = torch.Generator().manual_seed(0)
    documents = 4
    index, weight = graph(generator, documents, V)
    torch.manual_seed(1)
    model = CorpusGraphNet(V, C, DocumentModel(name="textgcn", embedding=F_, hidden=F_), own).eval()
    grads = []
    for compute in (model, lambda *inputs: dense_gcn(model, *inputs)):
        model.zero_grad()
        logits = compute(index, weight, documents)
        logits.square().sum().backward()
        grads.append((logits.detach(), *(p.grad.clone() for p in model.parameters())))
    for ours, plain in zip(*grads):
        torch.testing.assert_close(ours, plain, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("name", ["textgcn", "textgat"])
def test_renaming_documents_permutes_their_logits(name):
    generator = torch.Generator().manual_seed(2)
    documents = 6
    index, weight = graph(generator, documents, V)
    model = CorpusGraphNet(V, C, DocumentModel(name=name, embedding=F_, hidden=8, heads=2)).eval()
    order = torch.randperm(documents, generator=generator)
    place = torch.cat([torch.argsort(order), torch.arange(documents, documents + V)])
    shuffled = torch.randperm(index.size(1), generator=generator)
    there = model(place[index][:, shuffled], weight[shuffled], documents)
    torch.testing.assert_close(there, model(index, weight, documents)[order], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ["textgcn", "textgat"])
def test_training_drops_whole_nodes_and_evaluation_nothing(name):
    generator = torch.Generator().manual_seed(3)
    index, weight = graph(generator, 4, V)
    model = CorpusGraphNet(V, C, DocumentModel(name=name, embedding=F_, hidden=8, heads=2), 4)
    first, second = model(index, weight, 4), model(index, weight, 4)
    assert not torch.equal(first, second)
    model.eval()
    torch.testing.assert_close(model(index, weight, 4), model(index, weight, 4), rtol=0, atol=0)


READERS = ("lstm", "lstm-bidirectional", "gru-2", "phased", "bow-mlp", "widemlp", "lru", "minlstm-2-residual")
READERS += ("transformer-1-heads1", "transformer-2-heads1-full", "transformer-2-heads1-full-noposition")


def batch_of(lengths, generator, padding=0):
    items = [torch.randint(1, V, (length,), generator=generator) for length in lengths]
    return items, (pad_sequence(items, batch_first=True, padding_value=padding), torch.tensor(lengths))


@pytest.mark.parametrize("pooling", ["mean", "last"])
@pytest.mark.parametrize("name", READERS)
def test_padding_changes_no_logits(name, pooling):
    generator = torch.Generator().manual_seed(4)
    torch.manual_seed(5)
    model = build_reader(DocumentModel(name=name, embedding=F_, hidden=H, pooling=pooling), V, C).eval()
    items, together = batch_of([2, 13, 5, 1], generator)
    alone = torch.cat([model((item.unsqueeze(0), torch.tensor([len(item)]))) for item in items])
    torch.testing.assert_close(model(together), alone, rtol=1e-5, atol=1e-6)


def test_mean_and_last_pooling_are_what_they_say():
    torch.manual_seed(6)
    items, batch = batch_of([3, 7], torch.Generator().manual_seed(7))
    layer = LSTM(F_, H)
    for pooling in ("mean", "last"):
        model = WordReader(layer, V, C, pooling=pooling, dropout=0.0)
        rows = []
        for item in items:
            outputs, _ = layer(model.embedding(item).unsqueeze(0))
            rows.append(outputs[0].mean(0) if pooling == "mean" else outputs[0, -1])
        torch.testing.assert_close(model(batch), model.head(torch.stack(rows)), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("pooling", ["mean", "last"])
@pytest.mark.parametrize("label", ["transformer-2", "transformer-2-full", "transformer-1-full-rotary"])
def test_attention_over_words_is_read_as_recurrent_layers_are(label, pooling):
    torch.manual_seed(6)
    spec = DocumentModel(name=label, embedding=F_, hidden=8, pooling=pooling, most_words=9)
    model = build_reader(spec, V, C).eval()
    items, batch = batch_of([3, 7], torch.Generator().manual_seed(7))
    rows = []
    for item in items:
        outputs = model.layer(model.embedding(item).unsqueeze(0))[0]
        rows.append(outputs.mean(0) if pooling == "mean" else outputs[-1])
    torch.testing.assert_close(model(batch), model.head(torch.stack(rows)), rtol=1e-5, atol=1e-6)
    assert model.layer.causal == ("full" not in label)
    assert (model.layer.position is None) == ("rotary" in label)


def test_attention_without_positions_takes_the_words_as_a_bag():
    torch.manual_seed(6)
    items, batch = batch_of([5, 8], torch.Generator().manual_seed(7))
    turned = pad_sequence([item.flip(0) for item in items], batch_first=True), batch[1]
    for label, ordered in (("transformer-2-full-noposition", False), ("transformer-2-full", True)):
        model = build_reader(DocumentModel(name=label, embedding=F_, hidden=8), V, C).eval()
        assert torch.allclose(model(batch), model(turned), atol=1e-5) != ordered


def test_a_bag_has_no_order_and_is_one_hidden_layer_over_shares():
    torch.manual_seed(8)
    model = BagNet(V, C, hidden=H, dropout=0.5, word_dropout=0.5).eval()
    items, batch = batch_of([4, 9], torch.Generator().manual_seed(9))
    shares = torch.stack([torch.bincount(item, minlength=V) / len(item) for item in items])
    expected = model.head(torch.relu(shares @ model.embedding.weight + model.bias))
    torch.testing.assert_close(model(batch), expected, rtol=1e-5, atol=1e-6)
    mixed = batch[0].clone()
    mixed[0, :4] = batch[0][0, :4].flip(0)
    torch.testing.assert_close(model((mixed, batch[1])), expected, rtol=1e-5, atol=1e-6)


def test_widemlp_drops_hidden_units_and_no_words():
    torch.manual_seed(8)
    _, batch = batch_of([4, 9], torch.Generator().manual_seed(9))
    for name, steady in (("widemlp", True), ("bow-mlp", False)):
        model = build_reader(DocumentModel(name=name, hidden=H), V, C).train()
        hidden = []
        model.head.register_forward_pre_hook(lambda module, given, into=hidden: into.append(given[0]))
        for _ in range(20):
            model(batch)
        seen = torch.stack(hidden)  # (20, B, H): a unit is dropped, or twice what it is without dropout
        values = [len(set(seen[:, b, h].tolist()) - {0.0}) for b in range(2) for h in range(H)]
        assert (max(values) <= 1) == steady


def test_vectors_start_glorot_uniform_as_one_table():
    model = CorpusGraphNet(101, C, DocumentModel(name="textgcn", embedding=17, hidden=17), 13)
    bound = math.sqrt(6 / (101 + 13 + 17))
    for table in (model.words, model.documents):
        assert 0.9 * bound < table.abs().max() <= bound


def test_only_a_text_without_words_reads_the_vector_of_no_word():
    for name in (*READERS, "lstm-xavier"):
        model = build_reader(DocumentModel(name=name, embedding=F_, hidden=H), V, C)
        assert torch.equal(model.embedding.weight[0], torch.zeros(model.embedding.embedding_dim))
