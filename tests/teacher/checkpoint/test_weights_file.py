import ml_dtypes
import numpy as np

from bioner_kd.teacher.checkpoint.weights_file import float32_from_bfloat16


def test_every_bfloat16_number_is_widened_exactly():
    bits = np.arange(2**16, dtype=np.uint16)
    np.testing.assert_array_equal(
        float32_from_bfloat16(bits), bits.view(ml_dtypes.bfloat16).astype(np.float32), strict=True
    )


def test_strided_bits_and_a_single_number_keep_their_shape():
    bits = np.array([[0x3F80, 0x4000], [0x4040, 0xC020]], np.uint16)
    assert float32_from_bfloat16(bits.T).tolist() == [[1.0, 3.0], [2.0, -2.5]]
    assert float32_from_bfloat16(bits[0, 0]).shape == ()
