"""What the numbers were taken on."""
import os
import pathlib
import platform
import re
import subprocess


def first_line(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[0]
    except (OSError, subprocess.CalledProcessError, IndexError):
        return 'unknown'


def describe(root, directory):
    """`directory`: where databases were made, for the disk under it."""
    cpu = re.search(r'^model name\s*:\s*(.*)$', pathlib.Path('/proc/cpuinfo').read_text(), re.M)
    return {
        'cpu': cpu.group(1) if cpu else platform.machine(),
        'cores': os.cpu_count(),
        'kernel': platform.release(),
        'disk': first_line('findmnt', '-no', 'FSTYPE,SOURCE', '-T', str(directory)),
        'compiler': first_line('c++', '--version'),
        'commit': first_line('git', '-C', str(root), 'describe', '--always', '--dirty'),
    }
