"""What is recorded comes back, moves are seen, and every report is made from it alone."""
import json
import pathlib
import tempfile
import unittest
import xml.etree.ElementTree as xml

import report as making  # bench/report.py
from harness import area as measuring
from harness import bands, graph, page, readme, recorded, report, reports, summary
from harness.report import Figure, Plot, Section, Table


def area(name='http', size='full', value=1.2, **more):
    sections = [Section('Cost', method='By `wrk`.',
                        figures=[Figure('CPU, times the floor', value, at_most=1.6, low=1.1, high=1.3),
                                 Figure('users | a second', 1e6, digits=0)],
                        tables=[Table(['server', 'µs'], [['watchword', '7.7'], ['<b>', '6']], 'A | B')],
                        plots=[Plot('P', 'bars', 'server', 'µs', {'µs': [('watchword', 7.7, 7, 8)]})],
                        pictures=[('Flames', '<svg viewBox="0 0 1 1"></svg>')], notes=['a <note>'], data={'x': 1}),
                Section('Gone', void='<it> broke')]
    machine = {'cpu': 'a cpu', 'cores': 2, 'commit': more.pop('commit', 'abc'), 'run': f'{size}, 1.0 minutes'}
    return recorded.Area(name, 'HTTP: <cost>', machine, 'Side by side.', sections, size, **more)


class InDirectory(unittest.TestCase):
    def setUp(self):
        made = tempfile.TemporaryDirectory()
        self.addCleanup(made.cleanup)
        self.directory = pathlib.Path(made.name)


class Recorded(InDirectory):
    def test_it_comes_back(self):
        recorded.write(self.directory, area())
        read = recorded.read(self.directory / 'http.json')
        self.assertEqual(json.loads(json.dumps(recorded.as_data(read))), json.loads(json.dumps(recorded.as_data(area()))))
        self.assertIs(json.loads((self.directory / 'http.json').read_text())['sections'][0]['figures'][0]['met'], True)

    def test_what_was_recorded_with_less_or_more_is_read(self):
        old = {'machine': {}, 'method': '', 'sections': [{'title': 'T', 'figures': [{'name': 'f', 'value': 1, 'new': 2}]}]}
        (self.directory / 'old.json').write_text(json.dumps(old))
        read = recorded.read(self.directory / 'old.json')
        self.assertEqual((read.title, read.find('f').value, read.find('g')), ('old', 1, None))

    def test_areas_come_in_order_and_bands_are_none(self):
        for name in ('micro', 'another', 'http'):
            recorded.write(self.directory, area(name))
        bands.record(self.directory, [area()])
        self.assertEqual([a.name for a in recorded.read_all(self.directory)], ['http', 'micro', 'another'])


class Bands(InDirectory):
    @staticmethod
    def runs(*values, size='full'):
        return [{'run': str(n), 'size': size, 'value': v} for n, v in enumerate(values)]

    def test_a_band_is_wider_than_what_was_seen(self):
        low, high = bands.band(self.runs(1.0, 1.4), 'full')
        self.assertAlmostEqual(low, 0.8)
        self.assertAlmostEqual(high, 1.6)

    def test_equal_runs_leave_some_room(self):
        low, high = bands.band(self.runs(2.0, 2.0), 'full')
        self.assertAlmostEqual(low, 1.9)
        self.assertAlmostEqual(high, 2.1)

    def test_one_run_is_no_band(self):
        self.assertIsNone(bands.band(self.runs(1.0), 'full'))
        self.assertIsNone(bands.band([], 'full'))

    def test_enough_runs_of_a_size_stand_for_themselves(self):
        quick, full = self.runs(1, 5, size='quick'), self.runs(2, 2, 2)
        self.assertAlmostEqual(bands.band(quick + full, 'full')[1], 2.1)
        self.assertGreater(bands.band(quick + full, 'quick')[1], 5)

    def test_only_ratios_are_kept_each_run_once_and_not_for_ever(self):
        self.assertEqual(bands.record(self.directory, [area()]), 1)
        self.assertEqual(bands.record(self.directory, [area()]), 0)
        for n in range(20):
            bands.record(self.directory, [area(commit=str(n))])
        kept = bands.read(self.directory)['http']
        self.assertEqual(list(kept), ['CPU, times the floor'])
        self.assertEqual(len(kept['CPU, times the floor']), bands.KEPT)

    def test_a_new_run_is_compared(self):
        for commit, value in (('a', 1.2), ('b', 1.3)):
            recorded.write(self.directory, area(value=value, commit=commit))
            bands.record(self.directory, recorded.read_all(self.directory))
        for value, drift in ((1.25, ''), (1.5, 'REGRESSION'), (1.0, 'improvement')):
            new = area(value=value)
            bands.compare(new, self.directory)
            self.assertEqual((new.figures()[0].before, new.figures()[0].drift()), (1.3, drift))

    def test_it_is_the_same_figure_whoever_was_the_best(self):
        best = area(value=1.2)
        best.figures()[0].found = 'go'
        recorded.write(self.directory, best)
        new = area(value=1.1)
        new.figures()[0].found = 'rust'
        bands.compare(new, self.directory)
        self.assertEqual(new.figures()[0].before, 1.2)
        self.assertIn('CPU, times the floor (rust)', report.overview(new.sections).markdown())

    def test_the_first_run_has_nothing_to_be_compared_with(self):
        new = area()
        bands.compare(new, self.directory)
        self.assertEqual((new.figures()[0].before, new.figures()[0].drift()), (None, ''))

    def test_which_way_is_worse_is_the_targets(self):
        self.assertEqual(Figure('f', 1, at_least=9, band=[2, 3]).drift(), 'REGRESSION')
        self.assertEqual(Figure('f', 4, at_least=9, band=[2, 3]).drift(), 'improvement')
        self.assertEqual(Figure('f', 4, band=[2, 3]).drift(), 'outside its band')
        self.assertEqual(Figure('f', 3, band=[2, 3]).drift(), '')


class Overview(unittest.TestCase):
    def test_markdown_shows_every_figure_and_what_is_void(self):
        text = report.overview(area().sections).markdown()
        self.assertIn('| CPU, times the floor | 1.20 | 1.10–1.30 | ≤ 1.6 | met |', text)
        self.assertIn('| users \\| a second | 1,000,000 |', text)
        self.assertIn('| Gone |  |  |  | **VOID** |', text)

    def test_markdown_shows_moves(self):
        figure = Figure('f, times', 2, at_most=1, before=1.1, band=[0.9, 1.2])
        self.assertIn('| f, times | 2.00 |  | ≤ 1 | **MISSED**, **REGRESSION** (0.90–1.20 expected) | 1.10 |',
                      report.overview([Section('S', figures=[figure])]).markdown())

    def test_summary_counts(self):
        text = summary.make([area(), area('storage', value=2.0)])
        self.assertIn('1 targets met, 1 missed; 2 sections void; 0 regressions', text)
        self.assertIn('(http.md)', text)


class Page(unittest.TestCase):
    def text(self):
        figures = [Figure('<f>, times', 2, at_most=1, before=1.1, band=[0.9, 1.2]), Figure('zero', 0, at_most=0)]
        return page.make([area(), recorded.Area('micro', 'Micro', {}, '', [Section('S', figures=figures)])])

    def test_it_is_well_formed_and_needs_nothing_else(self):
        text = self.text()
        body = text[text.index('<body>'):text.index('</html>')]
        xml.fromstring(body)
        for foreign in ('<script', 'http:', 'https:', '@import', 'url(', '<link', '<img'):
            self.assertNotIn(foreign, text)

    def test_text_is_escaped(self):
        text = self.text()
        for escaped in ('HTTP: &lt;cost&gt;', '&lt;it&gt; broke', '&lt;b&gt;', 'a &lt;note&gt;', '&lt;f&gt;, times'):
            self.assertIn(escaped, text)
        self.assertNotIn('<it>', text)

    def test_everything_is_in_it(self):
        text = self.text()
        for shown in ('✓ met', '✗ missed', 'REGRESSION', '0.90–1.20 expected', '<code>wrk</code>', '<svg viewBox="0 0 1 1">',
                      'plot1', 'a cpu', '1.10–1.30', 'What falls short'):
            self.assertIn(shown, text)

    def test_links_lead_somewhere(self):
        text = self.text()
        ids = [part.split('"')[0] for part in text.split(' id="')[1:]]
        self.assertEqual(len(ids), len(set(ids)))
        for part in text.split('href="#')[1:]:
            self.assertIn(part.split('"')[0], ids)

    def test_no_areas(self):
        self.assertIn('Figures and targets', page.make([]))


class Readme(unittest.TestCase):
    AROUND = f'# Title\n\nBefore.\n\n{readme.BEGIN}\nold\n{readme.END}\n\nAfter.\n'

    def test_only_what_is_between_the_marks_changes(self):
        text = readme.put_into(self.AROUND, [area()])
        self.assertTrue(text.startswith(f'# Title\n\nBefore.\n\n{readme.BEGIN}\n'))
        self.assertTrue(text.endswith(f'{readme.END}\n\nAfter.\n'))
        self.assertNotIn('old', text)
        self.assertEqual(readme.put_into(text, [area()]), text)

    def test_chosen_figures_are_shown_and_others_left_out(self):
        shown = area('http')
        shown.sections[0].figures = [Figure('heap allocations per GET /user', 0, at_most=1), Figure('unknown', 5)]
        text = readme.section([shown])
        self.assertIn('| heap allocations for a request | 0.00 | ≤ 1 | met |', text)
        self.assertNotIn('unknown', text)
        self.assertIn('Of all targets 1 are met and 0 missed; 1 measurements are void', text)

    def test_every_chosen_figure_is_recorded(self):
        areas = {a.name: a for a in recorded.read_all(measuring.REPORT)}
        lost = [f'{row.area}: {row.figure}' for row in readme.CHOSEN
                if row.area in areas and areas[row.area].find(row.figure) is None]
        self.assertEqual(lost, [], 'chosen for README, but not recorded under these names')
        self.assertLessEqual({row.area for row in readme.CHOSEN}, set(recorded.ORDER))

    def test_every_picture_has_words(self):
        self.assertEqual(set(readme.PICTURES), set(graph.FILES))

    def test_a_picture_stands_above_the_figures(self):
        plot = Plot('P', 'lines', 's', 'ms', {'watchword': [(1, 2)]})
        shown = recorded.Area('passwords', 'P', {}, '', [Section('S', plots=[plot], module='storm')])
        self.assertIn('](bench/report/storm.svg)\n\n| figure |', readme.section([shown]))
        self.assertNotIn('storm.svg', readme.section([area('passwords')]))

    def test_what_was_found_follows_the_name(self):
        best = Figure('Token check, CPU of the best peer, times watchword', 3.5, at_least=2.5, found='a|b')
        heap = Figure('heap allocations per GET /user', 0, found='c')
        text = readme.section([recorded.Area(name, 'A', {}, '', [Section('S', figures=[figure])])
                               for name, figure in (('peers', best), ('http', heap))])
        self.assertIn('| Token check, CPU of the best peer, times watchword (a\\|b) | 3.50 | ≥ 2.5 | met |', text)
        self.assertIn('| heap allocations for a request (c) |', text)

    def test_peers_stand_side_by_side(self):
        rows = {'Token check': [['epoll_floor', '6.2'], ['watchword', '7.7'], ['go', '142']],
                'Login': [['go', '30'], ['watchword', '8']]}
        sections = [Section(title, tables=[Table(['engine', 'ms'], [['x', '1']]), Table(['server', 'CPU µs', 'more'], found)])
                    for title, found in rows.items()]
        text = readme.section([recorded.Area('peers', 'P', {}, '', [*sections, Section('Sign-up', void='broke')])])
        self.assertIn('| CPU time of the server | Watchword | raw epoll loop | Go net/http |', text)
        self.assertIn('| Token check | 7.7 µs | 6.2 µs | 142 µs |\n| Login | 8 µs |  | 30 µs |\n', text)
        self.assertNotIn('Sign-up', text)

    def test_a_token_check_is_shown_once(self):
        rows = [{'server': name, 'cpu_us': 7, 'ratio': 1} for name in ('epoll_floor', 'watchword')]
        http = recorded.Area('http', 'H', {'run': 'quick, 1.0 minutes'}, '', [
            Section('CPU time per request', data={'/user': rows, '/health/live': rows})])
        peers = recorded.Area('peers', 'P', {}, '', [
            Section('Token check', tables=[Table(['server', 'CPU µs'], [['watchword', '7.7']])])])
        alone, both = readme.section([http]), readme.section([http, peers])
        self.assertIn('`GET /user`: token checked, 3 users listed | 7.00 µs | 7.00 µs | 1.00 |', alone)
        self.assertIn('(http at ?, quick)', alone)
        self.assertIn('| Token check | 7.7 µs |', both)
        self.assertNotIn('`GET /user`', both)

    def test_lost_marks_are_an_error(self):
        for text in ('', readme.BEGIN, f'{readme.END}\n{readme.BEGIN}', self.AROUND + self.AROUND):
            with self.assertRaises(ValueError):
                readme.put_into(text, [area()])


class Graph(unittest.TestCase):
    def text(self, count=3):
        plots = [Plot(f'<Plot> {n}', 'lines', 's', 'ms', {'watchword': [(x, x + 1) for x in range(-5, 30)], 'go': [(0, 9)]},
                      shaded=[0, 20, 'storm']) for n in range(count)]
        return graph.draw('A <title>', plots)

    def test_it_is_well_formed_and_needs_nothing_else(self):
        text = self.text()
        xml.fromstring(text)
        rest = text.replace('xmlns="http://www.w3.org/2000/svg"', '')
        for foreign in ('http:', 'https:', '@import', 'url(', '<script', '<image', 'href'):
            self.assertNotIn(foreign, rest)

    def test_light_and_dark(self):
        self.assertIn('@media (prefers-color-scheme: dark)', self.text())

    def test_plots_do_not_lie_over_each_other(self):
        for count in (1, 2, 3, 4):
            root = xml.fromstring(self.text(count))
            width, height = (float(v) for v in root.get('viewBox').split()[2:])
            boxes = [[float(e.get(n)) for n in ('x', 'y', 'width', 'height')] for e in root if e.tag.endswith('}svg')]
            self.assertEqual(len(boxes), count)
            for number, (x, y, w, h) in enumerate(boxes):
                self.assertTrue(x >= 0 and y >= 0 and x + w <= width and y + h <= height)
                for other_x, other_y, other_w, other_h in boxes[number + 1:]:
                    self.assertTrue(x + w <= other_x or other_x + other_w <= x or y + h <= other_y)

    def test_what_is_not_recorded_has_no_picture(self):
        self.assertEqual(graph.texts([area(), recorded.Area('passwords', 'P', {}, '', [Section('S', module='storm')])]), {})


class Reports(InDirectory):
    def test_they_are_made_from_the_json_alone(self):
        recorded.write(self.directory, area())
        first = reports.texts(self.directory)
        self.assertEqual(set(first), {'http.md', 'report.md', 'report.html'})
        reports.write(self.directory)
        self.assertEqual(reports.texts(self.directory), first)

    def test_what_is_stale_is_named(self):
        recorded.write(self.directory, area())
        reports.write(self.directory)
        text = self.directory / 'README.md'
        text.write_text(readme.put_into(Readme.AROUND, [area()]))
        self.assertEqual(making.check(self.directory, text), [])
        recorded.write(self.directory, area(value=1.5))
        self.assertEqual(set(making.check(self.directory, text)), {'http.md', 'report.md', 'report.html'})
        text.write_text(Readme.AROUND)
        self.assertIn('README.md', making.check(self.directory, text))


if __name__ == '__main__':
    unittest.main()
