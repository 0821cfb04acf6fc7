"""A student is calibrated on devel, and its scores are measured."""

from bioner_kd.corpus.demo import read_demo
from bioner_kd.evaluation.found_mentions import AnnotatedText, find_mentions
from bioner_kd.export.config import Split
from bioner_kd.recipes.calibrating import calibrate, calibrate_and_report
from bioner_kd.student.saved_student import SavedStudent
from bioner_kd.student.student_tagger import student_tagger
from bioner_kd.tagging.calibration import Calibration

# The tiny student finds too few mentions in the demo's own devel split.
DEVEL = read_demo("train")[100:]
TEXTS = [*map(AnnotatedText.of_sentence, DEVEL)]
TEST = Split(read_demo("test")[:40], corpus="demo", name="test")


def test_a_calibrated_student_gives_precisions(trained_student: SavedStudent) -> None:
    student, report = calibrate(trained_student, TEXTS)
    curves = student.postprocessing.calibration.curves
    assert set(curves) <= set(student.tag_set.entity_types) and curves
    found = find_mentions(student_tagger(student), TEXTS)
    for name, curve in curves.items():
        rows = found.of_type(name)
        assert rows.sum() == curve.mentions == report["found"][name]
        assert abs(found.scores[rows].mean() - found.right[rows].mean()) < 0.05
    assert (found.scores != found.raw_scores).any()
    assert report["texts"] == len(TEXTS)


def test_a_calibration_of_before_does_not_count(trained_student: SavedStudent) -> None:
    once, first = calibrate(trained_student, TEXTS)
    twice, second = calibrate(once, TEXTS)
    assert twice.postprocessing == once.postprocessing and first == second
    assert twice.tables == once.tables


def test_there_is_a_report_for_devel_and_for_the_compared_split(
    trained_student: SavedStudent,
) -> None:
    student, scores = calibrate_and_report(trained_student, TEXTS, TEST)
    curves = student.postprocessing.calibration.curves
    assert scores["mentions"] == {name: curve.mentions for name, curve in curves.items()}
    assert set(scores["without"]) == set(student.tag_set.entity_types) - set(curves)
    assert [(one["split"], one["cross_fitted"]) for one in scores["reports"]] == [
        ("devel", True),
        ("test", False),
    ]


def test_without_devel_a_student_keeps_what_it_has(trained_student: SavedStudent) -> None:
    plain, scores = calibrate_and_report(trained_student, (), TEST)
    assert plain.postprocessing.calibration == Calibration()
    assert scores["mentions"] == {} and scores["reports"] == []
    calibrated, _ = calibrate(trained_student, TEXTS)
    kept, scores = calibrate_and_report(calibrated, (), TEST)
    assert kept.postprocessing == calibrated.postprocessing
    assert [one["split"] for one in scores["reports"]] == ["test"]


def test_a_split_that_is_devel_itself_has_one_report(trained_student: SavedStudent) -> None:
    split = Split(DEVEL, corpus="demo", name="devel")
    _, scores = calibrate_and_report(trained_student, TEXTS, split)
    assert [one["cross_fitted"] for one in scores["reports"]] == [True]


def test_documents_are_measured_in_place_of_sentences(trained_student: SavedStudent) -> None:
    _, scores = calibrate_and_report(trained_student, TEXTS, TEST, TEXTS[:30])
    assert [one["texts"] for one in scores["reports"]] == [len(TEXTS), 30]
