"""What the comparison of character models is. Imports no torch."""

from __future__ import annotations

from experiments.core.experiment import Experiment
from experiments.core.metric import Metric
from experiments.lab.characters.specs import MODEL_HELP

_HERE = "experiments.lab.characters"
_REPORT, _STANDARD = f"{_HERE}.report.sections", "experiments.reading.standard"

EXPERIMENTS = (
    Experiment(
        name="characters",
        title="the next character of a text, from those before it (Python's manual; grimm; your own files)",
        question=(
            "Which character comes next? A recurrent network reads the text from left to right and carries "
            "a state; a graph network sees each character as a node with edges from the w characters before "
            "it, so that L layers reach L w characters back; a Transformer compares each character with those "
            "before it. Of equally many parameters, which predicts better, and what is context worth? The default "
            "needs no download: the manual of Python's language. Several processes share each batch under torchrun: "
            "torchrun --standalone --nproc-per-node 2 -m experiments run characters"
        ),
        about=(
            "The parts of a text are contiguous: training first, then validation, which selects the "
            "weights, then test, which is read once. The vocabulary is that of the training part; any other "
            "character is read, and has to be predicted, as one reserved symbol that the models never saw, "
            "so each of them costs many bits. Each run can go "
            'on with a text: gnnlab sample RUN --prompt "The ".'
        ),
        run=f"{_HERE}.settings:CharacterRun",
        parse=f"{_HERE}.specs:parse_character_model",
        model_help=MODEL_HELP,
        models=("lstm-2", "gru-2", "rnn-2", "gcn-2-w8", "gcn-4-w4", "gat-2-w8", "gat-4-w4"),
        smoke={
            "models": ("lstm-1", "gcn-2-w3", "gat-2-w3", "transformer-1"),
            "steps": 20,
            "batch_size": 8,
            "evaluate_every": 10,
            "budget": 20_000,
        },
        seeds=1,
        prepare=f"{_HERE}.preparation:prepare",
        begin=f"{_HERE}.preparation:begin",
        again=f"{_HERE}.preparation:again",
        work=f"{_HERE}.work:work",
        shares_runs=True,
        metrics=(
            Metric("test_bits", "test bits", lower_is_better=True, least=0.0),
            Metric("test_accuracy", "test accuracy", least=0.0, most=1.0),
        ),
        references=("lstm-2", "lstm-1"),
        families=2,  # the finding, and the table of pairs
        own_columns=(
            *(
                "validation_bits",
                "final_train_bits",
                "final_train_accuracy_100",
                "chance",
                "vocabulary",
                "reach",
            ),
            *("test_loss", "seconds_training"),
            *(f"{kind}.{part}" for kind in ("parts", "unknown") for part in ("train", "validation", "test")),
        ),
        terminal=(f"{_REPORT}:parts",),
        tunable=(
            "learning_rate",
            "batch_size",
            "clip_norm",
            "optimizer",
            "decay",
            "decay_every",
            "dropout",
            "embedding",
        ),
        sections=(
            "experiments.reading.finding.best:best",
            f"{_REPORT}:bits",
            f"{_STANDARD}:summary",
            f"{_REPORT}:parts",
            f"{_REPORT}:reported",
            f"{_REPORT}:learning",
            f"{_REPORT}:samples",
            f"{_STANDARD}:paired",
            f"{_STANDARD}:models",
        ),
    ),
)
