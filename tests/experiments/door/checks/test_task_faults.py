import random

import pytest
import torch

from experiments import Examples, Task, check, task


class Parity(Task):
    num_tokens, num_outputs, chance = 2, 2, 0.5

    def examples(self, count, generator):
        bits = torch.randint(2, (count, self.length), generator=generator)
        return bits, bits.sum(1) % 2


class FromTheGlobalGenerator(Parity):
    def examples(self, count, generator):
        bits = torch.randint(2, (count, self.length))
        return bits, bits.sum(1) % 2


class TouchesPythons(Parity):
    def examples(self, count, generator):
        random.random()
        return super().examples(count, generator)


class SeedsItsOwn(Parity):
    def examples(self, count, generator):
        return super().examples(count, torch.Generator().manual_seed(5))


class CountsDraws(Parity):
    draws = 0

    def examples(self, count, generator):
        self.draws += 1
        inputs, targets = super().examples(count, generator)
        return inputs, targets.roll(self.draws)


class PartsOverlap(Parity):
    def batch(self, split, count, generator):
        inputs, targets = self.examples(count, generator)
        from experiments.lab.sequences.tasks.task import Batch

        return Batch(inputs, targets)


class AlwaysTheSame(Parity):
    chance = None

    def examples(self, count, generator):
        inputs, targets = super().examples(count, generator)
        return inputs, torch.zeros_like(targets)


class ThreeClassesOfTwo(Parity):
    num_outputs = 3


class WrongChance(Parity):
    chance = 0.1


class SymbolsOutOfRange(Parity):
    def examples(self, count, generator):
        inputs, targets = super().examples(count, generator)
        return inputs + 1, targets


class EdgesOutOfRange(Parity):
    def graph(self, spec):
        graph = super().graph(spec)
        graph.edge_index = graph.edge_index + 1
        return graph


class LossWithoutGradient(Parity):
    def loss(self, outputs, targets):
        return super().loss(outputs, targets).detach()


FAULTS = {
    FromTheGlobalGenerator: {"again": "generator=generator", "generator": "of torch; give each call"},
    TouchesPythons: {"generator": "of Python"},
    SeedsItsOwn: {"again": "seed none of your own"},
    CountsDraws: {"again": "keep nothing from one call to the next"},
    PartsOverlap: {"splits": "or say disjoint = False"},
    AlwaysTheSame: {"targets": "nothing to learn", "classes": "the answer 1"},
    ThreeClassesOfTwo: {"classes": "the answer 2"},
    WrongChance: {"chance": "stated as 0.1, but the best constant answer scores 0.5"},
    SymbolsOutOfRange: {"drawn": "symbols should lie in 0..1"},
    EdgesOutOfRange: {"edges": "nodes are 0..20"},
    LossWithoutGradient: {"loss": "with a gradient"},
}


@pytest.mark.parametrize("kind", FAULTS, ids=lambda kind: kind.__name__)
def test_each_fault_is_found_by_its_checks_and_by_no_other(kind):
    report = check(kind, length=19 + (kind is EdgesOutOfRange))
    assert set(report.failed) == set(FAULTS[kind]), str(report)
    for name, words in FAULTS[kind].items():
        assert words in report[name].sentence


def test_batches_of_other_numbers_of_steps():
    class Grows(Parity):
        disjoint = False

        def batch(self, split, count, generator):
            drawn = super().batch(split, count, generator)
            return drawn._replace(inputs=drawn.inputs[:, : 8 + (split == "test")])

    assert check(Grows, length=9).failed == ["steps"]


def test_sound_tasks_have_no_fault():
    assert check(Parity, length=19).ok
    assert check(Parity, length=3).ok  # too few to divide, and it says so then

    @task(num_tokens=3, num_outputs=2)
    def lengths(count, generator, length):
        sizes = torch.randint(1, length + 1, (count,), generator=generator)
        symbols = torch.randint(1, 3, (count, length), generator=generator)
        return Examples(symbols, symbols[:, 0] - 1, sizes)

    report = check(lengths, length=17)
    assert report.ok, str(report)
    assert report["chance"].status == "not tried"
    found = check("lstm", lengths, 17)
    assert found["padding"].status == "holds"
