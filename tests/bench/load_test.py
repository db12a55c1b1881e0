"""What the load generator says is read, however much it is."""
import pathlib
import subprocess
import sys
import tempfile
import types
import unittest

from harness import load
from harness.run import Void

FAKE = '''#!{python}
import json, sys
print('measuring', file=sys.stderr, flush=True)
report = {{"failed": {{"total": {failed}, "timeout": {failed}}}, "padding": "x" * {padding}}}
print(json.dumps(report) if {padding} else '', end='')
'''


class Report(unittest.TestCase):
    def setUp(self):
        made = tempfile.TemporaryDirectory()
        self.addCleanup(made.cleanup)
        self.build = pathlib.Path(made.name)
        (self.build / 'bench').mkdir()

    def result(self, padding, failed=0, **more):
        program = self.build / 'bench/watchword_load'
        program.write_text(FAKE.format(python=sys.executable, padding=padding, failed=failed))
        program.chmod(0o755)
        server = types.SimpleNamespace(port=1)
        with load.Load(self.build, server, [load.request_class('/')]) as running:
            running.await_measuring(20)
            return running.result(20 - load.SPARE_SECONDS, **more)

    def test_a_report_that_no_pipe_holds(self):
        try:
            self.assertEqual(len(self.result(1_000_000)['padding']), 1_000_000)
        except subprocess.TimeoutExpired:
            self.fail('nobody read what it wrote')

    def test_no_report_is_void(self):
        with self.assertRaises(Void):
            self.result(0)

    def test_failures_are_void_unless_they_are_allowed(self):
        with self.assertRaises(Void):
            self.result(1, failed=3)
        self.assertEqual(self.result(1, failed=3, failures_allowed=True)['failed']['total'], 3)


if __name__ == '__main__':
    unittest.main()
