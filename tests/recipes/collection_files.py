"""A table of a few sources, and the files that it names."""

from dataclasses import dataclass
from pathlib import Path

from bioner_kd.corpus.source_table import SourceTable, parse_table

# 12 words, of which the ninth to the last are unlike those of any other sentence.
LONG = "we report that {0}a {0}b {0}c {0}d {0}e {0}f {0}g {0}h gout"
TABLE = parse_table(
    "source\tkind\tfiles\taside\tabout\n"
    "C\tcorpus\tC\t0\tx\n"
    "G\tdocuments\tG.PubTator\t0\tx\n"
    "M\tdocuments\tM.PubTator\t1\tx\n"
    "C ids\tids\tC.PubTator\t0\tx\n",
    "source\ttype\tnames\tcoverage\tuse\town_head\tunmarked\treason\n"
    "C\tDisease\tillness\tfull\ttrain\tC\t-\tx\n"
    "G\tGene\tGene,Family\tfull\ttrain\tG\t-\tmany families\n"
    "G\tCellLine\tCell\tpart\tno\t-\t-\tx\n"
    "M\tDisease\tDisease\tfull\ttrain\tM\t-\tx\n"
    "C ids\tDisease\tDisease\tfull\tmeasure\t-\t-\tx\n",
)


@dataclass
class Files:
    """Folders of a small collection."""

    corpora: Path
    documents: Path
    table: SourceTable = TABLE

    def write_split(self, split: str, *sentences: str) -> None:
        """Writes sentences of which each "gout" is a mention."""
        lines = [
            "".join(f"{w}\t{'B-illness' if w == 'gout' else 'O'}\n" for w in one.split())
            for one in sentences
        ]
        folder = self.corpora / "C"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{split}.tsv").write_text("\n".join(lines))

    def write_documents(
        self, name: str, texts: dict[str, str], kind: str, *, end: str = ""
    ) -> None:
        """Writes documents of which each "gout" is a mention."""
        self.documents.mkdir(exist_ok=True)
        blocks = []
        for pmid, text in texts.items():
            start = text.find("gout")
            mention = f"{pmid}\t{start}\t{start + 4}\tgout\t{kind}\n" if start >= 0 else ""
            blocks.append(f"{pmid}|t|{text}\n{pmid}|a|\n{mention}\n")
        (self.documents / f"{name}.PubTator").write_text("".join(blocks) + end)


def made_files(folder: Path) -> Files:
    """Writes a corpus and three sets of documents, with a leak of every kind."""
    made = Files(folder / "corpora", folder / "documents")
    made.write_split("train", LONG.format("tr"), LONG.format("te"), "gout hurts", "so it goes")
    made.write_split("devel", LONG.format("de"), "so it goes")
    made.write_split("test", LONG.format("te"))
    made.write_documents(
        "C", {"1": LONG.format("tr"), "2": LONG.format("te"), "3": LONG.format("de")}, "Disease"
    )
    made.write_documents(
        "G",
        {
            "2": "other text of a test document",
            "5": LONG.format("de"),
            "6": f"{LONG.format('me')} again",
            "7": f"{LONG.format('new')}. So it goes.",
        },
        "Family",
        end="9|t|a faulty document\n9|a|\n9\t0\t4\tgout\tGene\n",
    )
    made.write_documents(
        "M", {"11": LONG.format("me"), "1": "of the corpus", "12": LONG.format("tr")}, "Disease"
    )
    return made
