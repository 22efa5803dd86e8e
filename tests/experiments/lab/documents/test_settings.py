import pytest

from experiments.lab.documents.settings import (
    MODELS,
    CorpusChoice,
    DocumentModel,
    DocumentSettings,
    DocumentTraining,
    check_model,
    default_settings,
)


def test_text_gcn_has_the_settings_of_its_paper():
    model, training = default_settings("textgcn", "mr")
    assert (model.hidden, model.window, model.dropout) == (200, 20, 0.5)
    assert (training.learning_rate, training.epochs, training.patience) == (0.02, 200, 10)


@pytest.mark.parametrize("name", [*MODELS, "gru-2", "phased", "peephole-bidirectional", "rnn-orthogonal"])
def test_settings_survive_a_record(name):
    settings = DocumentSettings("documents", CorpusChoice("own", "/x", "ab"), *_parts(name))
    assert DocumentSettings.from_dict(settings.to_dict()) == settings
    assert name in settings.folder


def _parts(name):
    model, training = default_settings(name, "own")
    return model, 5.0, 3, training


def test_every_setting_but_the_files_place_changes_the_folder():
    model, share, seed, training = _parts("textgat")
    base = ("documents", CorpusChoice("own", "/x", "ab"), model, share, seed, training, "cpu", 1)
    changes = [
        (1, CorpusChoice("own", "/x", "cd")),
        (2, DocumentModel("textgat", hidden=8)),
        (3, 6.0),
        (4, 4),
        (5, DocumentTraining(epochs=3)),
        (6, "cuda"),
        (7, 2),
    ]
    folders = {DocumentSettings(*base).folder}
    for place, value in changes:
        folders.add(DocumentSettings(*base[:place], value, *base[place + 1 :]).folder)
    assert len(folders) == 1 + len(changes)
    moved = DocumentSettings(*base[:1], CorpusChoice("own", "/y", "ab"), *base[2:])
    assert moved.folder in folders


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("textgnc", "did you mean textgcn"),
        ("gcn", "on documents there are"),
        ("gru-scalar", "leave scalar out"),
    ],
)
def test_unknown_models_are_refused(name, message):
    with pytest.raises(ValueError, match=message):
        check_model(name)


@pytest.mark.parametrize(
    "make",
    [
        lambda: DocumentModel("lstm", hidden=0),
        lambda: DocumentModel("docgat", hidden=10, heads=3),
        lambda: DocumentModel("textgcn", window=1),
        lambda: DocumentModel("textgcn", counting="words"),
        lambda: DocumentModel("lstm", dropout=1.0),
        lambda: DocumentModel("lstm", pooling="max"),
        lambda: DocumentTraining(epochs=0),
        lambda: DocumentTraining(learning_rate=float("nan")),
        lambda: DocumentTraining(patience=-1),
        lambda: DocumentSettings(
            "documents", CorpusChoice("x"), DocumentModel("lstm"), 0, 0, DocumentTraining()
        ),
        lambda: DocumentSettings(
            "documents", CorpusChoice("x"), DocumentModel("lstm"), 1, -1, DocumentTraining()
        ),
        lambda: DocumentSettings.from_dict({"experiment": "documents"}),
    ],
)
def test_bad_settings_are_refused(make):
    with pytest.raises(ValueError, match=r"should be|should divide|not the settings"):
        make()
