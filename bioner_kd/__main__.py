"""`python -m bioner_kd` is the command `bioner_kd`."""

from bioner_kd.cli.command import main

main()
