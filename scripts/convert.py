"""`bioner_kd convert` as a file of its own."""

from bioner_kd.cli.programs.convert import PROGRAM

if __name__ == "__main__":
    PROGRAM.main()
