"""Taggers of other projects, trained on the same corpus and scored by the same rule."""
