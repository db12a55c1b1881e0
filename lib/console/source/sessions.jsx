import { agoText, dayText } from './text.js';
import { Button, Chip, Empty, Table, Time } from './ui.jsx';

// Browsers and systems as people call them, out of a User-Agent field; what is not known stays as it is.
export function deviceText(agent) {
    if (!agent) return 'Unknown device';
    const browser = [['Edg/', 'Edge'], ['OPR/', 'Opera'], ['Firefox/', 'Firefox'], ['Chrome/', 'Chrome'], ['Safari/', 'Safari']]
        .find(([mark]) => agent.includes(mark))?.[1];
    const system = [['Android', 'Android'], ['iPhone', 'iPhone'], ['iPad', 'iPad'], ['Windows', 'Windows'], ['Mac OS', 'macOS'], ['Linux', 'Linux']]
        .find(([mark]) => agent.includes(mark))?.[1];
    if (browser) return system ? `${browser} on ${system}` : browser;
    return agent.length > 60 ? `${agent.slice(0, 60)}…` : agent;
}

export function SessionTable({ sessions, onEnd }) {
    if (!sessions.length) return <Empty title="Not signed in anywhere" />;
    const columns = [
        {
            title: 'Device',
            cell: (s) => (
                <span title={s.device} class="stack">
                    <span class="strong">{deviceText(s.device)} {s.current && <Chip>this one</Chip>}</span>
                    <span class="soft code">{s.address}</span>
                </span>
            ),
        },
        { title: 'Signed in', wide: true, cell: (s) => <Time of={s.created} text={dayText} /> },
        { title: 'Last used', cell: (s) => <Time of={s.last_used} text={agoText} /> },
        { title: 'Expires', wide: true, cell: (s) => <Time of={s.expires} text={dayText} /> },
    ];
    if (onEnd) {
        columns.push({
            title: 'Action', quiet: true, end: true,
            cell: (s) => <Button onClick={() => onEnd(s)} aria-label={`End the session of ${deviceText(s.device)}, ${s.address}`}>End</Button>,
        });
    }
    return <Table caption="Sessions" columns={columns} rows={sessions} />;
}
