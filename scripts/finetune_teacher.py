"""`bioner_kd finetune_teacher` as a file of its own."""

from bioner_kd.cli.programs.finetune_teacher import PROGRAM

if __name__ == "__main__":
    PROGRAM.main()
