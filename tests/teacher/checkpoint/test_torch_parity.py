"""Against PyTorch itself; runs where the extra `torch` is installed."""

import gc
from pathlib import Path

import ml_dtypes
import numpy as np
import pytest
from safetensors.numpy import save_file

torch = pytest.importorskip("torch", reason="the extra `torch` is not installed")

from bioner_kd.teacher.checkpoint.encoder_config import read_config  # noqa: E402
from bioner_kd.teacher.checkpoint.heads import load_token_classifier  # noqa: E402
from bioner_kd.teacher.checkpoint.torch_reader import read_torch  # noqa: E402

from ..tiny_bert import write_config  # noqa: E402
from .torch_files import save_legacy, save_zip  # noqa: E402

BIOBERT = {
    "vocab_size": 28996,
    "hidden_size": 768,
    "num_hidden_layers": 12,
    "num_attention_heads": 12,
    "intermediate_size": 3072,
    "max_position_embeddings": 512,
}
TAGS = ("O", "B-Disease", "I-Disease")
LEGACY = {"_use_new_zipfile_serialization": False}

# Keras 2.15 draws a seed with randint(1, 1e9) once keras.utils.set_random_seed was called.
pytestmark = pytest.mark.filterwarnings("ignore:non-integer arguments to randrange")


@pytest.mark.parametrize("options", [{}, LEGACY], ids=["zip", "legacy"])
def test_what_torch_writes_is_read_exactly(tmp_path, options):
    layer = torch.nn.LayerNorm(4)
    shared = torch.arange(12, dtype=torch.float32)
    state = layer.state_dict()
    state["parameter"] = layer.weight
    state["transposed"] = shared.reshape(3, 4).t()
    state["tail"] = shared[5:]
    state["half"] = torch.randn(3).half()
    state["brain"] = torch.randn(2, 3).bfloat16()
    state["double"] = torch.randn(2).double()
    state["flags"] = torch.tensor([True, False])
    state["scalar"] = torch.tensor(7)
    state["empty"] = torch.zeros(0, 3)
    torch.save(state, tmp_path / "file.bin", **options)
    read = read_torch(tmp_path / "file.bin")
    assert list(read) == list(state)
    for name, tensor in state.items():
        wide = tensor.detach().float() if name == "brain" else tensor.detach()
        np.testing.assert_array_equal(read[name], wide.numpy(), strict=True)


@pytest.mark.parametrize("save", [save_zip, save_legacy])
def test_torch_reads_the_files_that_these_tests_write(tmp_path, save):
    state = {
        "matrix": np.arange(6, dtype=np.float32).reshape(2, 3),
        "brain": np.ones(3, ml_dtypes.bfloat16),
    }
    save(state, tmp_path / "file.bin")
    loaded = torch.load(tmp_path / "file.bin", weights_only=True)
    np.testing.assert_array_equal(loaded["matrix"].numpy(), state["matrix"])
    assert loaded["brain"].dtype == torch.bfloat16


@pytest.fixture(scope="module")
def biobert(tmp_path_factory) -> tuple[Path, object]:
    """A folder with BioBERT's configuration, and a random PyTorch model of it."""
    from transformers import BertForTokenClassification

    folder = tmp_path_factory.mktemp("biobert")
    write_config(folder, **BIOBERT, id2label={str(i): tag for i, tag in enumerate(TAGS)})
    torch.manual_seed(0)
    model = BertForTokenClassification(read_config(folder)).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            # The initial biases and norms are zeros and ones, which would hide their exchange.
            if parameter.ndim == 1:
                parameter.add_(0.1 * torch.randn_like(parameter))
            assert name.startswith(("bert.", "classifier."))
    return folder, model


def torch_logits(model, ids: np.ndarray, mask: np.ndarray) -> np.ndarray:
    with torch.no_grad():
        return model(input_ids=torch.tensor(ids), attention_mask=torch.tensor(mask)).logits.numpy()


@pytest.mark.slow
@pytest.mark.parametrize("format_name", ["zip", "legacy", "safetensors"])
def test_logits_of_a_model_of_biobert_size_equal_pytorchs(biobert, format_name):
    folder, model = biobert
    for old in folder.glob("*model*"):
        old.unlink()
    state = model.state_dict()
    if format_name == "safetensors":
        save_file({name: t.numpy() for name, t in state.items()}, folder / "model.safetensors")
    else:
        options = LEGACY if format_name == "legacy" else {}
        torch.save(state, folder / "pytorch_model.bin", **options)
    generator = np.random.default_rng(5)
    ids = generator.integers(0, BIOBERT["vocab_size"], (2, 128))
    mask = np.ones_like(ids)
    mask[1, 90:] = 0
    loaded = load_token_classifier(folder, TAGS, fine_tuned=True)
    ours = loaded(input_ids=ids, attention_mask=mask).logits.numpy()
    error = float(np.abs(ours - torch_logits(model, ids, mask))[mask == 1].max())
    del loaded
    gc.collect()
    assert error < 1e-4
