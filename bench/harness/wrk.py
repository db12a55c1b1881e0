"""Runs wrk against a server and relates what it counted to the CPU time that the server spent."""
import dataclasses
import re
import subprocess
import tempfile

from harness.run import Void

LEAST_CPU_SECONDS = 0.05  # of the server: something else had the machine


@dataclasses.dataclass
class Measured:
    requests: int
    per_second: float
    cpu_us: float  # of the server, per request


def parse(output):
    """-> (requests, requests per second); raises Void"""
    if 'Socket errors' in output or 'Non-2xx' in output:
        raise Void(output)
    requests = re.search(r'^\s*(\d+) requests in', output, re.M)
    per_second = re.search(r'^Requests/sec:\s*([\d.]+)', output, re.M)
    if not requests or not per_second or int(requests.group(1)) == 0:
        raise Void(output)
    return int(requests.group(1)), float(per_second.group(1))


def post_script(body):
    """In Lua, for wrk -s: POST with that body."""
    if not re.fullmatch(r'[\w.~%&=+-]*', body, re.ASCII):
        raise ValueError('this body is no form')
    return f'wrk.method = "POST"\nwrk.body = "{body}"\n'


def measure(server, path, headers, connections, seconds, form=None):
    """`server` is a harness.process.Program. With a form, which is encoded, it is a POST."""
    if form is None:
        return run(server, path, headers, connections, seconds)
    with tempfile.NamedTemporaryFile('w', suffix='.lua') as script:
        script.write(post_script(form))
        script.flush()
        return run(server, path, headers, connections, seconds, '-s', script.name)


def run(server, path, headers, connections, seconds, *flags):
    command = ['wrk', '-t1', f'-c{connections}', f'-d{seconds}s', *flags]
    for name, value in headers.items():
        command += ['-H', f'{name}: {value}']
    command.append(f'http://127.0.0.1:{server.port}{path}')
    before = server.cpu_seconds()
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 60)
    spent = server.cpu_seconds() - before
    if done.returncode != 0:
        raise Void(done.stdout + done.stderr)
    requests, per_second = parse(done.stdout)
    if spent < LEAST_CPU_SECONDS:
        raise Void(f'{requests} requests took {spent:.2f} s of CPU: the server hardly ran')
    return Measured(requests, per_second, spent * 1e6 / requests)
