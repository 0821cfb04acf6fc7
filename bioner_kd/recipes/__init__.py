"""Whole steps on paths and configurations: what programs, notebooks and sweeps call."""
