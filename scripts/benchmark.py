"""`bioner_kd benchmark` as a file of its own."""

from bioner_kd.cli.programs.benchmark import PROGRAM

if __name__ == "__main__":
    PROGRAM.main()
