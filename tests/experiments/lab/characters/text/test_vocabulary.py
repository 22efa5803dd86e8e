import dataclasses
import json

import pytest

from experiments.lab.characters.settings import CharacterRun, CorpusSettings
from experiments.lab.characters.specs import parse_character_model
from experiments.lab.characters.text.vocabulary import described, read_vocabulary
from experiments.records.files import write_json
from seq import Vocabulary

RUN = CharacterRun(
    experiment="characters",
    corpus=CorpusSettings(text=("tale.txt",), validation=0.2, test=0.1, sha256="ab" * 32, characters=70),
    model=parse_character_model("lstm-1"),
    seed=3,
)


@pytest.mark.parametrize("characters", ["abc", "äß漢\n", '"\\'])
def test_what_was_written_is_read(characters, tmp_path):
    vocabulary = Vocabulary(characters)
    write_json(tmp_path / "vocabulary.json", described(vocabulary, RUN))
    assert read_vocabulary(tmp_path, RUN) == vocabulary


def test_one_changed_character_is_noticed(tmp_path):
    values = described(Vocabulary("abc"), RUN)
    write_json(tmp_path / "vocabulary.json", values | {"characters": "abd"})
    with pytest.raises(ValueError, match=r"vocabulary\.json was changed after it was written"):
        read_vocabulary(tmp_path, RUN)


def test_the_vocabulary_of_another_text_is_noticed(tmp_path):
    write_json(tmp_path / "vocabulary.json", described(Vocabulary("abc"), RUN))
    for change in ({"sha256": "cd" * 32}, {"test": 0.3}):
        other = dataclasses.replace(RUN, corpus=dataclasses.replace(RUN.corpus, **change))
        with pytest.raises(ValueError, match="of a run on another text"):
            read_vocabulary(tmp_path, other)
    moved = dataclasses.replace(RUN, corpus=dataclasses.replace(RUN.corpus, text=("elsewhere/tale.txt",)))
    assert read_vocabulary(tmp_path, moved) == Vocabulary("abc")


def test_a_run_from_before_there_was_a_digest_is_read(tmp_path):
    (tmp_path / "vocabulary.json").write_text(json.dumps({"characters": "abc"}))
    assert read_vocabulary(tmp_path, RUN) == Vocabulary("abc")
