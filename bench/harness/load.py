"""Runs our load generator, watchword_load (bench/load), and reads what it reports."""
import json
import subprocess
import tempfile
import threading

from harness import process
from harness.run import Void

SPARE_SECONDS = 90  # beyond what the measurement takes: opening connections, waiting for the last answers


def request_class(path, headers=None, **more):
    """A class of a scenario; watchword_load --help says what there is besides name, weight, method, bodies, expect."""
    return {'path': path, 'headers': headers or {}, **more}


def cpu_us(report):
    """What an answer took of the watched server's CPU time; raises Void."""
    if report['answers_in_window'] == 0:
        raise Void('nothing was answered')
    return report['watched_cpu_seconds'] * 1e6 / report['answers_in_window']


class Load:
    """A running watchword_load. `chains`: of the scenario."""

    def __init__(self, build, server, classes, *flags, chains=None, watch=False):
        self._scenario = tempfile.NamedTemporaryFile('w', suffix='.json')
        json.dump({'classes': classes, 'chains': chains or {}}, self._scenario)
        self._scenario.flush()
        command = [build / 'bench/watchword_load', '--scenario', self._scenario.name, *map(str, flags)]
        if watch:
            command += ['--watch', ','.join(map(str, process.tree(server.process.pid)))]
        command.append(f'127.0.0.1:{server.port}')
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                         stderr=subprocess.PIPE, text=True, preexec_fn=process.end_with_us)
        self._progress = []
        self._measures = threading.Event()
        self._report = []
        self._readers = [threading.Thread(target=read, daemon=True) for read in (self._read_progress, self._read_report)]
        for reader in self._readers:
            reader.start()

    def _read_progress(self):
        for line in self._process.stderr:
            self._progress.append(line)
            if line == 'measuring\n':
                self._measures.set()
        self._measures.set()

    def _read_report(self):
        self._report.append(self._process.stdout.read())

    def await_measuring(self, seconds):
        """All connections are open and the warm-up is over."""
        self._measures.wait(seconds)
        if 'measuring\n' not in self._progress:
            self.stop()
            raise Void('the load generator did not get to measuring: ' + ''.join(self._progress[-3:]))

    def result(self, seconds=60, failures_allowed=False):
        """The report; Void if it could not run, or if something failed and that is not allowed."""
        try:
            self._process.wait(seconds + SPARE_SECONDS)
        finally:
            self.stop()
        if not self._report[0]:
            raise Void('the load generator gave up: ' + ''.join(self._progress[-3:]))
        report = json.loads(self._report[0])
        if not failures_allowed and report['failed']['total'] > 0:
            raise Void(f'failures: {only_nonzero(report["failed"])}')
        if not failures_allowed and report.get('not_sent', 0) > 0:
            raise Void(f'{report["not_sent"]} requests were due and found no connection to be sent on')
        return report

    def stop(self):
        if self._process.poll() is None:
            self._process.terminate()
            self._process.wait()
        for reader in self._readers:
            reader.join()
        self._scenario.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def only_nonzero(counts):
    return {name: count for name, count in counts.items() if count}


def measure(build, server, classes, *flags, chains=None, watch=False, failures_allowed=False):
    with Load(build, server, classes, *flags, chains=chains, watch=watch) as running:
        return running.result(failures_allowed=failures_allowed)
