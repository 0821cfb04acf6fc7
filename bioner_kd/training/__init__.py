"""What teacher and student training share."""
