#!/usr/bin/env python3
"""Makes the reports and README's figures again from what is recorded in bench/report/*.json; measures nothing.

report.py                 writes AREA.md, report.md, report.html and the part of README.md between its marks
report.py --check         changes nothing; fails if one of them is not what the recorded figures give
report.py --record-bands  first adds the ratios of the recorded runs to bench/report/bands.json
"""
import argparse
import sys

from harness import area, bands, readme, recorded, reports


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--check', action='store_true')
    parser.add_argument('--record-bands', action='store_true')
    given = parser.parse_args()
    if given.check:
        stale = check(area.REPORT, area.ROOT / 'README.md')
        for name in stale:
            print(f'{name} is not what bench/report/*.json gives; run bench/report.py', file=sys.stderr)
        return 1 if stale else 0
    if given.record_bands:
        print(f'{bands.record(area.REPORT, recorded.read_all(area.REPORT))} ratios added to {bands.FILE}')
    reports.write(area.REPORT)
    readme.write(area.ROOT / 'README.md', recorded.read_all(area.REPORT))
    return 0


def check(directory, readme_file):
    """-> the names of files that are not as they would be made"""
    stale = [name for name, text in reports.texts(directory).items() if not same(directory / name, text)]
    if not same(readme_file, readme.put_into(readme_file.read_text(encoding='utf-8'), recorded.read_all(directory))):
        stale.append(readme_file.name)
    return stale


def same(file, text):
    return file.exists() and file.read_text(encoding='utf-8') == text


if __name__ == '__main__':
    sys.exit(main())
