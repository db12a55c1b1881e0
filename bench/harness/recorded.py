"""An area's measurements as they are recorded: report/AREA.json, from which every other report is made."""
import dataclasses
import json

from harness.report import Figure, Plot, Section, Table

ORDER = ('http', 'passwords', 'tokens', 'storage', 'peers', 'micro')  # of the report; others follow


@dataclasses.dataclass
class Area:
    name: str
    title: str
    machine: dict   # what it was measured on, and of which commit
    method: str
    sections: list
    size: str = ''  # quick, default or full

    def figures(self):
        return [f for s in self.sections for f in s.figures]

    def find(self, figure):
        """None if it was not measured"""
        return next((f for f in self.figures() if f.name == figure), None)

    def section(self, title):
        """None if it is not there"""
        return next((s for s in self.sections if s.title == title), None)


@dataclasses.dataclass
class Count:
    met: int
    missed: int
    without_target: int
    regressions: int
    void: int  # sections


def count(areas):
    figures = [f for a in areas for f in a.figures()]
    met = [f.is_met() for f in figures]
    return Count(met.count(True), met.count(False), met.count(None), sum(f.drift() == 'REGRESSION' for f in figures),
                 sum(bool(s.void) for a in areas for s in a.sections))


def as_data(area):
    data = dataclasses.asdict(area)
    for section, kept in zip(area.sections, data['sections']):
        for figure, kept_figure in zip(section.figures, kept['figures']):
            kept_figure['met'] = figure.is_met()
    return data


def write(directory, area):
    directory.mkdir(parents=True, exist_ok=True)
    text = json.dumps(as_data(area), indent=1, ensure_ascii=False)
    (directory / f'{area.name}.json').write_text(text + '\n', encoding='utf-8')


def read(file):
    """-> Area. Fields that are not ours are left aside: others may have written more, or less."""
    data = json.loads(file.read_text(encoding='utf-8'))
    sections = [section_of(s) for s in data['sections']]
    return Area(file.stem, data.get('title') or file.stem, data['machine'], data['method'], sections, data.get('size', ''))


def read_all(directory):
    """Of the areas that were recorded there, in the order of the report."""
    files = [f for f in directory.glob('*.json') if 'sections' in json.loads(f.read_text(encoding='utf-8'))]
    files.sort(key=lambda f: (ORDER.index(f.stem) if f.stem in ORDER else len(ORDER), f.stem))
    return [read(f) for f in files]


def section_of(data):
    section = known(Section, data)
    section.figures = [known(Figure, f) for f in section.figures]
    section.tables = [known(Table, t) for t in section.tables]
    section.plots = [known(Plot, p) for p in section.plots]
    return section


def known(kind, data):
    names = {f.name for f in dataclasses.fields(kind)}
    return kind(**{n: v for n, v in data.items() if n in names})
