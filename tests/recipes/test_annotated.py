import numpy as np
import pytest

from bioner_kd.corpus.config import SampleConfig
from bioner_kd.errors import InputError, UsageError
from bioner_kd.recipes.annotated import LabelConfig, label_by_annotator
from bioner_kd.recipes.corpora import Corpus
from bioner_kd.teacher.labelling import read_labelled_text
from bioner_kd.text.document import Annotation, Document
from bioner_kd.text.sentence import Sentence
from bioner_kd.text.writing import write_documents


def documents(number, score=None):
    for n in range(number):
        text = f"Patient {n} has acute gout. It hurts patient {n} much."
        start = text.index("acute")
        yield Document.from_text(text, id=str(n)).with_annotations(
            [Annotation("Disease", ((start, start + 10),), "acute gout", score=score)]
        )


@pytest.fixture
def write(tmp_path):
    def write(*given, name="labels.jsonl"):
        write_documents(given, tmp_path / name)
        return LabelConfig((str(tmp_path / name),), 0.8)

    return write


def test_labels_become_a_transfer_set_with_soft_targets(write, tmp_path):
    told = []
    label_by_annotator(write(*documents(3)), tmp_path / "cache", write_record=told.append)
    text = read_labelled_text(tmp_path / "cache/text", {})
    assert text.tag_set.tags == ("O", "B-Disease", "I-Disease")
    assert len(text.sentences) == 6
    for sentence, rows in zip(text.tagged(), text.logits.rows(), strict=True):
        marked = sentence.words[3:5] == ("acute", "gout")
        assert set(sentence.tags) == ({"O", "B-Disease", "I-Disease"} if marked else {"O"})
        np.testing.assert_allclose(np.exp(rows).sum(axis=1), 1, atol=1e-5)
        np.testing.assert_allclose(np.exp(rows).max(axis=1), 0.8, atol=1e-5)
    assert told == [tmp_path / "cache/text.cfg"] or len(told) == 1


def test_scores_of_the_file_are_used(write, tmp_path):
    label_by_annotator(write(*documents(1, score=0.6)), tmp_path / "cache")
    text = read_labelled_text(tmp_path / "cache/text", {})
    best = {round(float(np.exp(rows).max(axis=1).min()), 2) for rows in text.logits.rows()}
    assert best == {0.6, 0.8}


def test_held_back_documents_are_left_out(write, tmp_path):
    corpus = Corpus(divide=("0.5", "0.3", "0.2"))
    label_by_annotator(write(*documents(10)), tmp_path / "cache", corpus=corpus)
    text = read_labelled_text(tmp_path / "cache/text", {})
    assert len(text.sentences) == 10


def test_sentences_are_drawn_and_types_renamed(write, tmp_path):
    corpus = Corpus(types=("Disease=Disorder",))
    labels = write(*documents(5))
    sample = SampleConfig(text_size=4)
    label_by_annotator(labels, tmp_path / "cache", corpus=corpus, sample=sample)
    text = read_labelled_text(tmp_path / "cache/text", {})
    assert len(text.sentences) == 4
    assert text.tag_set.entity_types == ("Disorder",)


def test_words_of_the_source_are_cut_as_the_tagger_cuts(write, tmp_path):
    sentence = Sentence.from_words("the IL-2-dependent cell".split(), ["O", "B-X", "O"])
    given = Document.from_sentences([sentence]).with_annotations(
        [Annotation("X", ((4, 18),), "IL-2-dependent")]
    )
    label_by_annotator(write(given, name="a.conll"), tmp_path / "cache")
    (tagged,) = read_labelled_text(tmp_path / "cache/text", {}).tagged()
    assert tagged.words == ("the", "IL", "-", "2", "-", "dependent", "cell")
    assert tagged.tags == ("O", "B-X", "I-X", "I-X", "I-X", "I-X", "O")


def test_labels_that_mark_nothing_are_refused(write, tmp_path):
    with pytest.raises(InputError, match="no mention is marked in 1 documents"):
        label_by_annotator(write(Document.from_text("Nothing.")), tmp_path / "cache")
    with pytest.raises(UsageError, match="--labels"):
        label_by_annotator(LabelConfig(), tmp_path / "cache")
