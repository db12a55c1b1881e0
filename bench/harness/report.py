"""Medians and spreads of rounds, as a table for people and as JSON for programs."""
import dataclasses
import json
import statistics


def summarise(rounds, floor):
    """rounds: {server: [Run]} in step, so that the n-th runs of all servers stood next to each other in time."""
    rows = []
    for name, runs in rounds.items():
        costs = [r.cpu_us for r in runs]
        ratios = [r.cpu_us / f.cpu_us for r, f in zip(runs, rounds[floor])]
        rows.append({
            'server': name,
            'cpu_us': statistics.median(costs),
            'cpu_us_min': min(costs),
            'cpu_us_max': max(costs),
            'per_second': statistics.median(r.per_second for r in runs),
            'ratio': statistics.median(ratios),
            'ratio_min': min(ratios),
            'ratio_max': max(ratios),
            'runs': [dataclasses.asdict(r) for r in runs],
        })
    return rows


def table(rows):
    lines = ['| server | CPU µs/request | min–max | requests/s | ratio to the floor | min–max |',
             '|---|--:|--:|--:|--:|--:|']
    for r in rows:
        lines.append(f'| {r["server"]} | {r["cpu_us"]:.2f} | {r["cpu_us_min"]:.2f}–{r["cpu_us_max"]:.2f} '
                     f'| {r["per_second"]:,.0f} | {r["ratio"]:.2f} | {r["ratio_min"]:.2f}–{r["ratio_max"]:.2f} |')
    return '\n'.join(lines)


def write(directory, area, title, machine, method, sections):
    """sections: {heading: rows}. Writes AREA.md and AREA.json and returns the text of the former."""
    text = f'# {title}\n\n{method}\n\n'
    text += ''.join(f'- {name}: {value}\n' for name, value in machine.items())
    for heading, rows in sections.items():
        text += f'\n## {heading}\n\n{table(rows)}\n'
    directory.mkdir(parents=True, exist_ok=True)
    (directory / f'{area}.md').write_text(text)
    data = {'machine': machine, 'method': method, 'sections': sections}
    (directory / f'{area}.json').write_text(json.dumps(data, indent=1, ensure_ascii=False) + '\n')
    return text
