from experiments.lab.documents.corpora.corpus import Corpus, Document
from experiments.lab.documents.pictures import draw_words
from experiments.records.pictures import read_index


def test_a_picture_for_each_of_the_first_classes(tmp_path):
    texts = {"sea": "wave sail ship storm", "sky": "star moon comet orbit"}
    documents = [Document("train", label, f"the {text} of {label}") for label, text in texts.items()] * 6
    documents += [Document("test", "sea", "secret word")]
    draw_words(Corpus("own", tuple(documents)), tmp_path)
    entries = read_index(tmp_path)
    assert [entry["title"] for entry in entries] == ["own: sail", "own: comet"]
    for entry, words in zip(entries, ("ship", "moon")):
        picture = (tmp_path / "pictures" / entry["file"]).read_text()
        assert words in picture  # matplotlib writes each text of an SVG as a comment
        assert "secret" not in picture


def test_pictures_of_another_corpus_stay(tmp_path):
    documents = [Document("train", "a", "one two"), Document("train", "b", "three four")] * 6
    test = Document("test", "a", "one")
    first, second = Corpus("first", (*documents, test)), Corpus("second", (*documents, test, test))
    for corpus in (first, second, first):
        draw_words(corpus, tmp_path)
    titles = [entry["title"].split(":")[0] for entry in read_index(tmp_path)]
    assert sorted(set(titles)) == ["first", "second"]
    assert len(titles) == 2 * titles.count("first")


def test_rare_words_are_drawn_where_there_are_no_others(tmp_path):
    documents = [Document("train", "a", "one two"), Document("train", "b", "three four")] * 2
    draw_words(Corpus("own", (*documents, Document("test", "a", "one"))), tmp_path)
    assert (tmp_path / "pictures" / "index.json").exists()


def test_a_word_that_is_a_number_is_drawn_by_its_name():
    from experiments.lab.documents.pictures import neighbourhood_picture
    from gnnlab import cooccurrence_graph

    graph = cooccurrence_graph([["array", "like", "2"], ["2", "input", "array"], ["like", "out"]], window=2)
    figure, note = neighbourhood_picture(graph, "2")
    assert "2" in {text.get_text() for text in figure.axes[0].texts}
    assert note
