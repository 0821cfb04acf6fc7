"""Encoders of every family: their tensors, their round trip, and PyTorch's logits."""

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from safetensors.numpy import save_file

from bioner_kd.errors import InputError
from bioner_kd.teacher.checkpoint.encoder_config import FAMILIES, read_config, usable_positions
from bioner_kd.teacher.checkpoint.encoder_model import places
from bioner_kd.teacher.checkpoint.heads import load_token_classifier
from bioner_kd.teacher.checkpoint.tf_weights import save_checkpoint

from ..tiny_families import CONFIGS, ROBERTA_LIKE, write_family

TAGS = ("O", "B-Disease", "I-Disease")

# Keras 2.15 draws a seed with randint(1, 1e9) once keras.utils.set_random_seed was called.
pytestmark = [
    pytest.mark.filterwarnings("ignore:non-integer arguments to randrange"),
    # What transformers does with DeBERTa in PyTorch.
    pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated:DeprecationWarning"),
]


def ids_and_mask(family: str) -> tuple[np.ndarray, np.ndarray]:
    """Two sentences, the second one padded."""
    pad = int(family in ROBERTA_LIKE)
    ids = np.random.default_rng(3).integers(5, 120, (2, 40)).astype(np.int32)
    ids[1, 25:] = pad
    return ids, (ids != pad).astype(np.int32)


def outputs(model, family: str) -> tuple[np.ndarray, np.ndarray]:
    """Logits and last hidden state of the words that are no padding."""
    ids, mask = ids_and_mask(family)
    found = model(
        input_ids=tf.constant(ids), attention_mask=tf.constant(mask), output_hidden_states=True
    )
    return found.logits.numpy()[mask == 1], found.hidden_states[-1].numpy()[mask == 1]


def random_state(folder: Path, family: str) -> dict[str, np.ndarray]:
    """Random tensors for the folder's config.json, by PyTorch's names."""
    import transformers

    config = read_config(folder)
    name = type(config).__name__.removesuffix("Config")
    model = getattr(transformers, f"TF{name}ForTokenClassification")(config)
    model.build_in_name_scope()
    random = np.random.default_rng(7)
    return {
        name: random.normal(0, 0.3, place.shape).astype(np.float32)
        for name, place in places(model).items()
    }


def test_every_family_has_a_test():
    assert CONFIGS.keys() == FAMILIES.keys()


@pytest.mark.parametrize("family", CONFIGS)
def test_what_is_saved_gives_the_same_outputs_when_it_is_loaded(tmp_path, family):
    labels = {str(index): tag for index, tag in enumerate(TAGS)}
    write_family(tmp_path, family, id2label=labels)
    save_file(random_state(tmp_path, family), tmp_path / "model.safetensors")
    model = load_token_classifier(tmp_path, TAGS, fine_tuned=True)
    saved = tmp_path / "saved"
    saved.mkdir()
    save_checkpoint(saved, model)
    again = load_token_classifier(saved, TAGS, fine_tuned=True)
    for before, after in zip(outputs(model, family), outputs(again, family), strict=True):
        np.testing.assert_array_equal(before, after)


@pytest.mark.parametrize("family", CONFIGS)
def test_a_bare_encoder_sets_the_encoder_of_a_classifier(tmp_path, family):
    write_family(tmp_path, family)
    state = random_state(tmp_path, family)
    prefix = next(iter(state)).partition(".")[0] + "."
    bare = {name.removeprefix(prefix): array for name, array in state.items()}
    bare = {name: array for name, array in bare.items() if not name.startswith("classifier.")}
    save_file(bare, tmp_path / "model.safetensors")
    model = load_token_classifier(tmp_path, TAGS, fine_tuned=False)
    for name, place in places(model).items():
        if name.startswith(prefix):
            np.testing.assert_array_equal(
                place.variable.numpy(), state[name].transpose(place.axes), err_msg=name
            )


@pytest.mark.parametrize("family", CONFIGS)
def test_a_tensor_that_is_missing_or_too_many_is_named(tmp_path, family):
    write_family(tmp_path, family)
    state = random_state(tmp_path, family)
    name = next(name for name in state if ".layer.1." in name and name.endswith("weight"))
    without = {other: array for other, array in state.items() if other != name}
    save_file(without, tmp_path / "model.safetensors")
    with pytest.raises(InputError, match=f"lack the tensor '{name}'"):
        load_token_classifier(tmp_path, TAGS, fine_tuned=False)
    more = name.replace(".layer.1.", ".layer.7.")
    save_file(state | {more: state[name]}, tmp_path / "model.safetensors")
    with pytest.raises(InputError, match=f"have the tensor '{more}'"):
        load_token_classifier(tmp_path, TAGS, fine_tuned=False)


def test_a_pooler_is_not_trained_and_may_be_missing(tmp_path):
    write_family(tmp_path, "mpnet")
    state = random_state(tmp_path, "mpnet")
    assert any("pooler" in name for name in state)
    save_file(
        {name: array for name, array in state.items() if "pooler" not in name},
        tmp_path / "model.safetensors",
    )
    model = load_token_classifier(tmp_path, TAGS, fine_tuned=False)
    assert not any("pooler" in variable.name for variable in model.trainable_variables)


@pytest.mark.parametrize("family", CONFIGS)
def test_the_usable_positions_are_enough_and_no_more(tmp_path, family):
    write_family(tmp_path, family)
    config = read_config(tmp_path)
    reserved = 2 if family in ROBERTA_LIKE else 0
    assert usable_positions(config) == config.max_position_embeddings - reserved
    save_file(random_state(tmp_path, family), tmp_path / "model.safetensors")
    model = load_token_classifier(tmp_path, TAGS, fine_tuned=False)
    ids = np.full((1, usable_positions(config)), 9, np.int32)
    assert np.isfinite(model(input_ids=tf.constant(ids)).logits.numpy()).all()


@pytest.mark.parametrize("options", [{}, {"torch": False}], ids=["safetensors", "bin"])
@pytest.mark.parametrize("family", CONFIGS)
def test_logits_and_hidden_states_equal_pytorchs(tmp_path, family, options):
    torch = pytest.importorskip("torch", reason="the extra `torch` is not installed")
    import transformers

    write_family(tmp_path, family, id2label={str(i): tag for i, tag in enumerate(TAGS)})
    config = read_config(tmp_path)
    name = type(config).__name__.removesuffix("Config")
    torch.manual_seed(0)
    model = getattr(transformers, f"{name}ForTokenClassification")(config).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            # Initial biases and norms are zeros and ones, which would hide their exchange.
            parameter.add_(0.2 * torch.randn_like(parameter))
        ids, mask = ids_and_mask(family)
        expected = model(
            input_ids=torch.tensor(ids).long(),
            attention_mask=torch.tensor(mask).long(),
            output_hidden_states=True,
        )
    if options:
        torch.save(model.state_dict(), tmp_path / "pytorch_model.bin")
    else:
        state = {key: tensor.numpy() for key, tensor in model.state_dict().items()}
        save_file(state, tmp_path / "model.safetensors")
    loaded = load_token_classifier(tmp_path, TAGS, fine_tuned=True)
    logits, hidden = outputs(loaded, family)
    np.testing.assert_allclose(logits, expected.logits.numpy()[mask == 1], atol=2e-5)
    np.testing.assert_allclose(hidden, expected.hidden_states[-1].numpy()[mask == 1], atol=2e-5)
