"""`bioner_kd cache_logits` as a file of its own."""

from bioner_kd.cli.programs.cache_logits import PROGRAM

if __name__ == "__main__":
    PROGRAM.main()
