"""Flag definitions, one module for each group; the only importer of absl.flags."""
