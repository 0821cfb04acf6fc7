"""Flag definitions, one module a concern; the only importer of absl.flags."""
