"""`bioner_kd report` as a file of its own."""

from bioner_kd.cli.programs.report import PROGRAM

if __name__ == "__main__":
    PROGRAM.main()
