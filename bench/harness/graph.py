"""A section's plots as one picture that needs nothing else, for README: light and dark as its reader has it."""
import re

from harness import page, svg
from harness.svg import clean

COLUMNS, GAP, TITLE = 2, 28, 24
FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif'
VIEW_BOX = re.compile(r'viewBox="0 0 \d+ (\d+)"')

# file: (area, module of the section, what it shows)
FILES = {'storm.svg': ('passwords', 'storm', 'A storm of ten times as many logins as can be hashed')}


def texts(areas):
    """-> {file name: text}, of what is recorded"""
    made = {}
    for file, (name, module, title) in FILES.items():
        section = next((s for a in areas if a.name == name for s in a.sections if s.module == module), None)
        if section and section.plots:
            made[file] = draw(title, section.plots)
    return made


def draw(title, plots):
    drawn = [svg.draw(plot, number) for number, plot in enumerate(plots, 1)]
    heights = [int(VIEW_BOX.search(text).group(1)) for text in drawn]
    parts, y = [], GAP / 2
    for first in range(0, len(plots), COLUMNS):
        row = range(first, min(first + COLUMNS, len(plots)))
        for n in row:
            parts.append(placed(plots[n].title, drawn[n], GAP / 2 + (n - first) * (svg.WIDTH + GAP), y, heights[n]))
        y += TITLE + max(heights[n] for n in row) + GAP / 2
    width = COLUMNS * (svg.WIDTH + GAP)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" class="plots" viewBox="0 0 {width} {y:.0f}" role="img" '
            f'aria-labelledby="plots"><title id="plots">{clean(title)}</title>\n<style>\n{style()}</style>\n'
            f'<rect class="page" width="{width}" height="{y:.0f}" rx="8"/>\n' + '\n'.join(parts) + '\n</svg>\n')


def placed(title, drawn, x, y, height):
    inner = drawn.replace('<svg ', f'<svg x="{x:.0f}" y="{y + TITLE:.0f}" width="{svg.WIDTH}" height="{height}" ', 1)
    return f'<text class="heading" x="{x:.0f}" y="{y + TITLE - 8:.0f}">{clean(title)}</text>{inner}'


def style():
    colours, plots, _ = (file.read_text(encoding='utf-8') for file in page.STYLES)
    own = (f'svg {{ font-family: {FONT}; }}\n.page {{ fill: var(--raised); }}\n'
           '.heading { font-size: 14px; font-weight: 600; fill: var(--ink); }\n')
    return colours + plots + own
