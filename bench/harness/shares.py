"""Which part of a token check each stack belongs to."""
import re

SWITCH = re.compile(r'^(__)?schedule$|^finish_task_switch')

# A call of the kernel, wherever it stands in the stack.
KERNEL = (
    ('kernel: send', r'sys_send|sys_write'),
    ('kernel: receive', r'sys_recv|sys_read'),
    ('kernel: wait for events', r'sys_epoll|^ep_'),
)
KERNEL_REST = 'kernel: entry, interrupts, the rest'

# The innermost frame that one of these knows.
OURS = (
    ('request head: framed, checked, parsed', r'^http::(request_reader|is_authority|read_memory)|^beast::http'),
    ('route, layers', r'^http::(router|no_store|compress|.*middleware|request_ids|cors)'),
    ('token check', r'^api::guard|^api::find_token|^accounts::token_|^core::(equal_in_constant|iequals|trim)'),
    ('the list that is answered', r'^api::(tutorial|user_list)'),
    ('response: head and body', r'^http::(append_|date_line|security_lines|response)|::append_response$'),
    ('connection: phases, limits, buffers', r'^http::(connection|transport|find_client)'),
    ('Asio: reactor, queue, coroutines', r'^asio::'),
)
OURS_REST = 'the rest of the process'
FLOOR = tuple(part for part, _ in KERNEL) + (KERNEL_REST,)


def without_switches(stacks):
    """perf's clock goes off while a thread gets its core back, however little that takes: such samples tell how busy
    the machine is. -> (the other stacks, share of what was left out)"""
    kept = {stack: n for stack, n in stacks.items() if not any(SWITCH.search(f.name) for f in stack)}
    return kept, 1 - sum(kept.values()) / sum(stacks.values())


def of(stacks):
    """-> {part: share of all, 0 to 1}, the largest first"""
    whole = sum(stacks.values())
    parts = {}
    for stack, weight in stacks.items():
        part = part_of(stack)
        parts[part] = parts.get(part, 0) + weight / whole
    return dict(sorted(parts.items(), key=lambda item: -item[1]))


def part_of(stack):
    if stack[-1].is_kernel:
        called = [f.name for f in stack if f.is_kernel]
        return next((part for part, pattern in KERNEL if any(re.search(pattern, n) for n in called)), KERNEL_REST)
    for frame in reversed(stack):
        for part, pattern in OURS:
            if re.search(pattern, frame.name):
                return part
    return OURS_REST
