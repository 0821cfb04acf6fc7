import gzip
import itertools
import json
import pickle
import time
from pathlib import Path

import pytest

from bioner_kd.errors import InputError, UsageError
from bioner_kd.tagging.decoding import Entity
from bioner_kd.tagging.names import Names
from bioner_kd.tagging.tagged_text import TaggedText
from bioner_kd.text.tokenizer import tokenize

TYPES = ("Chemical", "Disease")
CASES = json.loads((Path(__file__).parent / "names_cases.json").read_text(encoding="utf-8"))


def text_of(text, first_words=()):
    found = tokenize(text)
    number = len(found)
    words, spans = [one[0] for one in found], [one[1:] for one in found]
    return TaggedText(
        text, words, spans, ["O"] * number, [0.9] * number, [0.1] * number, first_words
    )


def entity(type_, text, start, score):
    return Entity(type_, text, start, start + len(text), score)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["about"])
def test_names_mark_what_the_cases_say(case):
    names = Names.of(
        map(tuple, case.get("always", ())), map(tuple, case.get("never", ())), types=TYPES
    )
    found = [entity(*one) for one in case.get("found", ())]
    wanted = [entity(*one) for one in case["wanted"]]
    text = text_of(case["text"], case.get("first_words", ()))
    assert all(one.text == case["text"][one.start : one.end] for one in wanted)
    assert names.mark(text, found) == wanted
    # So do those that went to another process.
    assert pickle.loads(pickle.dumps(names)).mark(text, found) == wanted


def test_a_text_is_marked_as_by_trying_each_name_at_each_word():
    words = ["a", "b", "c"]
    some = [" ".join(n) for k in (1, 2, 3) for n in itertools.product(words, repeat=k)][::3]
    names = Names.of([(name, "Disease") for name in some], types=TYPES)
    for letters in itertools.product("abcd", repeat=6):
        text, at, wanted = " ".join(letters), 0, []
        while at < 6:
            fits = [k for k in (3, 2, 1) if at + k <= 6 and " ".join(letters[at : at + k]) in some]
            if fits:
                wanted.append((2 * at, 2 * (at + fits[0]) - 1))
            at += fits[0] if fits else 1
        assert [(one.start, one.end) for one in names.mark(text_of(text), [])] == wanted


def write(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def test_files_have_a_name_a_line_and_comments(tmp_path):
    always = write(tmp_path / "a", "# drugs\nEliquis\tChemical\r\n\n  COVID-19 \t Disease \n")
    packed = tmp_path / "never.gz"
    packed.write_bytes(gzip.compress(b"\xef\xbb\xbfpain\tDisease\nlead\n"))
    names = Names.read(always, packed, types=TYPES)
    assert len(names) == 4
    assert names.types == {"Chemical", "Disease"}
    text = text_of("Eliquis for lead pain in COVID-19")
    found = [entity("Disease", "lead", 12, 0.8), entity("Chemical", "pain", 17, 0.8)]
    assert [one.text for one in names.mark(text, found)] == ["Eliquis", "pain", "COVID-19"]


def test_the_type_may_be_left_out_where_the_student_has_one(tmp_path):
    always = write(tmp_path / "a", "gout\nCOVID-19\t\n")
    assert Names.read(always, types=("Disease",)).types == {"Disease"}
    with pytest.raises(InputError, match="a:1: 'gout' has no type; write TAB and one of Chemical"):
        Names.read(always, types=TYPES)
    with pytest.raises(InputError, match="a:1: .* one of the student's behind it"):
        Names.read(always)


@pytest.mark.parametrize(
    ("always", "never", "message"),
    [
        ("gout\tDisease\tM10\n", "", "always:1: .*more than a name, TAB and a type"),
        ("gout\tDisease\nTP53\tGene\n", "", "always:2: 'TP53' has the type 'Gene', which the "
         "student lacks; it has Chemical, Disease"),
        ("", "TP53\tGene\n", "never:1: 'TP53' has the type 'Gene'"),
        ("\tDisease\n", "", "always:1: a name is empty; write a name"),
        ("—\tDisease\n", "", "always:1: the name '—' has no letter and no digit"),
        ("", "\u00ad\u200b\n", "never:1: the name .* has no letter and no digit"),
        ("gout,Disease\n", "", "always:1: 'gout,Disease' .* stands behind a TAB"),
        ("gout ; Disease\n", "", "always:1: .* stands behind a TAB"),
        ("lead\tDisease\ngout\tDisease\nLead\tChemical\n", "", "always:3: 'Lead' stands in this "
         "list twice, with the types Disease and Chemical"),
        ("", "lead\nlead\tDisease\n", "never:2: .* the types any and Disease"),
        ("Crohn's\tDisease\n", "crohn\u2019s\n", "never:1: .* in one list and never in the other"),
        ("a " * 101 + "\tDisease\n", "", "always:1: .* has 101 words, and a name 100 at most"),
    ],
)  # fmt: skip
def test_a_broken_line_is_refused(tmp_path, always, never, message):
    files = write(tmp_path / "always", always), write(tmp_path / "never", never)
    with pytest.raises(InputError, match=message):
        Names.read(*files, types=TYPES)


def test_lists_in_python_are_refused_by_number():
    with pytest.raises(InputError, match="name 2 of never: a name is empty"):
        Names.of(never=["pain", ""])


def test_a_name_twice_with_one_type_is_one_name():
    assert len(Names.of([("gout", "Disease"), ("Gout", "Disease")], types=TYPES)) == 1


def test_a_name_may_end_with_a_word_that_is_a_type():
    names = Names.of([("Heart Disease", "Disease"), ("von Hippel, Lindau Disease", "Disease")])
    assert len(names) == 2


def test_a_missing_file_and_the_standard_input_are_refused(tmp_path):
    with pytest.raises(InputError, match="there is no such file"):
        Names.read(tmp_path / "names.tsv", types=TYPES)
    with pytest.raises(UsageError, match="--never=-: name a file"):
        Names.read(never="-", types=TYPES)


def test_types_are_checked_by_the_student_that_uses_the_names():
    names = Names.of([("TP53", "Gene")])
    names.check_types(("Gene", "Disease"))
    with pytest.raises(InputError, match="the type 'Gene', which the student lacks; it has Dis"):
        names.check_types(("Disease",))


def test_time_grows_with_the_words_of_the_text():
    names = Names.of([(" ".join(["a"] * n), "Disease") for n in range(2, 60, 2)], types=TYPES)

    def seconds(number):
        text = text_of("a a b " * number)
        entities = [entity("Disease", "b", 6 * n + 4, 0.5) for n in range(number)]
        began = time.process_time()
        names.mark(text, entities)
        return time.process_time() - began

    seconds(100)
    assert seconds(20_000) < 30 * max(seconds(2_000), 0.005)
