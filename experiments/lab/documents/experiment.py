"""What the comparison of classifiers of documents is. Imports no torch."""

from __future__ import annotations

from experiments.core.experiment import Experiment
from experiments.core.metric import Metric, Published
from experiments.lab.documents.kinds import DEFAULTS, MODEL_HELP, WIDE
from experiments.lab.documents.settings import MOVIE_REVIEWS, SMALL_CORPUS

_HERE = "experiments.lab.documents"
_REPORT, _STANDARD = f"{_HERE}.report", "experiments.reading.standard"
_YAO = "Yao, Mao & Luo 2019 (Graph Convolutional Networks for Text Classification), table 2"
_GALKE = "Galke & Scherp 2022 (Bag-of-Words vs. Graph vs. Sequence in Text Classification), table 2"
_TOKENS = "words split by BERT's tokenizer, the weights of the last epoch"


def _yao(model: str, corpus: str, mean: float, std: float | None, note: str = "") -> Published:
    task = {"corpus.name": corpus, "share": 100.0}
    return Published(model, "test_accuracy", mean, _YAO, std, 10, task, note)


def _galke(corpus: str, mean: float) -> Published:
    task = {"corpus.name": corpus, "share": 100.0}
    return Published(WIDE, "test_accuracy", mean, _GALKE, task=task, note=_TOKENS)


PUBLISHED = (
    _yao("textgcn", MOVIE_REVIEWS, 0.7674, 0.0020),
    _yao("lstm", MOVIE_REVIEWS, 0.7506, 0.0044),
    _yao("lstm-bidirectional", MOVIE_REVIEWS, 0.7768, 0.0086, "pretrained word vectors, ours has none"),
    _yao("tfidf-lr", MOVIE_REVIEWS, 0.7459, None),
    _yao("textgcn", "R8", 0.9707, 0.0010),
    _yao("textgcn", "R52", 0.9356, 0.0018),
    _yao("textgcn", "ohsumed", 0.6836, 0.0056),
    _yao("textgcn", "20ng", 0.8634, 0.0009),
    _galke(MOVIE_REVIEWS, 0.7672),
    _galke("R8", 0.9727),
    _galke("R52", 0.9398),
    _galke("ohsumed", 0.6606),
    _galke("20ng", 0.842),
)
EXPERIMENTS = (
    Experiment(
        name="documents",
        title="the class of a text: docstrings of installed packages, movie reviews (mr), news, or texts of your own",
        question=(
            "A text has a class, and a model names it. A recurrent network reads the text word by word and learns from "
            "labelled texts alone. A graph joins words that occur near each other, and texts with their words, so "
            "texts without a label are a part of it too. Linear baselines count words. Which wins, and with how many "
            "labels? The default needs no download: docstrings of installed packages, read as text; the class is the "
            "package."
        ),
        about=(
            "All models of a seed have the same labelled, validation and test documents; validation documents select "
            "the weights (and the linear baseline's settings), and the labels of test documents are read once. Each "
            "model has a size of its own: parameters are not matched here, and stand in the table. No model has word "
            'vectors from elsewhere. Each run can be asked about new texts: gnnlab predict RUN "some text".'
        ),
        run=f"{_HERE}.settings:DocumentRun",
        parse=f"{_HERE}.settings:parse_document_model",
        model_help=MODEL_HELP,
        models=DEFAULTS,
        settle=f"{_HERE}.settings:default_settings",
        look=f"{_HERE}.corpora.sources:look",
        prepare=f"{_HERE}.work:prepare",
        begin=f"{_HERE}.work:begin",
        again=f"{_HERE}.work:again",
        work=f"{_HERE}.work:work",
        pictures=f"{_HERE}.pictures:draw_word_graphs",
        values={"share": (1.0, 5.0, 10.0, 20.0, 100.0)},
        smoke={"corpus_name": SMALL_CORPUS, "share": (20.0, 100.0), "seeds": 2, "epochs": 3},
        metrics=(
            Metric("test_accuracy", "test accuracy", digits=4, least=0.0, most=1.0),
            Metric("inductive_accuracy", "inductive accuracy", digits=4, least=0.0, most=1.0),
            Metric("test_macro_f1", "macro-F1", digits=4, least=0.0, most=1.0),
        ),
        published=PUBLISHED,
        step="epoch",
        tunable=(
            "learning_rate",
            "batch_size",
            "clip_norm",
            "embedding",
            "hidden",
            "heads",
            "dropout",
            "pooling",
        ),
        space="learning_rate=0.002,0.005,0.02",
        own_columns=("unknown_documents",),
        families=3,  # the best model, sentences on graphs, and the table of pairs
        terminal=(f"{_REPORT}.sections:data",),
        sections=(
            f"{_REPORT}.verdicts:verdicts",
            f"{_REPORT}.sections:by_share",
            f"{_REPORT}.word_edges:word_edges",
            f"{_STANDARD}:summary",
            f"{_REPORT}.sections:reading",
            f"{_REPORT}.sections:accuracy",
            f"{_REPORT}.sections:data",
            f"{_REPORT}.sections:curves",
            f"{_STANDARD}:pictures",
            f"{_REPORT}.answers:neighbours",
            f"{_REPORT}.answers:classes",
            f"{_STANDARD}:paired",
            f"{_STANDARD}:models",
        ),
    ),
)
