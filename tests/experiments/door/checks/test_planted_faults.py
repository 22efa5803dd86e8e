import pytest

from experiments import check
from tests.experiments.door.checks import planted

#: A model with one fault: which checks find it, what their sentences say is to be done, and what is claimed.
FAULTS = {
    planted.LooksAhead: ({"causality": "torch.triu"}, {"task": "copy-memory"}),
    planted.MixesExamples: (
        {
            "alone": "each row from its own row",
            "others": "never over dim 0",
            "others in training": "BatchNorm",
        },
        {},
    ),
    planted.Squeezes: ({"alone": "squeeze(-1), not squeeze()"}, {}),
    planted.ForgetsAParameter: ({"gradients": "forgotten.weight, forgotten.bias"}, {}),
    planted.Detaches: ({"gradients": "embed.weight; use them in forward without detach()"}, {}),
    planted.DrawsInEvaluation: ({"generator": "only while self.training"}, {}),
    planted.DropsInEvaluation: (
        {"generator": "F.dropout(x, p, self.training)", "alone": "its own row"},
        {},
    ),
    planted.OtherShapeInEvaluation: ({"modes": "the same logits in both modes"}, {}),
    planted.Remembers: (
        {
            "repeats": "begin each forward with a new hidden state",
            "state dict": "what is drawn, or changes in training",
        },
        {},
    ),
    planted.CountsCalls: ({"unchanged": "calls; update buffers only while self.training"}, {}),
    planted.ChangesItsInput: ({"inputs": "x = x.clone()"}, {}),
    planted.StaysOnTheCPU: ({"device": "stayed on the CPU (planted.py, line "}, {}),
    planted.ConstantOutsideTheBuffers: ({"device": "register_buffer"}, {}),
    planted.IgnoresHidden: ({"budget": "set fixed = True"}, {}),
    planted.WrongNumberOfOutputs: ({"shapes": "task.num_outputs = 10"}, {}),
    planted.DrawnAndNotKept: ({"state dict": "register_buffer"}, {}),
    planted.NormalisesOverExamples: ({"others in training": "use LayerNorm"}, {}),
    planted.KnowsItsPlace: ({"permutation": "no positional encoding"}, {"permutation": True}),
    planted.NotANumber: ({"finite": "division by zero"}, {}),
    planted.DrawsFromTheClock: (
        {"same seed": "torch's global generator alone"},
        {},
    ),
    planted.KeepsATensorWithHistory: ({"copies": "detach() it"}, {}),
    planted.AnswersAPair: ({"answered": "one tensor of logits"}, {}),
    planted.Lazy: ({"answered": "give them their sizes"}, {}),
    planted.FailsOnOne: ({"alone": "no second example (planted.py, line "}, {}),
    planted.GrowsWithTheBatch: ({"unchanged": "eval() changes middle.weight"}, {}),
}


@pytest.mark.parametrize("model", FAULTS, ids=lambda model: model.__name__)
def test_each_fault_is_found_by_its_checks_and_by_no_other(model):
    expected, claims = FAULTS[model]
    report = check(model, **claims)
    assert set(report.failed) == set(expected), str(report)
    for name, words in expected.items():
        assert words in report[name].sentence
    assert not report.ok


@pytest.mark.parametrize("task", ["palindrome", "copy-memory"])
def test_the_sound_model_that_they_are_made_of_has_no_fault(task):
    report = check(planted.Sound, task, permutation=task == "palindrome")
    assert report.ok
    assert not report.warned
    assert {r.check for r in report if r.status == "not tried"} <= {"padding", "causality", "permutation"}


def test_single_precision_is_a_warning():
    report = check(planted.SinglePrecision)
    assert report.ok
    assert report.warned == ["double"]
    assert "x.new_zeros" in report["double"].sentence


def test_a_model_that_may_look_ahead_says_so():
    assert check(planted.LooksAhead, "copy-memory", causal=False).ok


def test_where_a_model_does_not_answer_the_other_checks_are_not_tried():
    report = check(planted.AnswersAPair)
    assert {r.status for r in list(report)[1:]} == {"not tried"}
