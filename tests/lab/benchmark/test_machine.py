from bioner_kd import __version__
from bioner_kd.lab.benchmark import machine


def test_a_machine_is_described_by_processor_cores_and_versions():
    found = machine.describe()
    assert found["processor"] and int(found["cores"]) >= 1
    assert found["bioner_kd"] == __version__
    assert found["tensorflow"].startswith("2.15")


def test_the_load_is_a_number_where_the_system_tells_it(monkeypatch):
    assert machine.load_average() is None or machine.load_average() >= 0
    monkeypatch.delattr(machine.os, "getloadavg")
    assert machine.load_average() is None


def test_a_package_that_is_not_there_is_not_listed(monkeypatch):
    monkeypatch.setattr(machine, "_PACKAGES", ("numpy", "no-such-package"))
    assert "numpy" in machine.describe()
    assert "no-such-package" not in machine.describe()
