"""An audited run is the same run, with the test part read along training."""

import numpy as np
import pytest

from experiments.core import own
from experiments.core.catalogue import find_experiment
from experiments.reading.protocol.selection import BEST, CHOSEN, LAST, WITH, selection_table
from experiments.reading.results import Results
from experiments.records.records import read_curve, read_runs
from tests.experiments import tiny
from tests.experiments.test_every_experiment import SERIAL, gnnlab


def test_the_best_look_is_not_said_to_be_above_where_lower_is_better_or_all_looks_are_equal():
    assert "above" not in WITH
    assert "never worse" in WITH


# One of each kind of steps is fast: drawn anew, over a whole graph, and with an error, of which less is better.
@pytest.mark.parametrize(
    "name", tiny.every(slow=tiny.ARGUMENTS.keys() - {"palindrome", "citation", "forecast"}, but={"memory"})
)
def test_three_figures_beside_each_other_in_every_experiment(name, tmp_path, capsys):
    own.forget()  # a file of the same name, in another folder
    words = tiny.arguments(name, tmp_path)
    for folder, more in (("plain", []), ("audited", ["--audit"])):
        assert gnnlab("run", name, *words, "--seeds", "2", *more, *SERIAL, "--out", tmp_path / folder) == 0
    metric = find_experiment(name).metric
    plain = {(r.settings.model.label, r.settings.seed): r for r in read_runs(tmp_path / "plain")}
    audited = read_runs(tmp_path / "audited")
    looks = {}
    for run in audited:
        twin, curve = plain[run.settings.model.label, run.settings.seed], read_curve(run.path)
        assert metric.key not in read_curve(twin.path)
        assert run.result[metric.key] == twin.result[metric.key]
        same = list(read_curve(twin.path))
        assert curve[same].equals(read_curve(twin.path))
        first = curve[curve["setting"] == curve["setting"].iloc[0]] if "setting" in curve else curve
        values = first[metric.key].to_numpy()
        chosen = first.loc[first["step"] == run.result["selected_step"], metric.key].item()
        assert chosen == pytest.approx(run.result[metric.key], rel=1e-6)
        looks.setdefault(run.settings.model.label, []).append((chosen, values))
    best = min if metric.lower_is_better else max
    table = selection_table(Results(tmp_path / "audited")).set_index("model.name")
    for label, runs in looks.items():
        row = table.loc[label]
        assert row[CHOSEN] == pytest.approx(np.mean([chosen for chosen, _ in runs]), rel=1e-6)
        assert row[LAST] == pytest.approx(np.mean([values[-1] for _, values in runs]))
        assert row[BEST] == pytest.approx(np.mean([best(values) for _, values in runs]))
    capsys.readouterr()
    assert gnnlab("table", tmp_path / "audited", "--selection") == 0
    assert "not to be reported" in capsys.readouterr().out
    assert gnnlab("table", tmp_path / "plain", "--selection") == 2
    assert "gnnlab run with --audit" in capsys.readouterr().err
    assert "What the choice of the step does" in (tmp_path / "audited" / "report.html").read_text()
    assert "--audit reads it along training" in (tmp_path / "plain" / "report.html").read_text()
