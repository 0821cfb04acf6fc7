"""The laboratory: studies of many trainings and the benchmark. Nothing else imports it but cli."""
