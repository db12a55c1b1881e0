"""Plots as SVG. Colours are the page's: classes and CSS variables. Nothing here runs, and any text is escaped."""
import dataclasses
import html
import re

from harness import axes

WIDTH = 440
COLOURS = 8        # --series-1 ... of the page; further series begin anew
TEXT, LINE = 11.5, 16  # sizes of text and of a line of it
MOST_MARKS = 12    # of a line of many points
GLYPH = 6.8        # about the width of a letter
CONTROL = re.compile('[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]')
OURS = 'watchword'


def clean(text):
    """For HTML and for SVG, in text and in attributes."""
    return html.escape(CONTROL.sub('\ufffd', str(text)))


@dataclasses.dataclass
class Point:
    x: object
    y: float
    low: float
    high: float


def points(series):
    """Those of a plot's series that have a value; without low and high both are the value."""
    found = []
    for x, y, *spread in series:
        if axes.is_number(y):
            low, high = spread if len(spread) == 2 and all(map(axes.is_number, spread)) else (y, y)
            found.append(Point(x, y, low, high))
    return found


def draw(plot, number):
    """-> an <svg>; `number` makes its ids unique on the page."""
    series = {name: points(values) for name, values in plot.series.items()}
    series = {name: found for name, found in series.items() if found}
    if not series:
        body, height = [text(0, LINE, 'nothing was measured')], 2 * LINE
    elif plot.kind == 'bars':
        body, height = bars(plot, series)
    elif plot.kind == 'lines':
        body, height = lines(plot, series)
    else:
        raise ValueError(f'there are no plots of kind {plot.kind!r}')
    return (f'<svg viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-labelledby="plot{number} plot{number}d">'
            f'<title id="plot{number}">{clean(plot.title)}</title>'
            f'<desc id="plot{number}d">{clean(described(plot, series))}</desc>{"".join(body)}</svg>')


def described(plot, series):
    """What it shows, for those who do not see it."""
    told = [f'{plot.y} by {plot.x}.' if plot.x else f'{plot.y}.']
    for name, found in series.items():
        ends = found if len(found) <= 6 else [found[0], found[-1]]
        told.append(f'{name}: ' + ', '.join(f'{p.x if isinstance(p.x, str) else axes.short(p.x)}: {axes.short(p.y)}'
                                            for p in ends) + '.')
    return ' '.join(told)


def text(x, y, content, anchor='start', kind='label'):
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{clean(content)}</text>'


def line(x1, y1, x2, y2, kind):
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def colours(names):
    """{name: number of its colour}: ours is always the first."""
    names = sorted(names, key=lambda name: not is_ours(name))
    return {name: n % COLOURS for n, name in enumerate(names)}


def is_ours(name):
    return str(name).lower().startswith(OURS)


def legend(names, top):
    """-> elements, the y below them"""
    if len(names) < 2:
        return [], top
    parts, x, y = [], 0.0, top + LINE - 5
    for name, colour in colours(names).items():
        width = 16 + GLYPH * len(str(name)) + 14
        if x and x + width > WIDTH:
            x, y = 0.0, y + LINE
        parts += [mark(x + 5, y - 4, colour), text(x + 14, y, name)]
        x += width
    return parts, y + 9


def mark(x, y, colour):
    """A shape for each colour, for those who do not see colours."""
    shapes = (f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4"', f'<rect x="{x - 3.5:.1f}" y="{y - 3.5:.1f}" width="7" height="7"',
              f'<path d="M{x:.1f} {y - 4.5:.1f}l4.5 8h-9z"', f'<path d="M{x:.1f} {y - 5:.1f}l5 5l-5 5l-5-5z"',
              f'<path d="M{x:.1f} {y + 4.5:.1f}l4.5-8h-9z"', f'<rect x="{x - 4.5:.1f}" y="{y - 2:.1f}" width="9" height="4"',
              f'<rect x="{x - 2:.1f}" y="{y - 4.5:.1f}" width="4" height="9"',
              f'<path d="M{x - 4:.1f} {y - 1.5:.1f}h2.5v-2.5h3v2.5h2.5v3h-2.5v2.5h-3v-2.5h-2.5z"')
    return f'{shapes[colour % len(shapes)]} class="fill{colour + 1}"/>'


# --- bars: from the left, a group for each x, its name above or beside it

def bars(plot, series):
    names, groups = list(series), list(dict.fromkeys(p.x for found in series.values() for p in found))
    widest = max(width_of(g) for g in groups)
    beside = len(names) == 1 and widest < WIDTH * 0.32
    left = widest + 8 if beside else 1
    values = [v for found in series.values() for p in found for v in (p.y, p.low, p.high)]
    if plot.log_y:  # the shortest bar shall be seen
        values += [v / 2 for v in values]
    axis = axes.over(values, left, WIDTH - 62, plot.log_y)
    body, y = legend(names, 0)
    top, thick = y + 2, 15 if len(names) < 4 else 12
    drawn, y = [], top + 4
    for group in groups:
        if beside:
            drawn.append(text(left - 8, y + thick - 3.5, group, 'end', 'label ours' if is_ours(group) else 'label'))
        else:
            drawn.append(text(0, y + TEXT, group))
            y += LINE + 1
        for name in names:
            for p in (p for p in series[name] if p.x == group):
                drawn += bar(axis, p, y, thick, bar_colour(names, name, group))
                y += thick + 2
        y += 7
    body += ticks_below(axis, top, y)
    if beside:
        body.append(line(left, top, left, y, 'axis'))
    body.append(text((left + WIDTH - 62) / 2, y + 2 * LINE - 1, plot.y + log_note(plot.log_y), 'middle', 'title'))
    return body + drawn, y + 2 * LINE + 6


def width_of(name):
    """About, in pixels; ours is bold."""
    return GLYPH * len(str(name)) * (1.2 if is_ours(name) else 1)


def ticks_below(axis, top, bottom):
    """Lines, and numbers where the one before leaves room."""
    parts, free = [], 0.0
    for tick in axis.ticks():
        x, name = axis.at(tick), axes.short(tick)
        half = GLYPH * len(name) / 2
        parts.append(line(x, top, x, bottom, 'grid'))
        if x <= GLYPH:
            parts.append(text(x, bottom + LINE - 2, name, 'start', 'tick'))
            free = x + 2 * half + 4
        elif x - half >= free:
            parts.append(text(x, bottom + LINE - 2, name, 'middle', 'tick'))
            free = x + half + 4
    return parts


def bar_colour(names, name, group):
    """One series needs no colours; ours stands out among the groups."""
    if len(names) > 1:
        return f'fill{colours(names)[name] + 1}'
    return 'fill1' if is_ours(group) or is_ours(name) else 'other'


def bar(axis, p, y, thick, kind):
    zero = axis.at(axis.low if axis.log else 0)
    end = axis.at(p.y)
    parts = [f'<rect class="{kind}" x="{min(zero, end):.1f}" y="{y:.1f}" width="{max(abs(end - zero), 0.8):.1f}" '
             f'height="{thick}" rx="1.5"/>']
    right = max(end, zero)
    if p.low < p.high:
        low, high, middle = axis.at(p.low), axis.at(p.high), y + thick / 2
        parts += [line(low, middle, high, middle, 'spread'), line(low, middle - 3, low, middle + 3, 'spread'),
                  line(high, middle - 3, high, middle + 3, 'spread')]
        right = max(right, high)
    parts.append(text(right + 5, y + thick - 3.5, axes.short(p.y), kind='value'))
    return parts


def log_note(log):
    return ', logarithmic' if log else ''


# --- lines

def lines(plot, series):
    body, top = legend(list(series), 0)
    body.append(text(0, top + LINE - 3, plot.y + log_note(plot.log_y), kind='title'))
    top += LINE + 12
    bottom = top + 200
    all_points = [p for found in series.values() for p in found]
    y_axis = axes.over([v for p in all_points for v in (p.y, p.low, p.high)], bottom, top, plot.log_y)
    left = max(GLYPH * len(axes.short(t)) for t in y_axis.ticks()) + 8
    x_axis, x_ticks, place = x_scale(plot, all_points, left + 6, WIDTH - 14)
    body += shade(plot.shaded, x_axis, top, bottom)
    for tick in y_axis.ticks():
        body += [line(left, y_axis.at(tick), WIDTH, y_axis.at(tick), 'grid'),
                 text(left - 5, y_axis.at(tick) + 4, axes.short(tick), 'end', 'tick')]
    for tick, name in x_ticks:
        body += [line(x_axis.at(tick), bottom, x_axis.at(tick), bottom + 4, 'axis'),
                 text(x_axis.at(tick), bottom + LINE, name, 'middle', 'tick')]
    body.append(line(left, bottom, WIDTH, bottom, 'axis'))
    body.append(text((left + WIDTH) / 2, bottom + 2 * LINE + 2, plot.x + log_note(plot.log_x), 'middle', 'title'))
    for name, colour in reversed(colours(list(series)).items()):  # ours above the others
        body += curve(series[name], x_axis, y_axis, place, colour)
    return body, bottom + 2 * LINE + 8


def shade(shaded, x_axis, top, bottom):
    if not shaded:
        return []
    low, high, name = shaded
    begin, end = x_axis.at(low), x_axis.at(high)
    return [f'<rect class="shade" x="{begin:.1f}" y="{top:.1f}" width="{max(end - begin, 0.8):.1f}" '
            f'height="{bottom - top:.1f}"/>', text((begin + end) / 2, top - 4, name, 'middle', 'tick')]


def x_scale(plot, all_points, begin, end):
    """-> the axis, [(tick, its text)], a function from a point to its number on the axis"""
    values = list(dict.fromkeys(p.x for p in all_points))
    if not all(map(axes.is_number, values)):  # names: side by side
        place = {x: n for n, x in enumerate(values)}
        axis = axes.Axis(-0.5, len(values) - 0.5, begin, end)
        return axis, [(n, str(x)) for x, n in place.items()], lambda p: place[p.x]
    shown = [v for v in values if v > 0] if plot.log_x else values
    if plot.x_range:
        axis = axes.Axis(*plot.x_range, begin, end)
        return axis, [(t, axes.short(t)) for t in axis.ticks()], lambda p: p.x
    if plot.log_x and shown and min(shown) < max(shown):
        axis = axes.Axis(min(shown), max(shown), begin, end, True)
    else:
        axis = axes.over(shown, begin, end, plot.log_x, from_zero=False)
    ticks = sorted(shown)
    apart = [axis.at(b) - axis.at(a) for a, b in zip(ticks, ticks[1:])]
    if len(ticks) > 8 or any(d < 38 for d in apart):
        ticks = axis.ticks()
    return axis, [(t, axes.short(t)) for t in ticks], lambda p: p.x


def curve(found, x_axis, y_axis, place, colour):
    """What a logarithmic axis cannot show is left out, and breaks the line."""
    parts, path, pen = [], [], 'M'
    every = max(1, round(len(found) / MOST_MARKS))
    for number, p in enumerate(found):
        if not (x_axis.can_show(place(p)) and y_axis.can_show(p.y)):
            pen = 'M'
            continue
        x, y = x_axis.at(place(p)), y_axis.at(p.y)
        path.append(f'{pen}{x:.1f} {y:.1f}')
        pen = 'L'
        if p.low < p.high:
            parts.append(line(x, y_axis.at(p.low), x, y_axis.at(p.high), f'range line{colour + 1}'))
        if number % every == every // 2:
            parts.append(mark(x, y, colour))
    if path:
        parts.insert(0, f'<path class="curve line{colour + 1}" d="{"".join(path)}"/>')
    return parts
