"""BenchmarkResults whose ratios are known."""

from bioner_kd.lab.benchmark.contestant import Contestant
from bioner_kd.lab.benchmark.measurements import (
    BenchmarkResults,
    Measurement,
    Profile,
    Record,
    Score,
)
from bioner_kd.lab.benchmark.targets import Roles

ROLES = Roles(
    single="int8", many="int8_many", teachers=("biobert_fp32", "biobert_bf16"), peer="spacy"
)


def measurement(
    name: str,
    words_per_second: float,
    *,
    number: int = 1,
    threads: int = 1,
    ready: float = 0.4,
    memory: int = 80_000_000,
) -> Measurement:
    """100 sentences of 25 words at some speed."""
    return Measurement(
        name,
        threads,
        number,
        words=2500,
        sentences=100,
        seconds=2500 / words_per_second,
        cpu_seconds=1.25 / words_per_second * 1000,
        ready=ready,
        ready_memory=memory // 2,
        memory=memory,
        load=0.5 * number,
    )


def contestants() -> list[Contestant]:
    def one(name: str, title: str, size: int, **options: object) -> Contestant:
        return Contestant(name, title, "module:function", size=size, **options)

    return [
        one("biobert_fp32", "BioBERT's shape, fp32", 430_000_000, slow=True, trained=False),
        one("biobert_bf16", "BioBERT's shape, bf16", 430_000_000, slow=True, trained=False),
        one(
            "int8",
            "int8 .tflite, tag",
            4_000_000,
            parts={"student_int8.tflite": 3_600_000, "tables.json": 400_000},
        ),
        one("int8_many", "int8 .tflite, tag_many", 4_000_000),
        one("spacy", "spaCy NER (CNN)", 6_000_000),
    ]


def good_records() -> list[Record]:
    """Everything is reached, exactly where that is enough: 100 and 60 times BioBERT's speed."""
    records: list[Record] = [Score("int8", 84.5), Score("spacy", 79.9)]
    records.append(
        Profile(
            "int8",
            seconds={"tokenising": 1.0, "encoding": 1.0, "interpreter": 6.0, "decoding": 2.0},
            start={"imports": 0.3, "tables and model": 0.1},
            start_memory={"imports": 40_000_000, "tables and model": 70_000_000},
        )
    )
    for number, noise in enumerate((1.0, 0.25, 0.5), start=1):
        speeds = {"biobert_fp32": 240, "biobert_bf16": 400, "int8": 20_000, "spacy": 24_000}
        for name, speed in speeds.items():
            records.append(measurement(name, speed * noise, number=number))
        records.append(measurement("int8_many", 24_000 * noise, number=number))
        records.append(measurement("int8_many", 43_200 * noise, number=number, threads=2))
    return records


def results(records: list[Record] | None = None) -> BenchmarkResults:
    """BenchmarkResults of these contestants."""
    return BenchmarkResults(
        contestants(), good_records() if records is None else records, "biobert_fp32"
    )
