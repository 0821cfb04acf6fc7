"""`bioner_kd evaluate` as a file of its own."""

from bioner_kd.cli.programs.evaluate import PROGRAM

if __name__ == "__main__":
    PROGRAM.main()
