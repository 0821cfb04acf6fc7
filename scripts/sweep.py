"""`bioner_kd sweep` as a file of its own."""

from bioner_kd.cli.programs.sweep import PROGRAM

if __name__ == "__main__":
    PROGRAM.main()
