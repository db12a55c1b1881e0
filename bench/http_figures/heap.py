"""Heap allocations per request and per connection, and what an idle connection holds."""
import json
import subprocess

from harness.report import Figure, Section, Table
from harness.run import Void, say, valid

TITLE = 'Heap'
MOST_ALLOCATIONS = 1  # what the parser may need
MOST_HELD = 4096      # bytes


def measure(run):
    def once():
        say('counting allocations')
        command = [run.build / 'bench/http_allocations', '.']
        directory = run.new_directory()
        done = subprocess.run(command, cwd=directory, capture_output=True, text=True, timeout=120)
        if done.returncode != 0:
            raise Void(done.stderr)
        return json.loads(done.stdout)

    seen = valid('http_allocations', once)
    requests, connection = seen['per_request'], seen['per_connection']
    user = requests['/user']['allocations']
    rows = [[f'GET {path}', f'{tidy(r["allocations"]):.2f}', f'{tidy(r["bytes"]):,.0f}'] for path, r in requests.items()]
    rows.append(['a connection, besides its request', f'{connection["allocations"]:.2f}', f'{connection["bytes"]:,.0f}'])
    return Section(
        TITLE,
        method='`bench/micro/http_allocations`: the real routes on one I/O thread in the process, which counts what that '
               f'thread asks malloc for; after warm-up, {seen["requests"]:,} requests of a loopback client and '
               f'{seen["connections"]:,} connections. What an idle connection holds includes what the heap writes down '
               'for each piece.',
        figures=[Figure('heap allocations per GET /user', tidy(user), at_most=MOST_ALLOCATIONS),
                 Figure('heap held by an idle connection', seen['held_by_idle_connection'], 'bytes',
                        at_most=MOST_HELD, digits=0)],
        tables=[Table(['', 'allocations', 'bytes'], rows)],
        data=seen)


def tidy(value):
    """The counters are read between two requests, and a timer may fall in between: a thousandth of nothing is nothing."""
    return 0.0 if abs(value) < 0.005 else value
