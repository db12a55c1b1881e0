"""Whether a figure moved: what was recorded last, and the band in which ratios were so far (report/bands.json)."""
import json
import statistics

from harness import recorded

FILE = 'bands.json'
KEPT = 12      # runs
ENOUGH = 3     # runs of one size, to judge runs of that size by them alone
LEAST_ROOM = 0.05  # of the median, on each side


def read(directory):
    """-> {area: {figure: [{"run", "size", "value"}]}}"""
    file = directory / FILE
    return json.loads(file.read_text(encoding='utf-8')) if file.exists() else {}


def band(runs, size):
    """[low, high]: the range that was seen, and on each side half as much again, at least a twentieth of the median.
    None from less than two runs."""
    same = [r['value'] for r in runs if r['size'] == size]
    values = same if len(same) >= ENOUGH else [r['value'] for r in runs]
    if len(values) < 2:
        return None
    room = max((max(values) - min(values)) / 2, LEAST_ROOM * abs(statistics.median(values)))
    return [min(values) - room, max(values) + room]


def compare(area, directory):
    """Sets `before` and `band` of the figures of a new Area, from what is recorded in the directory."""
    file = directory / f'{area.name}.json'
    last = recorded.read(file) if file.exists() else None
    bands = read(directory).get(area.name, {})
    for figure in area.figures():
        found = last.find(figure.name) if last else None
        figure.before = found.value if found else None
        figure.band = band(bands.get(figure.name, []), area.size)


def record(directory, areas):
    """Adds the ratios of these runs to the bands; a run that is there already only once. -> how many were added"""
    bands, added = read(directory), 0
    for area in areas:
        run = f'{area.machine.get("commit", "")}, {area.machine.get("run", "")}'
        for figure in area.figures():
            if not figure.is_ratio():
                continue
            runs = bands.setdefault(area.name, {}).setdefault(figure.name, [])
            if any(r['run'] == run for r in runs):
                continue
            runs.append({'run': run, 'size': area.size, 'value': figure.value})
            del runs[:-KEPT]
            added += 1
    (directory / FILE).write_text(json.dumps(bands, indent=1, ensure_ascii=False) + '\n', encoding='utf-8')
    return added
