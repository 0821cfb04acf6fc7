"""Students as models of Beam's RunInference."""

from collections.abc import Iterable, Sequence
from typing import Any

from apache_beam.ml.inference.base import ModelHandler, PredictionResult

from bioner_kd.scale.blocks import Block
from bioner_kd.scale.job import BlockTagging
from bioner_kd.scale.tagged_block import TaggedBlock, tag_block
from bioner_kd.tagging.choices import Choices
from bioner_kd.tagging.named import DEFAULT
from bioner_kd.tagging.records import Records
from bioner_kd.tagging.tagger import Tagger


class StudentModelHandler(ModelHandler[str, PredictionResult, Tagger]):
    """A student for pipelines of your own: texts become lists of entities.

    A worker process loads the student once. Texts of a batch are read together, so that a score may
    differ by rounding (about 1e-6) from that of a text alone.

    Examples:
        >>> import apache_beam as beam
        >>> from apache_beam.ml.inference.base import RunInference
        >>> with beam.Pipeline() as pipeline:  # doctest: +SKIP
        ...     found = (
        ...         pipeline
        ...         | beam.Create(["Aspirin relieves headache."])
        ...         | RunInference(StudentModelHandler())
        ...         | beam.Map(lambda result: [one.text for one in result.inference])
        ...         | beam.Map(print)
        ...     )
        ['Aspirin', 'headache']
    """

    def __init__(
        self,
        path: str = DEFAULT,
        *,
        form: str = "",
        min_precision: float | None = None,
        unescape: bool = False,
        min_batch_size: int = 16,
        max_batch_size: int = 256,
    ) -> None:
        """Takes where a student lies, which workers load.

        Args:
            path: as `Tagger.load` takes it; every worker must find it there.
            form: as `Tagger.load` takes it.
            min_precision: as `Tagger.tag` takes it.
            unescape: as `Tagger.tag` takes it.
            min_batch_size: least texts that are read together, where so many are there.
            max_batch_size: most texts that are read together.
        """
        super().__init__(min_batch_size=min_batch_size, max_batch_size=max_batch_size)
        self._path, self._form = path, form
        self._choices = Choices(None, min_precision, unescape)

    def load_model(self) -> Tagger:
        """Loads the student.

        Raises:
            InputError: there is none, or it cannot do what is asked for.
        """
        tagger = Tagger.load(self._path, form=self._form)
        tagger.checked(self._choices)
        return tagger

    def run_inference(
        self,
        batch: Sequence[str],
        model: Tagger,
        inference_args: dict[str, Any] | None = None,
    ) -> Iterable[PredictionResult]:
        """Texts with their entities."""
        found = model.tag_texts(batch, self._choices)
        return [
            PredictionResult(text, entities) for text, entities in zip(batch, found, strict=True)
        ]

    def get_num_bytes(self, batch: Sequence[str]) -> int:
        """Characters of a batch, without pickling it."""
        return sum(map(len, batch))

    def get_metrics_namespace(self) -> str:
        """Where Beam's counters of this handler stand."""
        return "bioner_kd"


class BlockModelHandler(ModelHandler[Block, TaggedBlock, Records]):
    """A student for blocks of documents, each of which is a batch."""

    def __init__(self, tagging: BlockTagging) -> None:
        """Takes how blocks are tagged."""
        super().__init__()
        self._tagging = tagging

    def should_skip_batching(self) -> bool:
        """Elements are batches of one block already: a shard must not depend on what meets it."""
        return True

    def load_model(self) -> Records:
        """Loads the student, once in a worker process."""
        return self._tagging.load()

    def run_inference(
        self,
        batch: Sequence[Block],
        model: Records,
        inference_args: dict[str, Any] | None = None,
    ) -> Iterable[TaggedBlock]:
        """Tagged blocks."""
        return [tag_block(model, block) for block in batch]

    def get_num_bytes(self, batch: Sequence[Block]) -> int:
        """Characters of a batch, without pickling it."""
        return sum(len(document) for block in batch for document in block.documents)

    def get_metrics_namespace(self) -> str:
        """Where Beam's counters of this handler stand."""
        return "bioner_kd"
