"""What wrk says, and what of it counts."""
import subprocess
import unittest
from unittest import mock

from harness import wrk
from harness.run import Void

OUTPUT = '''Running 1s test @ http://127.0.0.1:1/user
  1 threads and 64 connections
  123456 requests in 1.01s, 20.00MB read
Requests/sec: 122233.44
'''


class Server:
    port = 1

    def __init__(self, *cpu_seconds):
        self._cpu = iter(cpu_seconds)

    def cpu_seconds(self):
        return next(self._cpu)


def measure(server, output=OUTPUT, code=0):
    done = subprocess.CompletedProcess([], code, output, '')
    with mock.patch('subprocess.run', return_value=done):
        return wrk.measure(server, '/user', {}, 64, 1)


class Wrk(unittest.TestCase):
    def test_cost_is_cpu_time_by_requests(self):
        seen = measure(Server(1.0, 2.0))
        self.assertEqual((seen.requests, seen.per_second), (123456, 122233.44))
        self.assertAlmostEqual(seen.cpu_us, 1e6 / 123456)

    def test_failures_are_void(self):
        for output in (OUTPUT + '  Non-2xx or 3xx responses: 1\n', OUTPUT + '  Socket errors: connect 0, read 1\n',
                       OUTPUT.replace('123456', '0'), ''):
            with self.assertRaises(Void):
                measure(Server(1.0, 2.0), output)
        with self.assertRaises(Void):
            measure(Server(1.0, 2.0), code=1)

    def test_a_form_is_posted_by_a_script(self):
        self.assertEqual(wrk.post_script('token=a.b-c_%2B&x=1'), 'wrk.method = "POST"\nwrk.body = "token=a.b-c_%2B&x=1"\n')
        for body in ('a"b', 'a\nb', 'a\\b', 'ä'):
            with self.assertRaises(ValueError):
                wrk.post_script(body)
        with mock.patch.object(wrk, 'run') as run:
            wrk.measure(Server(), '/i', {'a': 'b'}, 64, 1, 'token=a')
        self.assertEqual(run.call_args.args[-2], '-s')

    def test_a_server_that_hardly_ran_was_not_measured(self):
        with self.assertRaises(Void):
            measure(Server(1.0, 1.04))


if __name__ == '__main__':
    unittest.main()
