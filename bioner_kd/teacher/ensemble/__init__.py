"""What a run folder holds, and several models that teach with one voice."""
