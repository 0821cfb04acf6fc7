import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioner_kd.errors import InputError
from bioner_kd.text.iob2 import check_iob2, entities, repair_iob2, split_tag

IOB_TAGS = st.lists(st.sampled_from(["O", "B-Disease", "I-Disease", "B-DNA", "I-DNA"]), max_size=12)


def place(word):
    return f"train.tsv:{10 + word}"


def error_of(tags):
    with pytest.raises(InputError) as caught:
        check_iob2(tags, place)
    return str(caught.value)


def test_valid_tags_pass():
    check_iob2([], place)
    check_iob2(["B-cell_type"], place)
    check_iob2(["O", "B-Disease", "I-Disease", "B-Disease", "B-DNA", "I-DNA", "O"], place)


def test_stray_inside_is_named_with_its_place_and_mend():
    assert error_of(["O", "I-Disease"]) == (
        "train.tsv:11: 'I-Disease' follows 'O'; in IOB2 an entity starts with B-. "
        "Pass --repair_tags to read it as B-."
    )
    assert error_of(["I-Disease"]).startswith("train.tsv:10: 'I-Disease' starts a sentence;")
    assert "'I-DNA' follows 'B-Disease'" in error_of(["B-Disease", "I-DNA"])
    assert "'I-DNA' follows 'I-Disease'" in error_of(["B-Disease", "I-Disease", "I-DNA"])


def test_first_violation_is_reported():
    assert error_of(["O", "I-A", "X", "I-B"]).startswith("train.tsv:11: 'I-A'")


@pytest.mark.parametrize("tag", ["X-Disease", "B-", "B", "I", "", "o", "b-Disease", "Disease", "0"])
def test_malformed_tags_are_refused(tag):
    message = error_of(["O", "O", tag])
    assert message.startswith("train.tsv:12: ") and repr(tag) in message
    with pytest.raises(InputError):
        split_tag(tag)
    with pytest.raises(InputError):
        entities([tag])


@pytest.mark.parametrize(
    ("tag", "becomes"), [("S-A", "B-"), ("U-A", "B-"), ("E-A", "I-"), ("L-A", "I-")]
)
def test_other_schemes_are_named_with_their_mend(tag, becomes):
    message = error_of(["B-A", tag])
    assert repr(tag) in message and "IOBES" in message
    assert message.endswith(f"--repair_tags to read it as {becomes}.")


def test_split_tag_keeps_hyphens_of_the_type():
    assert split_tag("B-cell-line") == ("B", "cell-line")
    assert split_tag("O") == ("O", "")


@pytest.mark.parametrize(
    ("tags", "repaired"),
    [
        ("I-A I-A O I-A", "B-A I-A O B-A"),  # IOB1
        ("I-A B-A I-A I-B", "B-A B-A I-A B-B"),  # IOB1, neighbours
        ("B-A I-A E-A S-A O S-B", "B-A I-A I-A B-A O B-B"),  # IOBES
        ("B-A L-A U-B I-B", "B-A I-A B-B B-B"),  # BIOUL; nothing goes on after U
        ("B-A M-A E-A I-A", "B-A I-A I-A B-A"),  # BMES; nothing goes on after E
        ("E-A E-A", "B-A B-A"),
        ("B-A X-A I-A", "B-A X-A B-A"),  # left for check_iob2 to find
    ],
)
def test_repair_of_known_sequences(tags, repaired):
    assert repair_iob2(tags.split()) == repaired.split()


@given(st.lists(st.builds("-".join, st.tuples(st.sampled_from("BIESLUM"), st.sampled_from("AB")))))
def test_repaired_tags_are_iob2(tags):
    repaired = repair_iob2(tags)
    check_iob2(repaired, place)
    assert repair_iob2(repaired) == repaired


@given(IOB_TAGS)
def test_repair_keeps_the_entities_that_conlleval_sees(tags):
    assert entities(repair_iob2(tags)) == entities(tags)


@given(IOB_TAGS)
def test_check_passes_what_repair_leaves_alone(tags):
    if repair_iob2(tags) == tags:
        check_iob2(tags, place)
    else:
        error_of(tags)


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ("", []),
        ("O O", []),
        ("B-A I-A O B-B", [("A", 0, 2), ("B", 3, 4)]),
        ("B-A B-A", [("A", 0, 1), ("A", 1, 2)]),
        ("O I-A I-A", [("A", 1, 3)]),  # a stray I- opens an entity
        ("B-A I-B I-B", [("A", 0, 1), ("B", 1, 3)]),
        ("I-A O I-A", [("A", 0, 1), ("A", 2, 3)]),
    ],
)
def test_entities_of_known_sequences(tags, expected):
    assert entities(tags.split()) == expected


@given(IOB_TAGS)
def test_entities_written_as_iob2_are_the_same_entities(tags):
    written = ["O"] * len(tags)
    for entity_type, first, end in entities(tags):
        written[first:end] = [f"B-{entity_type}"] + [f"I-{entity_type}"] * (end - first - 1)
    assert written == repair_iob2(tags)
