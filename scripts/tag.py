"""`bioner_kd tag` as a file of its own."""

from bioner_kd.cli.programs.tag import PROGRAM

if __name__ == "__main__":
    PROGRAM.main()
