"""An area of the benchmarks: its figures are measured in order and recorded."""
import importlib
import pathlib
import signal
import sys
import tempfile
import time
import traceback

from harness import bands, machine, options, progress, readme, recorded, report, reports, servers
from harness.progress import say
from harness.run import Run, Void

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
REPORT = ROOT / 'bench/report'


def main(area, title, method, figures):
    """For AREA_area.py, which measures one area. `figures`: modules of AREA_figures in the order of the report; each
    has TITLE and measure(Run) -> Section. -> the exit code"""
    given = options.parse(title, figures)
    prepare()
    expect(area, figures, given)
    return measure(area, title, method, figures, given)


def prepare():
    """Once, before measuring. Whoever ends us early lets us stop what we started and remove what we made."""
    servers.allow_files()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda n, _: sys.exit(128 + n))


def expect(area, figures, given):
    all_steps = progress.expectations(area, given.size, figures, recorded_seconds(area))
    progress.shared.expect({(area, name): all_steps[area, name] for name in given.chosen(figures)})


def recorded_seconds(area):
    """{module: seconds} of the last run."""
    file = REPORT / f'{area}.json'
    if not file.exists():
        return {}
    return {s.module: s.seconds for s in recorded.read(file).sections if s.module and s.seconds}


def measure(area, title, method, figures, given):
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix='watchword-bench-', dir=given.directory) as directory:
        pathlib.Path(directory).chmod(0o755)  # nginx and PostgreSQL work as another user where root starts them
        run = Run(given.build.resolve(), pathlib.Path(directory), given.size, given.huge)
        described = machine.describe(ROOT, run.directory)
        sections = [measure_one(area, name, run) for name in given.chosen(figures)]
    described['run'] = f'{given.size}, {(time.monotonic() - began) / 60:.1f} minutes'
    measured = recorded.Area(area, title, described, method, sections, given.size)
    bands.compare(measured, REPORT)
    output = given.output or (None if given.only else REPORT)
    if output:
        recorded.write(output, measured)
        reports.write(output)
    if output == REPORT:
        readme.write(ROOT / 'README.md', recorded.read_all(REPORT))
    print(report.markdown(title, described, method, sections))
    return 1 if any(s.void for s in sections) else 0


def measure_one(area, name, run):
    module = importlib.import_module(f'{area}_figures.{name}')
    progress.shared.begin((area, name))
    say(f'== {area}: {module.TITLE}')
    try:
        section = module.measure(run)
    except Void as e:
        section = report.Section(module.TITLE, void=str(e))
    except Exception as e:  # the others shall be measured all the same
        traceback.print_exc()
        section = report.Section(module.TITLE, void=f'the measurement broke off: {type(e).__name__}: {e}')
    section.module, section.seconds = name, round(progress.shared.end(), 1)
    say(f'-- {section.seconds:.0f} s')
    return section
