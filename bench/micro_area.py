#!/usr/bin/env python3
"""What the parts of a request cost, by the clock and in instructions, and where the time of a token check goes: see
--help."""
import sys

from harness import area

TITLE = 'Micro: the parts of a request'
METHOD = ('The parts run in one process, around the libraries. Times are of this machine while it does whatever else it '
          'does; instructions are the same on every x86-64 machine with the same compiler and libraries.')
FIGURES = ('benchmarks', 'instructions', 'token_check')

if __name__ == '__main__':
    sys.exit(area.main('micro', TITLE, METHOD, FIGURES))
