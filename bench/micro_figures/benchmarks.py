"""Each part of a request by the clock."""
import json
import statistics
import subprocess

from harness.report import Section, Table
from harness.run import Void, say, valid

TITLE = 'Parts of a request by the clock'
SUFFIX = '/process_time'  # Google Benchmark's, on every name
PROGRAM = 'bench/micro_benchmarks'


def measure(run):
    rounds, seconds = run.pick((3, 0.02), (9, 0.1), (15, 0.25))
    say(f'{rounds} interleaved rounds')
    seen = valid('micro_benchmarks', lambda: benchmarks(run, rounds, seconds))
    return Section(
        TITLE,
        method='`bench/micro/subjects` on Google Benchmark: CPU time of the process for one operation, '
               f'{rounds} rounds of {seconds} s in random order; median, least and most. `request` is a whole token check '
               'with its connection, kernel and a client that shares the thread, on a pair of sockets; `user_list` reads '
               'so many users from SQLite and makes their JSON.',
        tables=[Table(['operation', 'ns', 'min–max'],
                      [[name, *told(times)] for name, times in sorted(seen.items())])],
        data=seen)


def benchmarks(run, rounds, seconds, only='.'):
    """`only`: a regular expression of their names. -> {subject: [ns of each round]}"""
    if not (run.build / PROGRAM).exists():
        raise Void('there is no micro_benchmarks: Google Benchmark was missing when it should have been built')
    command = [run.build / PROGRAM, '--benchmark_format=json', f'--benchmark_repetitions={rounds}',
               f'--benchmark_min_time={seconds}', '--benchmark_enable_random_interleaving=true',
               f'--benchmark_filter={only}']
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    if done.returncode != 0:
        raise Void(done.stderr)
    seen = {}
    for one in json.loads(done.stdout)['benchmarks']:
        name = one['run_name'].removesuffix(SUFFIX)
        if one.get('error_occurred'):
            raise Void(f'{name}: {one["error_message"]}')
        if one['run_type'] == 'iteration':
            seen.setdefault(name, []).append(one['cpu_time'])
    return seen


def told(times):
    digits = 0 if statistics.median(times) >= 100 else 1
    return f'{statistics.median(times):,.{digits}f}', f'{min(times):,.{digits}f}–{max(times):,.{digits}f}'
