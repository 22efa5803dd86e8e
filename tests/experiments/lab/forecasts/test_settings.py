import dataclasses

import pytest

from experiments.lab.forecasts.settings import (
    MODELS,
    ForecastModel,
    ForecastSettings,
    ForecastTraining,
    parse_forecast_model,
)

SETTINGS = ForecastSettings("forecast", "epidemic", "", "", 50, 100, "given", ForecastModel("gcn-lstm", 3), 7)


def test_settings_come_back_from_plain_values():
    assert ForecastSettings.from_dict(SETTINGS.to_dict()) == SETTINGS


@pytest.mark.parametrize("label", [*MODELS, "gcn-3", "gat-2-lstm", "gcn-5-last"])
def test_a_label_names_its_model(label):
    assert parse_forecast_model(label).label == label


@pytest.mark.parametrize("label", ["", "gcn-0", "lstm-2", "gcn-lstn", "mean-3", "gcn-2-gru"])
def test_unknown_models_are_refused(label):
    with pytest.raises(ValueError, match="models: "):
        parse_forecast_model(label)


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
        dataclasses.replace(SETTINGS, seed=8),
        dataclasses.replace(SETTINGS, edges="shuffled"),
        dataclasses.replace(SETTINGS, content="ab"),
        dataclasses.replace(SETTINGS, train=ForecastTraining(window=3)),
    ]
    assert len({run.folder for run in (SETTINGS, *others)}) == 5


def test_a_config_that_lacks_a_key_is_refused():
    values = SETTINGS.to_dict()
    del values["edges"]
    with pytest.raises(ValueError, match="config"):
        ForecastSettings.from_dict(values)


def test_the_place_of_a_file_is_no_setting_and_its_content_is():
    here = dataclasses.replace(SETTINGS, series="a/s.csv", edge_list="a/e.csv", content="0f")
    there = dataclasses.replace(here, series="b/s.csv", edge_list="b/e.csv")
    assert here.folder == there.folder
    assert here.folder != dataclasses.replace(here, content="1f").folder
