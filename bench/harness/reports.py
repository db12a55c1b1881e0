"""Every report that is made from what is recorded in a directory."""
from harness import graph, page, recorded, report, summary


def texts(directory):
    """-> {file name: text}"""
    areas = recorded.read_all(directory)
    made = {f'{a.name}.md': report.markdown(a.title, a.machine, a.method, a.sections) for a in areas}
    return made | {'report.md': summary.make(areas), 'report.html': page.make(areas)} | graph.texts(areas)


def write(directory):
    for name, text in texts(directory).items():
        (directory / name).write_text(text, encoding='utf-8')
