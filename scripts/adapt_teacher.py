"""`bioner_kd adapt_teacher` as a file of its own."""

from bioner_kd.cli.programs.adapt_teacher import PROGRAM

if __name__ == "__main__":
    PROGRAM.main()
