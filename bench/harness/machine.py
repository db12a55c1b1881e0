"""What the numbers were taken on."""
import os
import pathlib
import platform
import re
import subprocess
import time


def first_line(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[0]
    except (OSError, subprocess.CalledProcessError, IndexError):
        return 'unknown'


def commit(root):
    """What was built from; the reports do not count, which the areas of one run write one after the other."""
    command = ['git', '-C', str(root), 'status', '--porcelain', '-uno', '--', '.', ':!bench/report', ':!README.md']
    changed = subprocess.run(command, capture_output=True, text=True)
    name = first_line('git', '-C', str(root), 'describe', '--always')
    return f'{name}-dirty' if changed.stdout.strip() else name


def memory_gib():
    total = re.search(r'^MemTotal:\s*(\d+) kB', pathlib.Path('/proc/meminfo').read_text(), re.M)
    return f'{int(total.group(1)) / 2**20:.1f} GiB' if total else 'unknown'


def describe(root, directory):
    """`directory`: where databases were made, for the disk under it."""
    cpu = re.search(r'^model name\s*:\s*(.*)$', pathlib.Path('/proc/cpuinfo').read_text(), re.M)
    return {
        'cpu': cpu.group(1) if cpu else platform.machine(),
        'cores': os.cpu_count(),
        'memory': memory_gib(),
        'kernel': platform.release(),
        'disk': first_line('findmnt', '-no', 'FSTYPE,SOURCE', '-T', str(directory)),
        'compiler': first_line('c++', '--version'),
        'commit': commit(root),
        'day': time.strftime('%Y-%m-%d'),
    }
