"""Collections of any size are tagged on an engine: Apache Beam, embedded or on a cluster.

This package alone imports apache_beam. It needs no TensorFlow.
"""
