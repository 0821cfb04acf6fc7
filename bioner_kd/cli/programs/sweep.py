r"""Trains a whole study: every combination of arms, settings and seeds, each in its own folder.

A run that is finished is never trained again, one that was stopped goes on, one that failed is
tried again: give the same command, after Ctrl-C, a crash or a full disk. All flags of all runs are
checked before the first starts. runs.csv in the study's folder says what became of each run.

  bioner_kd sweep --flagfile=flags/study/alpha_ncbi/sweep.cfg --jobs=2
  bioner_kd sweep --base=flags/ncbi_disease/distill.cfg --output=saved_models/study/mine \
      --arm="scratch: --alpha=1" --arm="distilled: --alpha=0.3" --grid=seed=1,2,3 --dry_run
"""

from bioner_kd.cli import sweep
from bioner_kd.cli.program import Program


def main(program: Program) -> None:
    """Trains as the flags say."""
    from bioner_kd.lab.study import plan
    from bioner_kd.lab.study.groups import seeds_table
    from bioner_kd.lab.study.study_folder import SWEEP_RECORD, study_lock
    from bioner_kd.lab.study.sweep import Sweep

    config = program.read(sweep.SWEEP)
    study, read_settings = sweep.make_plan(config)
    plan.check_flags(study, read_settings)
    if config.dry_run:
        plan.check_records(study, read_settings)
        print(*sweep.dry_run(study), sep="\n")
        return
    with study_lock(study.output) as descriptor:
        plan.check_records(study, read_settings)
        program.write_flagfile(study.output / SWEEP_RECORD)
        rows = Sweep(study, jobs=config.jobs, lock=descriptor).run()
    print(seeds_table(rows), end="")
    sweep.report_failures(rows)


PROGRAM = Program(__doc__, main, (sweep.SWEEP,))
