"""`bioner_kd augment` as a file of its own."""

from bioner_kd.cli.programs.augment import PROGRAM

if __name__ == "__main__":
    PROGRAM.main()
