"""What was measured: figures with their targets, tables, plots, sections; as Markdown for people."""
import dataclasses


@dataclasses.dataclass
class Figure:
    """A number with the target it is held to; without one it is only told. `name` says what was asked, and nothing that
    was measured: by it the figure is found again in other runs."""
    name: str
    value: float
    unit: str = ''
    at_most: float | None = None
    at_least: float | None = None
    digits: int = 2
    low: float | None = None     # the least and the most of the rounds
    high: float | None = None
    before: float | None = None  # what was recorded last, set by harness.bands
    band: list | None = None     # where a run's value is expected, set by harness.bands
    found: str = ''              # what belongs to the value: which peer was the best, at which rate

    def label(self):
        return f'{self.name} ({self.found})' if self.found else self.name

    def is_met(self):
        """None without a target"""
        if self.at_most is not None:
            return self.value <= self.at_most
        return None if self.at_least is None else self.value >= self.at_least

    def verdict(self):
        return {True: 'met', False: '**MISSED**', None: ''}[self.is_met()]

    def target(self):
        if self.at_most is not None:
            return f'≤ {self.at_most:,.10g} {self.unit}'.strip()
        return '' if self.at_least is None else f'≥ {self.at_least:,.10g} {self.unit}'.strip()

    def measured(self):
        return self.written(self.value)

    def written(self, value):
        return f'{value:,.{self.digits}f} {self.unit}'.strip()

    def spread(self):
        if self.low is None or self.high is None:
            return ''
        return f'{self.low:,.{self.digits}f}–{self.high:,.{self.digits}f}'

    def recorded(self):
        return '' if self.before is None else self.written(self.before)

    def is_ratio(self):
        """Ratios say the same on other machines, so that they may have a band."""
        return self.unit == '%' or 'times' in self.name

    def drift(self):
        """Whether it left its band: '', 'REGRESSION', 'improvement', or 'outside its band' without a target that says
        which way is better."""
        if self.band is None or self.band[0] <= self.value <= self.band[1]:
            return ''
        if self.at_most is None and self.at_least is None:
            return 'outside its band'
        worse = self.value > self.band[1] if self.at_most is not None else self.value < self.band[0]
        return 'REGRESSION' if worse else 'improvement'

    def expected(self):
        """The band, in words"""
        return '' if self.band is None else f'{self.band[0]:,.{self.digits}f}–{self.band[1]:,.{self.digits}f} expected'

    def notes(self):
        """The verdict and what became of it, for Markdown."""
        drift = self.drift()
        if drift:
            drift = f'**{drift}** ({self.expected()})' if drift == 'REGRESSION' else f'{drift} ({self.expected()})'
        return ', '.join(filter(None, [self.verdict(), drift]))


@dataclasses.dataclass
class Table:
    columns: list
    rows: list  # of lists of text; the first column is left-aligned
    caption: str = ''

    def markdown(self):
        lines = [f'| {" | ".join(map(cell, self.columns))} |', '|---' + '|--:' * (len(self.columns) - 1) + '|']
        lines += [f'| {" | ".join(map(cell, row))} |' for row in self.rows]
        return (f'{self.caption}:\n\n' if self.caption else '') + '\n'.join(lines)


def cell(text):
    return str(text).replace('|', '\\|').replace('\n', ' ')


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
    shaded: list | None = None   # lines: [from, to, what it is] of the x axis
    x_range: list | None = None  # lines: [from, to], else as the points take


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
    module: str = ''                # that measured it, and how long it took: set by harness.area
    seconds: float | None = None

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
            rows.append([s.title, '', '', '', '**VOID**', ''])
        rows += [[f.label(), f.measured(), f.spread(), f.target(), f.notes(), f.recorded()] for f in s.figures]
    return Table(['figure', 'measured', 'min–max', 'target', '', 'before'], rows)


def markdown(title, machine, method, sections):
    parts = [f'# {title}', method, '\n'.join(f'- {name}: {value}' for name, value in machine.items()),
             '## Figures and targets', overview(sections).markdown(), *(s.markdown() for s in sections)]
    return '\n\n'.join(parts) + '\n'
