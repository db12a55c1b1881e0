"""Nothing that was started outlives the harness, however that ends."""
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

BENCH = pathlib.Path(__file__).resolve().parent.parent.parent / 'bench'
PATIENCE = 20  # s
SERVER = ('import socket, time; s = socket.create_server(("127.0.0.1", 0)); '
          'print(s.getsockname()[1], flush=True); time.sleep(600)')
HARNESS = f'''
import pathlib, sys, tempfile, time
sys.path.insert(0, {str(BENCH)!r})
from harness import area, process
area.prepare()
with tempfile.TemporaryDirectory(dir=sys.argv[1]) as made:
    command = [sys.executable, '-c', {SERVER!r}]
    with process.Program('server', command, pathlib.Path(made) / 'log', process.printed(r'^(\\d+)$')) as server:
        print(server.port, flush=True)
        time.sleep(600)
'''


# Its worker does not hear signals, and prints its id.
PARENT = ('import os, signal, sys, time; worker = os.fork()\n'
          'if not worker: signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)\n'
          'print(worker, flush=True); time.sleep(600)')


def answers(port):
    with socket.socket() as s:
        return s.connect_ex(('127.0.0.1', port)) == 0


def is_running(pid, began, process):
    """Not if it has ended and nobody has asked for its exit code yet."""
    try:
        return process.started(pid) == began and process.stat_fields(pid)[0] != 'Z'
    except OSError:
        return False


class Interrupted(unittest.TestCase):
    def setUp(self):
        made = tempfile.TemporaryDirectory()
        self.addCleanup(made.cleanup)
        self.directory = pathlib.Path(made.name)

    def end(self, number):
        """-> the exit code of a harness that gets this signal; its server must be gone soon."""
        command = [sys.executable, '-B', '-c', HARNESS, self.directory]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as harness:
            port = int(harness.stdout.readline())
            self.assertTrue(answers(port))
            harness.send_signal(number)
            code = harness.wait(PATIENCE)
        until = time.monotonic() + PATIENCE
        while answers(port) and time.monotonic() < until:
            time.sleep(0.02)
        self.assertFalse(answers(port))
        return code

    def test_what_is_told_to_end_cleans_up(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            self.assertEqual(self.end(number), 128 + number)
            self.assertEqual(list(self.directory.iterdir()), [])

    def test_what_is_killed_leaves_no_server(self):
        self.assertEqual(self.end(signal.SIGKILL), -signal.SIGKILL)

    def test_a_worker_that_hears_nothing_is_ended_with_its_parent(self):
        sys.path.insert(0, str(BENCH))
        from harness import process
        command = [sys.executable, '-c', PARENT]
        with process.Program('parent', command, self.directory / 'log', process.printed(r'^(\d+)$')) as parent:
            worker = parent.port
            began = process.started(worker)
            self.assertIsNotNone(began)
        until = time.monotonic() + PATIENCE
        while is_running(worker, began, process) and time.monotonic() < until:
            time.sleep(0.02)
        self.assertFalse(is_running(worker, began, process))


if __name__ == '__main__':
    unittest.main()
