"""What was measured, as Markdown for people and as JSON for programs."""
import dataclasses
import json


@dataclasses.dataclass
class Figure:
    """A number with the target it is held to; without one it is only told."""
    name: str
    value: float
    unit: str = ''
    at_most: float | None = None
    at_least: float | None = None
    digits: int = 2

    def is_met(self):
        """None without a target"""
        if self.at_most is not None:
            return self.value <= self.at_most
        return None if self.at_least is None else self.value >= self.at_least

    def verdict(self):
        return {True: 'met', False: '**MISSED**', None: ''}[self.is_met()]

    def target(self):
        if self.at_most is not None:
            return f'≤ {self.at_most:,g} {self.unit}'.strip()
        return '' if self.at_least is None else f'≥ {self.at_least:,g} {self.unit}'.strip()

    def measured(self):
        return f'{self.value:,.{self.digits}f} {self.unit}'.strip()


@dataclasses.dataclass
class Table:
    columns: list
    rows: list  # of lists of text; the first column is left-aligned
    caption: str = ''

    def markdown(self):
        lines = [f'| {" | ".join(self.columns)} |', '|---' + '|--:' * (len(self.columns) - 1) + '|']
        lines += [f'| {" | ".join(row)} |' for row in self.rows]
        return (f'{self.caption}:\n\n' if self.caption else '') + '\n'.join(lines)


@dataclasses.dataclass
class Plot:
    """Numbers as bars or as lines, for the HTML report; what they are exactly stands in a table beside it."""
    title: str
    kind: str      # 'bars', whose x may be text, or 'lines'
    x: str         # what the axis shows, with its unit
    y: str
    series: dict   # name -> [(x, y) or (x, y, low, high)]
    log_x: bool = False
    log_y: bool = False


@dataclasses.dataclass
class Section:
    title: str
    method: str = ''
    figures: list = dataclasses.field(default_factory=list)
    tables: list = dataclasses.field(default_factory=list)
    notes: list = dataclasses.field(default_factory=list)
    data: object = None  # everything that was measured, for JSON
    void: str = ''       # why there is nothing
    plots: list = dataclasses.field(default_factory=list)     # of Plot
    pictures: list = dataclasses.field(default_factory=list)  # of (caption, text of an <svg> of our own making)

    def markdown(self):
        parts = [f'## {self.title}']
        if self.void:
            parts.append(f'**VOID**: {self.void}')
        parts += [self.method] if self.method else []
        parts += [t.markdown() for t in self.tables]
        parts += ['\n'.join(f'- {note}' for note in self.notes)] if self.notes else []
        return '\n\n'.join(parts)


def overview(sections):
    """All figures with their targets. Void sections stand in it too: nothing disappears in silence."""
    rows = []
    for s in sections:
        if s.void:
            rows.append([s.title, '', '', '**VOID**'])
        rows += [[f.name, f.measured(), f.target(), f.verdict()] for f in s.figures]
    return Table(['figure', 'measured', 'target', ''], rows)


def markdown(title, machine, method, sections):
    parts = [f'# {title}', method, '\n'.join(f'- {name}: {value}' for name, value in machine.items()),
             '## Figures and targets', overview(sections).markdown(), *(s.markdown() for s in sections)]
    return '\n\n'.join(parts) + '\n'


def as_data(section):
    data = dataclasses.asdict(section)
    for figure, kept in zip(section.figures, data['figures']):
        kept['met'] = figure.is_met()
    return data


def write(directory, area, title, machine, method, sections):
    """Writes AREA.md and AREA.json."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / f'{area}.md').write_text(markdown(title, machine, method, sections))
    data = {'machine': machine, 'method': method, 'sections': [as_data(s) for s in sections]}
    (directory / f'{area}.json').write_text(json.dumps(data, indent=1, ensure_ascii=False) + '\n')
