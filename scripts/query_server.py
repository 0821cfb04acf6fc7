"""`bioner_kd query_server` as a file of its own."""

from bioner_kd.cli.programs.query_server import PROGRAM

if __name__ == "__main__":
    PROGRAM.main()
