import numpy as np
import pytest
import torch

from gnnlab import GATConv, GCNConv, graph_memory
from gnnlab.layers.memory import ENTRIES_PER_TENSOR, remembered


def test_made_once_until_either_tensor_changes():
    made = []

    def make():
        made.append(None)
        return len(made)

    first, second = torch.arange(3), torch.arange(5)
    assert [remembered(first, "key", make, also=second) for _ in range(2)] == [1, 1]
    assert remembered(first, "other key", make, also=second) == 2
    second += 1
    assert remembered(first, "key", make, also=second) == 3
    first += 1
    assert remembered(first, "key", make, also=second) == 4
    assert remembered(first.clone(), "key", make, also=second) == 5


def test_a_new_tensor_in_the_place_of_a_dead_one_is_not_taken_for_it():
    first = torch.arange(3)
    for value in range(50):  # the allocator gives the same address again
        assert remembered(first, "key", lambda value=value: value, also=torch.tensor([value])) == value


def test_only_so_much_is_remembered():
    tensor, counts = torch.arange(3), []
    for key in range(3 * ENTRIES_PER_TENSOR):
        remembered(tensor, key, lambda: counts.append(None))
    remembered(tensor, 0, lambda: counts.append(None))
    assert len(counts) == 3 * ENTRIES_PER_TENSOR + 1


def test_tensors_of_inference_mode_are_not_remembered():
    with torch.inference_mode():
        tensor = torch.arange(3)
        assert remembered(tensor, "key", lambda: 1) == 1
        assert remembered(tensor, "key", lambda: 2) == 2


@pytest.mark.parametrize("layer", [GCNConv, GATConv])
@pytest.mark.parametrize("kernel", ["dense", "sparse", "message"])
@pytest.mark.parametrize("way", ["numpy", "data"])
def test_without_memory_a_hidden_change_is_seen(layer, kernel, way):
    pairs = np.array([[0, 1, 2], [1, 2, 3]])
    edges, conv, x = torch.from_numpy(pairs), layer(3, 2, kernel=kernel), torch.randn(4, 3)
    changed = torch.tensor([[0, 1, 2], [1, 2, 0]])
    with graph_memory(False):
        before = conv(x, edges)
        if way == "numpy":
            pairs[1, 2] = 0
        else:
            edges.data[1, 2] = 0
        after = conv(x, edges)
    torch.testing.assert_close(after, conv(x, changed))
    assert not torch.allclose(after, before)
    torch.testing.assert_close(conv(x, edges), after)  # nothing old comes back with the memory


def test_switching_off_forgets():
    pairs = np.array([[0, 1], [1, 2]])
    edges, conv, x = torch.from_numpy(pairs), GCNConv(3, 2), torch.randn(3, 3)
    conv(x, edges)
    pairs[0, 1] = 0
    with graph_memory(False):
        pass
    torch.testing.assert_close(conv(x, edges), conv(x, torch.tensor([[0, 0], [1, 2]])))


def test_the_switch_holds_from_the_call_on_and_can_be_nested():
    tensor, counts = torch.arange(3), []

    def look():
        remembered(tensor, "key", lambda: counts.append(None) or 1)
        return len(counts)

    assert [look(), look()] == [1, 1]
    switch = graph_memory(False)
    assert [look(), look()] == [2, 3]
    with graph_memory():
        assert [look(), look()] == [4, 4]
    assert look() == 5
    with switch:
        pass
    assert [look(), look()] == [5, 5]


@pytest.mark.parametrize("value", [None, 1, "off"])
def test_the_switch_is_true_or_false(value):
    with pytest.raises(ValueError, match=r"^enabled must be"):
        graph_memory(value)
