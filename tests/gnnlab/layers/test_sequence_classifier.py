import pytest
import torch

from gnnlab import SequenceGraphClassifier, palindrome_graph, path_graph, with_virtual_node


def model(graph, **options):
    settings = {"num_tokens": 10, "num_classes": 3, "hidden_channels": 7, "num_layers": 2} | options
    return SequenceGraphClassifier(graph, **settings)


def test_tokens_to_logits_by_hand():
    torch.manual_seed(0)
    subject = model(palindrome_graph(5), embedding_channels=4)
    symbols = [1, 2, 3, 2, 10]  # 10 is the query's own symbol
    features = torch.stack(
        [subject.embedding.weight[t] + subject.place.weight[i] for i, t in enumerate(symbols)]
    )
    x = torch.relu(features @ subject.dense.weight.T + subject.dense.bias)
    expected = subject.net(x, palindrome_graph(5).edge_index, query=4)
    torch.testing.assert_close(subject(torch.tensor([[1, 2, 3, 2]]))[0], expected)


def test_without_position_a_path_reads_the_same_from_both_ends():
    torch.manual_seed(1)
    tokens = torch.randint(10, (7, 5))
    plain = model(path_graph(5), position=False, readout="mean")
    torch.testing.assert_close(plain(tokens), plain(tokens.flip(1)))
    told = model(path_graph(5), position=True, readout="mean")
    assert not torch.allclose(told(tokens), told(tokens.flip(1)))


def test_the_edge_list_moves_with_the_module_and_is_no_weight():
    subject = model(palindrome_graph(4))
    assert "edge_index" in dict(subject.named_buffers())
    assert not any("edge_index" in name for name in subject.state_dict())


@pytest.mark.parametrize("tokens", [torch.zeros(2, 5, dtype=torch.long), torch.zeros(4, dtype=torch.long)])
def test_bad_tokens_are_named(tokens):
    with pytest.raises(ValueError, match="tokens"):
        model(palindrome_graph(5))(tokens)


def test_a_graph_without_query_is_read_over_all_nodes():
    assert model(path_graph(4))(torch.zeros(2, 4, dtype=torch.long)).shape == (2, 3)
    with pytest.raises(ValueError, match="query"):
        model(path_graph(4), readout="query")


def test_a_virtual_node_has_a_symbol_of_its_own_and_no_token():
    subject = model(with_virtual_node(palindrome_graph(5)))
    tokens = torch.tensor([[1, 2, 3, 2]])
    assert subject(tokens).shape == (1, 3)
    features = subject.encode(tokens)[0] - subject.place.weight
    expected = subject.embedding.weight[[1, 2, 3, 2, 10, 11]]
    torch.testing.assert_close(features, expected)
    with pytest.raises(ValueError, match="readout must be 'query'"):
        model(with_virtual_node(palindrome_graph(5)), readout="mean")


def test_reading_what_was_encoded_is_the_whole_model():
    subject = model(palindrome_graph(5))
    tokens = torch.randint(10, (7, 4))
    assert torch.equal(subject.read(subject.encode(tokens)), subject(tokens))
