"""The overview of all areas as Markdown: report/report.md."""
from harness import recorded, report


def make(areas):
    count = recorded.count(areas)
    parts = ['# What was measured',
             f'{count.met} targets met, {count.missed} missed; {count.void} sections void; {count.regressions} regressions. '
             'The plots are in [report.html](report.html); the method is in [bench/README.md](../README.md).']
    for area in areas:
        machine = ', '.join(f'{name}: {value}' for name, value in area.machine.items())
        parts += [f'## [{area.title}]({area.name}.md)', machine, report.overview(area.sections).markdown()]
    return '\n\n'.join(parts) + '\n'
