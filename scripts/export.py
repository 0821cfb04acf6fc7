"""`bioner_kd export` as a file of its own."""

from bioner_kd.cli.programs.export import PROGRAM

if __name__ == "__main__":
    PROGRAM.main()
