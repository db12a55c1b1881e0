"""The overview of all areas as Markdown: report/report.md."""
from harness import report


def make(areas):
    figures = [f for a in areas for f in a.figures()]
    met, missed = (sum(f.is_met() is m for f in figures) for m in (True, False))
    void = sum(bool(s.void) for a in areas for s in a.sections)
    regressions = sum(f.drift() == 'REGRESSION' for f in figures)
    parts = ['# What was measured',
             f'{met} targets met, {missed} missed; {void} sections void; {regressions} regressions. The plots are in '
             '[report.html](report.html); the method is in [bench/README.md](../README.md).']
    for area in areas:
        machine = ', '.join(f'{name}: {value}' for name, value in area.machine.items())
        parts += [f'## [{area.title}]({area.name}.md)', machine, report.overview(area.sections).markdown()]
    return '\n\n'.join(parts) + '\n'
