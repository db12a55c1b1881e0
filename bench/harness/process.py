"""Programs under measurement: started, asked for their CPU time, ended by their id."""
import contextlib
import ctypes
import os
import pathlib
import re
import signal
import socket
import subprocess
import time

START_SECONDS = 20
STOP_SECONDS = 20
PR_SET_PDEATHSIG = 1
libc = ctypes.CDLL(None)


def end_with_us():
    """Runs in a new process before its program, which is told to end when we are gone, also when we were killed."""
    libc.prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)


def stat_fields(pid):
    """Fields of /proc/PID/stat from the third on: state, parent, ..."""
    return pathlib.Path(f'/proc/{pid}/stat').read_text().rpartition(')')[2].split()


def started(pid):
    """When, in ticks since boot: tells a process from a later one of its id. None if there is none."""
    with contextlib.suppress(OSError):
        return int(stat_fields(pid)[19])
    return None


def tree(pid):
    """The process and all that descend from it."""
    children = {}
    for entry in pathlib.Path('/proc').glob('[0-9]*'):
        with contextlib.suppress(OSError):
            children.setdefault(int(stat_fields(entry.name)[1]), []).append(int(entry.name))
    found, left = [], [pid]
    while left:
        found.append(left.pop())
        left += children.get(found[-1], [])
    return found


def cpu_seconds(pid):
    """User and system time of the process tree until now: by its processes' clocks, which are exact, where
    /proc/PID/stat counts in hundredths of a second."""
    seconds = 0
    for member in tree(pid):
        with contextlib.suppress(OSError):
            seconds += time.clock_gettime(cpu_clock(member))
    return seconds


def cpu_clock(pid):
    """As clock_getcpuclockid(3) has it."""
    return ~pid << 3 | 2


def memory_kib(pid, field):
    """VmRSS, VmHWM (its highest value so far) or RssAnon of one process."""
    found = re.search(rf'^{field}:\s*(\d+) kB$', pathlib.Path(f'/proc/{pid}/status').read_text(), re.M)
    return int(found.group(1))


def may_look_into_all():
    """Whether we may read all of /proc, of processes too that do not let their user (server.core_dumps), and attach
    strace and perf to them: CAP_SYS_PTRACE."""
    capabilities = re.search(r'^CapEff:\s*(\w+)$', pathlib.Path('/proc/self/status').read_text(), re.M).group(1)
    return bool(int(capabilities, 16) >> 19 & 1)


def forget_peak(pid):
    """From now on VmHWM is the highest value since now."""
    pathlib.Path(f'/proc/{pid}/clear_refs').write_text('5')


def printed(pattern):
    """Ready once the output matches; the group is the port."""
    def port(output):
        found = re.search(pattern, output, re.M)
        return int(found.group(1)) if found else None
    return port


def accepting(port):
    """Ready once somebody listens on the port."""
    def probe(_):
        with socket.socket() as s:
            return port if s.connect_ex(('127.0.0.1', port)) == 0 else None
    return probe


class Program:
    """A running server, its output in a file. `ready` takes the output and gives the port, or None while starting."""

    look_every = 0.02  # s, while starting

    def __init__(self, name, command, output, ready, **how):
        self.name = name
        self.output = pathlib.Path(output)
        with self.output.open('wb') as out:
            self.began = time.monotonic()
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                            preexec_fn=end_with_us, **how)
        try:
            self.port = self._await(ready)
        except BaseException:
            self.stop()
            raise

    def _await(self, ready):
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and self.process.poll() is None:
            port = ready(self.output.read_text(errors='replace'))
            if port is not None:
                return port
            time.sleep(self.look_every)
        raise RuntimeError(f'{self.name} did not start:\n{self.output.read_text(errors="replace")}')

    def cpu_seconds(self):
        return cpu_seconds(self.process.pid)

    def rss_mib(self):
        """Of the process tree."""
        return sum(memory_kib(p, 'VmRSS') for p in tree(self.process.pid)) / 1024

    def stop(self):
        """Ends it, and what it leaves behind: a worker that is too busy to hear that its parent is gone."""
        if self.process.poll() is None:
            members = {pid: started(pid) for pid in tree(self.process.pid)}
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            for pid, began in members.items():
                if began is not None and started(pid) == began:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
