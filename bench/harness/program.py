"""Programs that are run for what they say."""
import json
import os
import subprocess

from harness.run import Void


def said(*command):
    """The first line of its output, or of its errors if there is none; '' if it fails or is not there."""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ''
    return (done.stdout.strip() or done.stderr.strip()).partition('\n')[0]


def measure(program, *arguments, timeout=600, environment=None):
    """The JSON that it prints about what it measured itself; Void if it could not. `environment`: besides ours"""
    done = subprocess.run([program, *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=timeout, env={**os.environ, **(environment or {})})
    if done.returncode != 0:
        raise Void(f'{program.name}: {done.stderr.strip()}')
    return json.loads(done.stdout)
