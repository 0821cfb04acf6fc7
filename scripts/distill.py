"""`bioner_kd distill` as a file of its own."""

from bioner_kd.cli.programs.distill import PROGRAM

if __name__ == "__main__":
    PROGRAM.main()
