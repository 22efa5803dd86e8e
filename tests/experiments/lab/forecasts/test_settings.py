import dataclasses

import pytest

from experiments.core.registry import CONVOLUTIONS
from experiments.lab.forecasts.settings import ForecastRun, ForecastTraining
from experiments.lab.forecasts.specs import READERS, ForecastModel, parse_forecast_model

MODELS = (
    "last",
    "mean",
    "season-7",
    "ridge",
    "ridge-neighbours",
    "ridge-pooled",
    "ridge-neighbours-pooled",
    *READERS,
    *(
        f"{conv}{view}"
        for conv in CONVOLUTIONS
        if conv != "gnnssm"
        for view in ("", "-last", "-lstm", "-lru")
    ),
)
RUN = ForecastRun(
    experiment="forecast",
    nodes=50,
    times=100,
    edges="given",
    model=parse_forecast_model("gcn-3-lstm"),
    seed=7,
)


def test_settings_come_back_from_plain_values():
    assert ForecastRun.from_dict(RUN.to_dict()) == RUN


def test_a_record_holds_label_name_and_layers():
    assert RUN.to_dict()["model"] == {"label": "gcn-3-lstm", "name": "gcn-lstm", "layers": 3}
    assert parse_forecast_model("last").to_dict() == {"label": "last", "name": "last", "layers": None}


def test_a_recorded_folder_keeps_its_name():
    train = ForecastTraining(steps=8, evaluate_every=4, batch_size=2, window=4, budget=600)
    run = dataclasses.replace(
        RUN, nodes=20, times=60, train=train, seed=0, model=parse_forecast_model("gcn-lstm"), edges="shuffled"
    )
    assert run.folder == "gcn-lstm_shuffled_seed0_24302fba"


@pytest.mark.parametrize("label", [*MODELS, "gcn-3", "gat-2-lstm", "gcn-5-last"])
def test_a_label_names_its_model(label):
    assert parse_forecast_model(label).label == label
    assert ForecastModel.from_dict(parse_forecast_model(label).to_dict()).label == label


@pytest.mark.parametrize(
    "label",
    [
        "",
        "gcn-0",
        "lstm-2",
        "gcn-lstn",
        "mean-3",
        "gcn-2-phased",
        "phased",
        "gcn-gru-lstm",
        "gnnssm",
        "gcn-101",
        "last-lstm",
    ],
)
def test_unknown_models_are_refused(label):
    with pytest.raises(ValueError, match="models: "):
        parse_forecast_model(label)


def test_what_models_look_at():
    seen = {
        m: (parse_forecast_model(m).depth, parse_forecast_model(m).over_time)
        for m in ("gcn", "gat-lstm", "gcn-mingru", "gru", "gcn-9")
    }
    assert seen == {
        "gcn": (2, False),
        "gat-lstm": (1, True),
        "gcn-mingru": (1, True),
        "gru": (0, True),
        "gcn-9": (9, False),
    }
    alone = ["last", "mean", "season-7", "ridge", "ridge-pooled"]
    linear = ["ridge-neighbours", "ridge-neighbours-pooled"]
    assert {m for m in MODELS if not parse_forecast_model(m).trained} == {*alone, *linear}
    assert {m for m in MODELS if not parse_forecast_model(m).on_graph} == {*alone, *READERS}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("window", 0),
        ("horizon", 0),
        ("steps", 0),
        ("batch_size", -1),
        ("learning_rate", float("nan")),
        ("patience", -1),
    ],
)
def test_settings_out_of_range_are_named(name, value):
    with pytest.raises(ValueError, match=name):
        ForecastTraining(**{name: value})


def test_a_folder_stands_for_every_setting():
    others = [
        dataclasses.replace(RUN, seed=8),
        dataclasses.replace(RUN, edges="shuffled"),
        dataclasses.replace(RUN, content="ab"),
        dataclasses.replace(RUN, train=ForecastTraining(window=3)),
    ]
    assert len({run.folder for run in (RUN, *others)}) == 5


def test_a_walk_forward_is_a_run_for_each_origin():
    walk = dataclasses.replace(RUN, folds=3)
    assert [run.fold for run in walk.each_fold] == [1, 2, 3]
    assert len({run.folder for run in walk.each_fold}) == 3
    assert walk.each_fold[1].each_fold == [walk.each_fold[1]]
    assert RUN.each_fold == [RUN]
    assert ForecastRun.from_dict(walk.each_fold[2].to_dict()) == walk.each_fold[2]
    with pytest.raises(ValueError, match="fold: 4 should be 0, or 1 to 3"):
        dataclasses.replace(walk, fold=4)


def test_a_config_that_lacks_the_model_is_refused():
    values = RUN.to_dict()
    del values["model"]["label"]
    with pytest.raises(ValueError, match="config"):
        ForecastRun.from_dict(values)


def test_the_place_of_a_file_is_no_setting_and_its_content_is():
    here = dataclasses.replace(RUN, series="a/s.csv", edge_list="a/e.csv", content="0f")
    there = dataclasses.replace(here, series="b/s.csv", edge_list="b/e.csv")
    assert here.folder == there.folder
    assert here.folder != dataclasses.replace(here, content="1f").folder
