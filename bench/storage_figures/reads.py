"""How long logins look for their user while others write, while the log is checkpointed and the file is backed up."""
import os
import shutil
import subprocess
import threading

from harness import made_users, program
from harness.report import Plot, Section, Table
from harness.rounds import figure, interleave, points, ratios, spread
from harness.run import say, valid

TITLE = 'Reads during writes'
READS_PER_SECOND = 500
WRITERS = 64
MOST_TIMES = 2  # the p99 during writes, of the p99 without

IDLE, HALF, FULL = 'idle', 'writes at half the peak', 'writes at the peak'
BACKUP, ELSEWHERE = f'{HALF}, and sqlite3 .backup', f'{HALF}, into another file'
LATENCIES = {'job_us': 'queue and query', 'query_us': 'query', 'hop_us': 'with the hop', 'late_us': 'asked late'}


def measure(run):
    users = run.pick(50_000, 1_000_000, 1_000_000)
    rounds, seconds = run.pick((2, 1), (5, 5), (6, 8))
    directory = run.new_directory()
    file = directory / 'users.db'
    made_users.make(run.build, f'sqlite:{file}', users)

    other = directory / 'other.db'
    shutil.copyfile(file, other)

    def phase(writers, per_second, *written):
        return program.measure(run.build / 'bench/store_reads', file, users, READS_PER_SECOND, writers, per_second, seconds,
                               *written)

    peak = valid('the peak', lambda: phase(WRITERS, 0))['writes_per_second']
    say(f'peak: {peak:,.0f} writes/s')

    def with_backup():
        with Backups(file, directory / 'copy.db') as backups:
            seen = phase(WRITERS, peak / 2)
        return seen | {'backups': backups.finished}

    measures = {IDLE: lambda: phase(0, 0), HALF: lambda: phase(WRITERS, peak / 2), FULL: lambda: phase(WRITERS, 0),
                BACKUP: with_backup, ELSEWHERE: lambda: phase(WRITERS, peak / 2, other)}
    seen = interleave(measures, rounds, lambda r: f'p99 {r["job_us"]["p99"]:,.0f} µs, {r["writes_per_second"]:,.0f} writes/s')
    return Section(
        TITLE,
        method=f'`store_reads`: an SQLite file of {users:,} users; {READS_PER_SECOND} logins a second, each due at a fixed '
               'moment, look up a random user\'s address through `database::read` (two reader threads) from one I/O '
               f'thread; {WRITERS} coroutines on another wait for `database::write` of one new user each, in turn. '
               '"Queue and query" is from asking until the reader thread has the answer, "with the hop" until the caller '
               'has it, "asked late" what the client itself lost before it asked. The target is judged by queue and query '
               f'at half of the writes that go at most: at the peak, writing alone keeps {os.cpu_count()} cores busy. '
               f'{rounds} interleaved rounds of {seconds} s in rotating order, medians; ratios are taken within '
               'a round. The control writes the same into another file: what its readers wait for is processors and disk, '
               'not the writer. The log restarts after each checkpoint that could move all of it.',
        figures=[against_idle(seen, HALF, MOST_TIMES), against_idle(seen, BACKUP, MOST_TIMES),
                 against_idle(seen, FULL, None),
                 figure(f'p99 of reads, {HALF}, times that with the same writes into another file',
                        ratios(seen, HALF, ELSEWHERE, p99)),
                 figure('p50 of queue and query, writes at half the peak, times idle',
                        ratios(seen, HALF, IDLE, lambda r: r['job_us']['p50']))],
        plots=[plot(seen)],
        tables=[latencies(seen), log(seen)],
        notes=[f'peak: {peak:,.0f} writes/s', *backup_notes(seen)],
        data={'peak': peak, 'phases': seen})


def against_idle(seen, phase, most):
    return figure(f'p99 of reads, {phase}, times idle', ratios(seen, phase, IDLE, p99), at_most=most)


def plot(seen):
    series = {percentile: points(seen, lambda r, p=percentile: r['job_us'][p]) for percentile in ('p50', 'p99')}
    return Plot('A look-up: queue and query', 'bars', 'what else happens', 'µs', series)


def p99(result):
    return result['job_us']['p99']


def latencies(seen):
    rows = []
    for phase, results in seen.items():
        row = [phase]
        for key in LATENCIES:
            row += [f'{spread(r[key][p] for r in results).median:,.0f}' for p in ('p50', 'p99')]
        row += ratios(seen, phase, IDLE, p99).text()
        rows.append(row)
    columns = [f'{name} {p}' for name in LATENCIES.values() for p in ('p50', 'p99')]
    return Table(['µs', *columns, 'p99, times idle', 'min–max'], rows, 'Latencies')


def log(seen):
    return Table(['', 'writes/s', 'checkpoints a second', 'log restarts a second', 'largest log MiB'],
                 [[phase, f'{spread(r["writes_per_second"] for r in results).median:,.0f}',
                   f'{spread(r["checkpoints_per_second"] for r in results).median:.1f}',
                   f'{spread(r["log"]["restarts"] / r["job_us"]["count"] * READS_PER_SECOND for r in results).median:.1f}',
                   f'{max(r["log"]["largest_mib"] for r in results):.1f}'] for phase, results in seen.items()],
                 'Checkpoints')


def backup_notes(seen):
    finished = [r['backups'] for r in seen[BACKUP]]
    return [f'backups finished during a round: {min(finished)} to {max(finished)}; sqlite3 begins again whenever '
            'somebody else has written to the file']


class Backups:
    """sqlite3's .backup, again and again; what has not finished at the end is given up."""

    def __init__(self, file, copy):
        self._file, self._copy = file, copy
        self.finished = 0
        self._ends = False
        self._running = None
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._work)

    def _work(self):
        while True:
            with self._lock:
                if self._ends:
                    return
                self._copy.unlink(missing_ok=True)
                self._running = subprocess.Popen(['sqlite3', self._file, f'.backup {self._copy}'],
                                                 stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            if self._running.wait() == 0:
                self.finished += 1

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        with self._lock:
            self._ends = True
            if self._running and self._running.poll() is None:
                self._running.terminate()
        self._thread.join()
        self._copy.unlink(missing_ok=True)
