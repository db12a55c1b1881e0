"""A flame graph as one self-contained SVG: each frame as wide as what was spent in it and in what it called, tooltips by
<title>, no script. Its colours are readable on light and on dark ground."""
import dataclasses
import html

WIDTH, ROW, CHARACTER = 1200, 17, 6.3
LEAST = 0.0015  # of all: what is narrower is left out

COLOURS = {'kernel': '#f2b774', 'ours': '#8fbfe8', 'Asio, Beast': '#9fd6a4', 'libraries': '#cfc3e6'}


@dataclasses.dataclass
class Node:
    weight: float = 0
    children: dict = dataclasses.field(default_factory=dict)  # Frame -> Node


def tree(stacks):
    root = Node()
    for stack, weight in stacks.items():
        root.weight += weight
        node = root
        for frame in stack:
            node = node.children.setdefault(frame, Node())
            node.weight += weight
    return root


def kind(frame):
    if frame.is_kernel:
        return 'kernel'
    if frame.name.startswith(('asio::', 'beast::')):
        return 'Asio, Beast'
    ours = ('http::', 'api::', 'accounts::', 'core::', 'store::', 'crypto::', 'server::')
    return 'ours' if frame.name.startswith(ours) else 'libraries'


def svg(stacks, unit):
    """`unit`: what weights are, in the plural."""
    root = tree(stacks)
    boxes = []
    depth = place(root, root.weight, 0, 0, boxes)
    height = (depth + 1) * ROW + 24
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="100%" role="img" '
             f'font-family="ui-monospace, monospace" font-size="10.5"><title>Flame graph, {root.weight:,.0f} {unit}</title>']
    parts += [draw(box, root.weight, height - 24, unit) for box in boxes]
    parts += legend(height)
    return '\n'.join(parts) + '\n</svg>'


def place(node, whole, x, level, boxes):
    """Appends (frame, weight, x, level), widest first. -> the highest level"""
    highest = level - 1
    for frame, child in sorted(node.children.items(), key=lambda item: -item[1].weight):
        if child.weight / whole >= LEAST:
            boxes.append((frame, child.weight, x, level))
            highest = max(highest, level, place(child, whole, x, level + 1, boxes))
        x += child.weight / whole * WIDTH
    return highest


def draw(box, whole, floor, unit):
    frame, weight, x, level = box
    width, y = weight / whole * WIDTH, floor - (level + 1) * ROW
    room = int((width - 6) / CHARACTER)
    shown = last_part(frame.name, room)
    label = (f'<text x="{x + 3:.1f}" y="{y + 12:.0f}" fill="#111">{html.escape(shown)}</text>' if shown else '')
    return (f'<g><title>{html.escape(frame.name)}: {weight / whole:.1%}, {weight:,.0f} {unit}</title>'
            f'<rect x="{x:.1f}" y="{y}" width="{max(width - 0.5, 0.5):.1f}" height="{ROW - 1}" rx="1.5" '
            f'fill="{COLOURS[kind(frame)]}"/>{label}</g>')


def last_part(name, room):
    """As much of the name as there is room for; the end says most."""
    if len(name) > room and '::' in name:
        name = '::'.join(name.split('::')[-2:])
    if len(name) > room:
        name = name.removesuffix('::operator()').split('::')[-1]
    return name if len(name) <= room else name[:room - 1] + '…' if room > 3 else ''


def legend(height):
    parts, x = [], 3
    for name, colour in COLOURS.items():
        parts.append(f'<rect x="{x}" y="{height - 16}" width="11" height="11" rx="1.5" fill="{colour}"/>'
                     f'<text x="{x + 16}" y="{height - 7}" fill="currentColor">{name}</text>')
        x += 40 + len(name) * 7
    return parts
