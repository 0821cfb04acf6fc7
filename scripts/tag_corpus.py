"""`bioner_kd tag_corpus` as a file of its own."""

from bioner_kd.cli.programs.tag_corpus import PROGRAM

if __name__ == "__main__":
    PROGRAM.main()
