"""The programs: a module each, which is a subcommand of `bioner_kd` and a file in scripts/."""
