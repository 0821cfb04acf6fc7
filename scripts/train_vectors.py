"""`bioner_kd train_vectors` as a file of its own."""

from bioner_kd.cli.programs.train_vectors import PROGRAM

if __name__ == "__main__":
    PROGRAM.main()
