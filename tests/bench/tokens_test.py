"""What is told of tokens, from results that are made up and servers that serve less."""
import base64
import json
import pathlib
import tempfile
import types
import unittest
from unittest import mock

from harness import report, wrk
from harness.run import Run, Void
from tokens_figures import checks, introspection, over_http, refreshes, revocation


def run(size='default', build='/nowhere'):
    return Run(pathlib.Path(build), pathlib.Path('/nowhere'), size)


class Refreshes(unittest.TestCase):
    @staticmethod
    def result(per_second, **more):
        return {'per_second': per_second, 'latency_us': {'p50': 1e6 / per_second, 'p99': 2e6 / per_second}, **more}

    def seen(self):
        return {refreshes.EACH: [self.result(400), self.result(500)],
                '64 callers': [self.result(8000, refreshes_per_commit=63), self.result(8000, refreshes_per_commit=61)],
                refreshes.HTTP: [self.result(4800, cpu_us=90), self.result(4500, cpu_us=110)]}

    def test_ratios_are_of_one_round(self):
        http, callers = refreshes.figures('SQLite', self.seen())
        self.assertEqual((http.name, http.low, http.high, http.at_least),
                         ('SQLite: refreshes/s of 64 connections, times a commit each', 9, 12, 10))
        self.assertEqual((callers.low, callers.high, callers.at_least), (16, 20, None))

    def test_what_is_not_known_is_left_empty(self):
        rows = {row[0]: row for row in refreshes.table('SQLite', self.seen()).rows}
        self.assertEqual(rows[refreshes.EACH][-2:], ['', ''])
        self.assertEqual(rows['64 callers'][-2:], ['62.0', ''])
        self.assertEqual(rows[refreshes.HTTP][-2:], ['', '100.0'])

    def measure(self, flush_ms, per_second):
        seen = {refreshes.EACH: [self.result(per_second)]}
        with mock.patch.object(refreshes.servers, 'start_watchword'), mock.patch.object(Run, 'new_directory'), \
                mock.patch.object(refreshes, 'interleave', return_value=seen):
            return refreshes.measure_one(run(), refreshes.Disk('', {}, flush_ms), 1, 1, {}, 'a', 'b')

    def test_a_slow_disk_must_be_slow(self):
        self.assertTrue(self.measure(2, 400))
        self.assertTrue(self.measure(0, 4000))
        with self.assertRaises(Void):
            self.measure(2, 4000)

    def test_without_the_library_it_is_void(self):
        with self.assertRaises(Void):
            refreshes.slow_flush(run())


class Checks(unittest.TestCase):
    def test_times_become_speeds(self):
        times = {name: [500.0, 400.0, 800.0] for name in checks.WORDS}
        with mock.patch.object(checks.benchmarks, 'benchmarks', return_value=times) as asked, \
                mock.patch.object(checks, 'say'):
            section = checks.measure(run())
        known = section.figures[0]
        self.assertEqual((known.value, known.low, known.high, known.is_met()), (2e6, 1.25e6, 2.5e6, True))
        self.assertEqual(len(section.tables[0].rows), len(checks.WORDS))
        only = asked.call_args.args[-1]
        for name in checks.WORDS:
            self.assertRegex(f'{name}/process_time', only)
        for name in ('bearer_check/known_of_all/process_time', 'revocation/cached_token/process_time'):
            self.assertNotRegex(name, only)

    def test_what_was_not_built_may_be_missing_but_for_the_targets(self):
        times = {checks.KNOWN: [2000.0], checks.TUTORIAL: [100.0]}
        with mock.patch.object(checks.benchmarks, 'benchmarks', return_value=times), mock.patch.object(checks, 'say'):
            section = checks.measure(run())
        self.assertFalse(section.figures[0].is_met())


class Revocation(unittest.TestCase):
    def test_the_larger_memory_counts(self):
        result = {'bytes': 100 * 2 ** 20, 'resident_bytes': 130 * 2 ** 20, 'load_cpu_seconds': 1.5, 'load_seconds': 1,
                  'single_changes_seconds': 1, 'longest_change_ms': 1, 'forget_ms': 1}
        with mock.patch.object(revocation, 'interleave', return_value={'load': [result, {**result, 'resident_bytes': 0}]}):
            memory, time = revocation.measure(run()).figures
        self.assertEqual((memory.low, memory.high, time.value), (100, 130, 1.5))
        self.assertTrue(memory.is_met())  # the median, 115 MiB
        self.assertTrue(time.is_met())


class OverHttp(unittest.TestCase):
    def requests(self, verify=200, introspected=('/i', {}, 'token=a')):
        with mock.patch.multiple(over_http.client, sign_up=mock.Mock(return_value='t'), sign_in=mock.Mock(return_value='a'),
                                 ask=mock.Mock(return_value=(verify, b''))), \
                mock.patch.object(over_http.introspection, 'prepare', return_value=introspected):
            return over_http.requests(types.SimpleNamespace(port=1), None)

    def test_what_is_not_served_is_named(self):
        asked, notes = self.requests()
        self.assertEqual(list(asked), [over_http.TUTORIAL, over_http.PLAIN, over_http.INTROSPECTION])
        self.assertFalse([n for n in notes if 'Not measured' in n])
        asked, notes = self.requests(404, 'POST /x answers 404')
        self.assertEqual(list(asked), [over_http.TUTORIAL, over_http.LIST])
        self.assertEqual(len([n for n in notes if 'Not measured' in n and '404' in n]), 2)

    def section(self, **cost):
        seen = {name: [wrk.Measured(1000, 1e6 / us, us)] for name, us in cost.items()}
        with mock.patch.object(over_http.servers, 'start_watchword'), mock.patch.object(Run, 'new_directory'), \
                mock.patch.object(over_http.introspection, 'register', return_value=None), \
                mock.patch.object(over_http, 'requests', return_value=({}, [])), \
                mock.patch.object(over_http, 'interleave', return_value=seen):
            return over_http.measure(run())

    def test_introspection_is_held_to_the_plain_check(self):
        section = self.section(**{over_http.TUTORIAL: 10, over_http.PLAIN: 9, over_http.INTROSPECTION: 12})
        share = next(f for f in section.figures if 'introspection, of' in f.name)
        self.assertEqual((share.value, share.is_met(), share.found), (75, False, 'GET /v1/verify'))
        section = self.section(**{over_http.TUTORIAL: 10, over_http.LIST: 50, over_http.INTROSPECTION: 12})
        share = next(f for f in section.figures if 'introspection, of' in f.name)
        self.assertAlmostEqual(share.value, 250 / 3)
        self.assertTrue(share.is_met())
        self.assertNotIn('%', ''.join(f.unit for f in self.section(**{over_http.TUTORIAL: 10, over_http.LIST: 50}).figures))

    def test_it_is_a_section(self):
        text = report.markdown('T', {}, '', [self.section(**{over_http.TUTORIAL: 10, over_http.PLAIN: 8})])
        self.assertIn('| GET /v1/verify | 8.00 | 8.00–8.00 | 1.00 | 1.00–1.00 | 125,000 |', text)


class Introspection(unittest.TestCase):
    CLIENT = introspection.Client('bench', 'a+b', {'id': 'bench'})

    def prepare(self, status, body=b'', asking=CLIENT):
        with mock.patch.object(introspection.client, 'ask', return_value=(status, body)):
            return introspection.prepare(types.SimpleNamespace(port=1), asking, 'a.b.c')

    def test_it_is_looked_at_once(self):
        path, headers, form = self.prepare(200, b'{"active":true}')
        self.assertEqual((path, form), (introspection.PATH, 'token=a.b.c'))
        self.assertEqual(headers['Authorization'], 'Basic ' + base64.b64encode(b'bench:a%2Bb').decode())
        self.assertIn('404', self.prepare(404))
        self.assertIn('client', self.prepare(404, asking=None))
        with self.assertRaises(RuntimeError):
            self.prepare(200, b'{"active":false}')

    def test_it_is_made_by_the_program(self):
        said = '{"client_id":"bench","client_secret":"s","entry":{"id":"bench"}}'
        with mock.patch.object(introspection.program, 'said', return_value=said):
            made = introspection.register(pathlib.Path('/nowhere'))
        self.assertEqual(made, introspection.Client('bench', 's', {'id': 'bench'}))
        with tempfile.TemporaryDirectory() as directory:
            (file,) = made.settings(pathlib.Path(directory)).values()
            self.assertEqual(json.loads(file.read_text()), [{'id': 'bench'}])
        for nothing in ('', 'usage: watchword'):
            with mock.patch.object(introspection.program, 'said', return_value=nothing):
                self.assertIsNone(introspection.register(pathlib.Path('/nowhere')))


if __name__ == '__main__':
    unittest.main()
