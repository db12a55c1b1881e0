"""The report as one HTML page that needs nothing else: no scripts, no fonts, nothing from elsewhere."""
import pathlib
import re

from harness import recorded, svg
from harness.svg import clean

STYLES = [pathlib.Path(__file__).with_name(name) for name in ('colours.css', 'plots.css', 'page.css')]
MOST_NUMBERS = 150  # of a plot that stand beside it
INTRODUCTION = ('What Watchword costs and withstands, measured beside others that do the same work on the same machine in '
                'the same minutes. Anyone can do it again: <code>bench/run.sh</code>.')
METHOD = ('Servers take turns within a round, in another order each time, and ratios are taken within a round, so that '
          'what else the machine does hits all of them. Values are medians; min–max is their spread over the rounds. '
          'CPU time is that of the server\'s whole process tree. A measurement with a failed or a wrong answer is void and '
          'repeated, and what stays void is shown as that. "Before" is what was recorded last; a ratio outside of the band '
          'of the recorded runs is called a regression or an improvement. Ratios compare across machines, absolute numbers '
          'do not. <code>bench/README.md</code> says more.')


def make(areas):
    """-> the text of the page"""
    numbers = iter(range(1, 100_000))
    body = ''.join(area_part(area, numbers) for area in areas)
    return (f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>Watchword: measured</title>\n'
            f'<style>\n{style()}</style>\n</head>\n<body>\n'
            f'<header>\n<h1>Watchword: measured</h1>\n<p class="lead">{INTRODUCTION}</p>\n'
            f'{tiles(areas)}{attention(areas)}{contents(areas)}</header>\n<main>\n{overview(areas)}'
            f'<h2 id="method">Method</h2>\n<p>{METHOD}</p>\n{body}</main>\n'
            '<footer>Made from <code>bench/report/*.json</code> by <code>bench/report.py</code>.</footer>\n'
            '</body>\n</html>\n')


def style():
    return ''.join(file.read_text(encoding='utf-8') for file in STYLES)


def anchor(*words):
    return re.sub(r'[^a-z0-9]+', '-', ' '.join(words).lower()).strip('-')


def inline(text):
    """Text with `code` in it."""
    return re.sub(r'`([^`]+)`', r'<code>\1</code>', clean(text))


# --- at the top

def tiles(areas):
    count = recorded.count(areas)
    shown = [('good', count.met, 'targets met'), ('bad', count.missed, 'targets missed'),
             ('warn', count.void, 'sections void'), ('bad', count.regressions, 'regressions'),
             ('', count.without_target, 'figures without a target')]
    return ('<ul class="tiles">' + ''.join(f'<li class="{kind if count else ""}"><b>{count}</b><span>{name}</span></li>'
                                           for kind, count, name in shown) + '</ul>\n')


def attention(areas):
    """What missed its target, moved for the worse or said nothing: first of all."""
    found = []
    for area in areas:
        for s in area.sections:
            words = [f'{inline(f.label())}: {clean(f.measured())} ({clean(f.target())})'
                     for f in s.figures if f.is_met() is False]
            words += [f'{inline(f.label())}: {clean(f.measured())}, a regression ({clean(f.expected())})'
                      for f in s.figures if f.is_met() is not False and f.drift() == 'REGRESSION']
            words += ['void'] if s.void else []
            if words:
                found.append(f'<li><a href="#{anchor(area.name, s.title)}">{clean(s.title)}</a>: {"; ".join(words)}</li>')
    return f'<h2 class="quiet" id="missed">What falls short</h2>\n<ul class="notes">{"".join(found)}</ul>\n' if found else ''


def contents(areas):
    parts = ['<li><a href="#figures">Figures and targets</a></li><li><a href="#method">Method</a></li>']
    for area in areas:
        inner = ''.join(f'<li><a href="#{anchor(area.name, s.title)}">{clean(s.title)}</a></li>' for s in area.sections)
        parts.append(f'<li><a href="#{anchor(area.name)}">{clean(area.title)}</a><ul>{inner}</ul></li>')
    top, rest = parts[0], parts[1:]
    return f'<nav aria-label="Contents"><ul><li><ul>{top}</ul></li>{"".join(rest)}</ul></nav>\n'


def overview(areas):
    rows = []
    for area in areas:
        rows.append(f'<tr class="group"><th scope="rowgroup" colspan="7">{clean(area.title)}</th></tr>')
        for s in area.sections:
            target = anchor(area.name, s.title)
            if s.void:
                rows.append(f'<tr><th scope="row"><a href="#{target}">{clean(s.title)}</a></th><td></td><td></td><td></td>'
                            f'<td></td><td>{badge("warn", "void")}</td><td></td></tr>')
            rows += [figure_row(f, target) for f in s.figures]
    head = ''.join(f'<th scope="col">{name}</th>' for name in
                   ('figure', 'measured', 'min–max', 'target', '', 'verdict', 'before'))
    return ('<h2 id="figures">Figures and targets</h2>\n<div class="scroll overview" tabindex="0" role="region" '
            f'aria-label="Figures and targets"><table><thead><tr>{head}</tr></thead>\n<tbody>'
            + '\n'.join(rows) + '</tbody></table></div>\n')


def figure_row(figure, target):
    met, drift = figure.is_met(), figure.drift()
    verdicts = {True: [badge('good', '✓ met')], False: [badge('bad', '✗ missed')], None: []}[met]
    if drift:
        kind = {'REGRESSION': 'bad', 'improvement': 'good'}.get(drift, 'warn')
        verdicts.append(f'{badge(kind, drift)}<br/><span class="quiet">{clean(figure.expected())}</span>')
    return (f'<tr><th scope="row"><a href="#{target}">{inline(figure.label())}</a></th><td>{clean(figure.measured())}</td>'
            f'<td class="quiet">{clean(figure.spread())}</td><td>{clean(figure.target())}</td>'
            f'<td class="gauge">{gauge(figure)}</td><td>{" ".join(verdicts)}</td>'
            f'<td class="quiet">{clean(figure.recorded())}</td></tr>')


def badge(kind, words):
    return f'<span class="verdict {kind}">{words}</span>'


def gauge(figure):
    """How far the value is from its target, which is the mark at three fifths."""
    target = figure.at_least if figure.at_most is None else figure.at_most
    if not target or target < 0:
        return ''
    share = min(max(figure.value / target * 0.6, 0.01), 1)
    kind = 'good' if figure.is_met() else 'bad'
    return ('<svg viewBox="0 0 104 10" width="104" height="10" aria-hidden="true"><rect class="track" y="2" width="104" '
            f'height="6" rx="3"/><rect class="{kind}" y="2" width="{104 * share:.1f}" height="6" rx="3"/>'
            '<line class="goal" x1="62.4" y1="0" x2="62.4" y2="10"/></svg>')


# --- an area and its sections

def area_part(area, numbers):
    machine = ''.join(f'<dt>{clean(name)}</dt><dd>{clean(value)}</dd>' for name, value in area.machine.items())
    sections = ''.join(section_part(area, s, numbers) for s in area.sections)
    return (f'<h2 id="{anchor(area.name)}">{clean(area.title)}</h2>\n<p>{inline(area.method)}</p>\n'
            f'<dl class="machine">{machine}</dl>\n{sections}')


def section_part(area, section, numbers):
    parts = [f'<h3 id="{anchor(area.name, section.title)}">{clean(section.title)}</h3>']
    if section.void:
        parts.append(f'<p class="void"><strong>Void:</strong> {clean(section.void)}</p>')
    if section.method:
        parts.append(f'<p class="method">{inline(section.method)}</p>')
    if section.plots:
        drawn = ''.join(plot_part(p, next(numbers)) for p in section.plots)
        parts.append(f'<div class="plots{" alone" if len(section.plots) == 1 else ""}">{drawn}</div>')
    parts += [f'<figure class="wide"><figcaption>{inline(caption)}</figcaption>{picture}</figure>'
              for caption, picture in section.pictures]
    parts += [table_part(t) for t in section.tables]
    if section.notes:
        parts.append('<ul class="notes">' + ''.join(f'<li>{inline(n)}</li>' for n in section.notes) + '</ul>')
    return '\n'.join(parts) + '\n'


def table_part(table):
    caption = f'<caption>{inline(table.caption)}</caption>' if table.caption else ''
    head = ''.join(f'<th scope="col">{inline(c)}</th>' for c in table.columns)
    rows = [table_row(row) for row in table.rows if row]
    name = clean(table.caption or (table.columns[0] if table.columns else '') or 'Table')
    return (f'<div class="scroll" tabindex="0" role="region" aria-label="{name}"><table>{caption}<thead><tr>{head}</tr>'
            f'</thead><tbody>{"".join(rows)}</tbody></table></div>')


def table_row(row):
    kind = ' class="ours"' if svg.is_ours(row[0]) else ''
    return f'<tr{kind}><th scope="row">{inline(row[0])}</th>{"".join(f"<td>{inline(c)}</td>" for c in row[1:])}</tr>'


def plot_part(plot, number):
    few = sum(map(len, plot.series.values())) <= MOST_NUMBERS  # all of them are in the JSON
    numbers = f'<details><summary>Numbers</summary>{numbers_of(plot)}</details>' if few else ''
    return f'<figure><figcaption>{inline(plot.title)}</figcaption>{svg.draw(plot, number)}{numbers}</figure>'


def numbers_of(plot):
    rows = ''.join(f'<tr><th scope="row">{clean(name)}</th><td>{number(p.x)}</td><td>{number(p.y)}</td>'
                   f'<td>{f"{number(p.low)}–{number(p.high)}" if p.low < p.high else ""}</td></tr>'
                   for name, values in plot.series.items() for p in svg.points(values))
    return (f'<div class="scroll" tabindex="0" role="region" aria-label="Numbers of the plot"><table><thead><tr>'
            '<th scope="col"></th>'
            f'<th scope="col">{clean(plot.x)}</th><th scope="col">{clean(plot.y)}</th><th scope="col">min–max</th></tr>'
            f'</thead><tbody>{rows}</tbody></table></div>')


def number(value):
    return clean(value) if isinstance(value, str) else f'{float(f"{value:.4g}"):,g}'
