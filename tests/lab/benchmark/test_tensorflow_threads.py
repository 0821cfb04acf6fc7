import pytest

from bioner_kd.lab.benchmark.process import run_child

MODULE = "uses_threads"
SOURCE = """
def report_threads(report):
    from bioner_kd.lab.benchmark.tensorflow_threads import use_threads
    use_threads()
    import tensorflow as tf
    threading = tf.config.threading
    report({
        "inside": threading.get_intra_op_parallelism_threads(),
        "between": threading.get_inter_op_parallelism_threads(),
    })
"""


@pytest.mark.slow
def test_tensorflow_gets_as_many_threads_as_its_process_has_cores(tmp_path, monkeypatch):
    (tmp_path / f"{MODULE}.py").write_text(SOURCE)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (line,) = run_child(f"{MODULE}:report_threads", {}, threads=2, timeout=600)
    assert line.record == {"inside": 2, "between": 2}
