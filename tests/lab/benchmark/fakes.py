"""Contestants whose speed is known by counting; written as a module that a process can import."""

from bioner_kd.lab.benchmark.contestant import Contestant
from bioner_kd.text.sentence import Sentence

MODULE = "fake_contestants"
SOURCE = '''
import os, sys, time
from bioner_kd.lab.benchmark.contestant import OfTexts


class Counting:
    """By its own clock it takes so many seconds a word and no time between."""

    def __init__(self, seconds_a_word):
        self.seconds_a_word, self.now = seconds_a_word, 0.0

    def clock(self):
        return self.now

    def tag(self, sentences):
        print("a library that talks")
        self.now += self.seconds_a_word * sum(map(len, sentences))
        return [["B-Disease"] + ["O"] * (len(sentence) - 1) for sentence in sentences]

    def tags(self, sentence, result):
        return result


def counting(seconds_a_word):
    return Counting(seconds_a_word)


def first_letters():
    return OfTexts(lambda texts: ([("Disease", 0, 1)] for text in texts))


def by_threads(threads):
    return Counting(1 / threads)


def broken():
    print("something harmless", file=sys.stderr)
    raise OSError("no such model")


def hello(report, word):
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    report({"word": word, "cores": cores, "threads": os.environ["OMP_NUM_THREADS"]})
    report({"last": True})


def silent_end(report):
    os._exit(7)


def sleeps(report, seconds):
    time.sleep(seconds)
'''
# Of 2, 4 and 6 words; each starts with a disease, so that Counting's tags are partly right.
SENTENCES = [
    Sentence.from_words(
        ["Gout", *["hurts"] * (words - 1)], ["B-Disease", *["O"] * (words - 1)], path="fake"
    )
    for words in (2, 4, 6)
]


def counting(name: str, seconds_a_word: float, **options: object) -> Contestant:
    """A contestant that takes so long for a word."""
    return Contestant(
        name,
        f"the {name} one",
        f"{MODULE}:counting",
        {"seconds_a_word": seconds_a_word},
        **options,
    )
