"""An area is measured, recorded and compared, whatever its figures do."""
import contextlib
import io
import json
import pathlib
import sys
import tempfile
import types
import unittest
from unittest import mock

from harness import area, options, progress
from harness.options import Options
from harness.report import Figure, Section
from harness.run import Void


def figure_module(measure):
    module = types.ModuleType('figure')
    module.TITLE, module.measure = 'A title', measure
    return module


def breaks_off(run):
    raise KeyError('gone')


def is_void(run):
    raise Void('answered wrongly')


class Area(unittest.TestCase):
    def setUp(self):
        made = tempfile.TemporaryDirectory()
        self.addCleanup(made.cleanup)
        self.directory = pathlib.Path(made.name)
        self.enterContext(mock.patch.object(area, 'REPORT', self.directory / 'recorded'))
        self.enterContext(mock.patch.object(progress, 'shared', progress.Progress()))
        self.enterContext(contextlib.redirect_stderr(io.StringIO()))
        self.printed = self.enterContext(contextlib.redirect_stdout(io.StringIO()))

    def measure(self, only=(), output=True, **figures):
        modules = {f'fake_figures.{name}': figure_module(measure) for name, measure in figures.items()}
        modules['fake_figures'] = types.ModuleType('fake_figures')
        given = Options(self.directory, 'quick', False, list(only), self.directory / 'recorded' if output else None, None)
        with mock.patch.dict(sys.modules, modules), mock.patch('harness.readme.write') as self.readme:
            area.expect('fake', list(figures), given)
            return area.measure('fake', 'Fake', 'Made up.', list(figures), given)

    def recorded(self):
        return json.loads((self.directory / 'recorded/fake.json').read_text())

    def test_all_is_recorded(self):
        self.assertEqual(self.measure(one=lambda run: Section('One', figures=[Figure('f', 2, at_most=3)])), 0)
        section = self.recorded()['sections'][0]
        self.assertEqual((section['module'], section['figures'][0]['value'], self.recorded()['size']), ('one', 2, 'quick'))
        self.assertIsNotNone(section['seconds'])
        self.assertTrue((self.directory / 'recorded/report.html').exists())
        self.assertIn('| f | 2.00 |', self.printed.getvalue())
        self.readme.assert_called_once()

    def test_what_breaks_off_or_is_void_leaves_the_others_alone(self):
        self.assertEqual(self.measure(a=breaks_off, b=is_void, c=lambda run: Section('C')), 1)
        void = [s['void'] for s in self.recorded()['sections']]
        self.assertEqual(void, ["the measurement broke off: KeyError: 'gone'", 'answered wrongly', ''])

    def test_the_last_run_stands_beside_the_new_one(self):
        for value in (2, 3):
            self.measure(one=lambda run, v=value: Section('One', figures=[Figure('f', v)]))
        figure = self.recorded()['sections'][0]['figures'][0]
        self.assertEqual((figure['value'], figure['before']), (3, 2))

    def test_some_figures_are_only_printed(self):
        seen = []
        self.measure(only=['b'], output=False, a=lambda run: seen.append('a'), b=lambda run: seen.append('b') or Section('B'))
        self.assertEqual(seen, ['b'])
        self.assertFalse((self.directory / 'recorded').exists())
        self.readme.assert_not_called()

    def test_some_figures_are_expected_to_take_their_share(self):
        given = Options(self.directory, 'quick', False, ['a'], None, None)
        area.expect('http', ['a', 'b', 'c'], given)
        self.assertAlmostEqual(progress.shared.left(), progress.budget('http', 'quick') / 3)

    def test_nothing_is_left_to_wait_for(self):
        self.measure(one=lambda run: Section('One'), two=breaks_off)
        self.assertEqual(progress.shared.left(), 0)


class CommandLine(unittest.TestCase):
    def parse(self, *arguments):
        with mock.patch.object(sys, 'argv', ['area', 'build', *arguments]), contextlib.redirect_stderr(io.StringIO()):
            return options.parse('title', ['a', 'b', 'c'])

    def test_sizes(self):
        for arguments, size, huge in ((['--quick'], 'quick', False), ([], 'default', False), (['--full'], 'full', False),
                                      (['--huge'], 'full', True)):
            given = self.parse(*arguments)
            self.assertEqual((given.size, given.huge), (size, huge))

    def test_chosen_figures_keep_their_order(self):
        self.assertEqual(self.parse('--only', 'c,a').chosen(['a', 'b', 'c']), ['a', 'c'])
        self.assertEqual(self.parse().chosen(['a', 'b']), ['a', 'b'])

    def test_what_is_not_there_is_refused(self):
        for arguments in (['--only', 'd'], ['--quick', '--full'], ['--quick', '--huge'], ['--size']):
            with self.assertRaises(SystemExit):
                self.parse(*arguments)


if __name__ == '__main__':
    unittest.main()
