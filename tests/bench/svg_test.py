"""Plots: what is odd is drawn all the same, and what is hostile is only text."""
import re
import unittest
import xml.etree.ElementTree as xml

from harness import svg
from harness.report import Plot

HOSTILE = '</text></svg><script>alert("1")</script>&\x00\x1b\ud800\'"'


def draw(kind, series, **more):
    text = svg.draw(Plot('Title', kind, 'the x', 'the y', series, **more), 1)
    xml.fromstring(text)  # well-formed, or it raises
    return text


def count(text, kind):
    return len(re.findall(f'class="{kind}', text))


class Plots(unittest.TestCase):
    def test_nothing_is_said_to_be_nothing(self):
        for kind in ('bars', 'lines'):
            for series in ({}, {'a': []}, {'a': [('x', None)]}, {'a': [(1, float('nan'))], 'b': [(2, float('inf'))]}):
                self.assertIn('nothing was measured', draw(kind, series))

    def test_one_point(self):
        self.assertEqual(count(draw('bars', {'a': [('x', 5)]}), 'other'), 1)
        for log in (False, True):
            text = draw('lines', {'a': [(64, 5)]}, log_x=log, log_y=log)
            self.assertEqual(count(text, 'fill1'), 1)

    def test_zeros_on_a_logarithmic_axis(self):
        bars = draw('bars', {'a': [('none', 0), ('some', 10)]}, log_y=True)
        self.assertEqual(count(bars, 'other'), 2)  # the bar of nothing is there, and has no length
        self.assertIn('width="0.8"', bars)
        lines = draw('lines', {'a': [(0, 1), (1, 0), (10, 5), (100, 6)]}, log_x=True, log_y=True)
        self.assertEqual(count(lines, 'fill1'), 2)  # what cannot be shown is left out

    def test_all_zeros(self):
        for kind in ('bars', 'lines'):
            for log in (False, True):
                draw(kind, {'a': [(1, 0), (2, 0)]}, log_x=log, log_y=log)

    def test_a_gap_breaks_the_line(self):
        text = draw('lines', {'a': [(1, 1), (2, 2), (3, 0), (4, 4), (5, 5)]}, log_y=True)
        path = re.search(r'class="curve line1" d="([^"]*)"', text).group(1)
        self.assertEqual((path.count('M'), path.count('L')), (2, 2))

    def test_nothing_leaves_the_picture(self):
        series = {f'series {n}': [(x, x * n, x, x * n * 2) for x in (1, 10, 1000)] for n in range(1, 12)}
        for kind in ('bars', 'lines'):
            text = draw(kind, series)
            height = float(re.search(r'viewBox="0 0 \d+ (\d+)"', text).group(1))
            for x in re.findall(r' (?:x|cx|x1|x2)="(-?[\d.]+)"', text):
                self.assertTrue(-1 <= float(x) <= svg.WIDTH, x)
            for y in re.findall(r' (?:y|cy|y1|y2)="(-?[\d.]+)"', text):
                self.assertTrue(-1 <= float(y) <= height, y)

    def test_hostile_text_is_only_text(self):
        for kind in ('bars', 'lines'):
            plot = Plot(HOSTILE, kind, HOSTILE, HOSTILE, {HOSTILE: [(HOSTILE, 1, 0.5, 2)], 'b' + HOSTILE: [('x', 2)]})
            text = svg.draw(plot, 1)
            root = xml.fromstring(text.encode())
            self.assertEqual(text.count('<script'), 0)
            tags = {e.tag for e in root.iter()}
            self.assertTrue(tags <= {'svg', 'title', 'desc', 'text', 'line', 'rect', 'circle', 'path'})

    def test_spread_is_drawn_and_needs_both_ends(self):
        self.assertEqual(count(draw('bars', {'a': [('x', 5, 4, 6)]}), 'spread'), 3)
        self.assertEqual(count(draw('bars', {'a': [('x', 5), ('y', 5, None, None), ('z', 5, 5, 5)]}), 'spread'), 0)
        self.assertEqual(count(draw('lines', {'a': [(1, 5, 4, 6)]}), 'range'), 1)

    def test_a_long_line_has_few_marks(self):
        text = draw('lines', {'a': [(x, 1 + x) for x in range(200)]})
        self.assertTrue(5 <= count(text, 'fill1') <= 2 * svg.MOST_MARKS)
        self.assertEqual(count(draw('lines', {'a': [(x, 1 + x) for x in range(9)]}), 'fill1'), 9)

    def test_a_part_of_the_axis_is_shaded(self):
        text = draw('lines', {'a': [(-10, 1), (0, 2), (30, 3)]}, shaded=[0, 20, 'a <storm>'])
        x, width = map(float, re.search(r'class="shade" x="([\d.]+)" y="[\d.]+" width="([\d.]+)"', text).groups())
        self.assertTrue(0 < x and width > 0 and x + width < svg.WIDTH)
        self.assertIn('a &lt;storm&gt;', text)
        self.assertEqual(count(draw('lines', {'a': [(1, 1), (2, 2)]}), 'shade'), 0)

    def test_an_axis_may_be_given(self):
        text = draw('lines', {'a': [(0, 1), (10, 2)]}, x_range=[-8, 68])
        ticks = re.findall(r'text-anchor="middle">([-\d]+)<', text)
        self.assertEqual(ticks, ['0', '20', '40', '60'])

    def test_ours_stands_out(self):
        text = draw('bars', {'µs': [('epoll_floor', 6), ('watchword', 7), ('nginx', 8)]})
        self.assertEqual((count(text, 'fill1'), count(text, 'other')), (1, 2))
        self.assertEqual(svg.colours(['nginx', 'watchword', 'go']), {'watchword': 0, 'nginx': 1, 'go': 2})

    def test_numbers_of_an_axis_do_not_overlap(self):
        text = draw('bars', {'ms': [('a name of length', 10), ('b', 1999)]}, log_y=True)
        ticks = [(float(x), anchor, len(name)) for x, anchor, name in
                 re.findall(r'class="tick" x="([\d.]+)" y="[\d.]+" text-anchor="(\w+)">([^<]*)<', text)]
        self.assertGreater(len(ticks), 3)
        for (x, _, length), (following, _, width) in zip(ticks, ticks[1:]):
            self.assertGreater(following - x, svg.GLYPH * (length + width) / 2)

    def test_more_series_than_colours(self):
        self.assertLess(max(svg.colours([f's{n}' for n in range(30)]).values()), svg.COLOURS)

    def test_it_says_what_it_shows(self):
        text = draw('bars', {'µs': [('watchword', 7.73)]})
        self.assertIn('<title id="plot1">Title</title>', text)
        self.assertIn('watchword: 7.73', re.search(r'<desc id="plot1d">(.*?)</desc>', text).group(1))
        self.assertIn('aria-labelledby="plot1 plot1d"', text)

    def test_unknown_kinds_are_refused(self):
        with self.assertRaises(ValueError):
            svg.draw(Plot('t', 'pie', 'x', 'y', {'a': [(1, 2)]}), 1)
