"""Runs wrk against a server and relates what it counted to the CPU time that the server spent."""
import dataclasses
import re
import subprocess

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


def measure(server, path, headers, connections, seconds):
    """`server` is a harness.process.Program."""
    command = ['wrk', '-t1', f'-c{connections}', f'-d{seconds}s']
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
