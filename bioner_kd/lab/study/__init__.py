"""Sweeps: many trainings over a grid of flags, each in a folder of its own."""
