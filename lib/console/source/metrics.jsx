import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { get } from './api.js';
import { countText, rateText, spanText } from './text.js';
import { useTheme } from './theme.js';
import { Button, Failure, Heading, Loaded } from './ui.jsx';

const interval = 2000;
const kept = 150; // readings: five minutes

const plots = [
    {
        id: 'requests', title: 'Requests', unit: 'per second',
        series: [
            { label: 'All', colour: '--plot-1', rate: (m) => m.requests.total },
            { label: '4xx', colour: '--plot-2', rate: (m) => m.requests['4xx'] },
            { label: '5xx', colour: '--plot-3', rate: (m) => m.requests['5xx'] },
        ],
    },
    {
        id: 'sign_ins', title: 'Sign-ins', unit: 'per second',
        series: [
            { label: 'Succeeded', colour: '--plot-1', rate: (m) => m.sign_ins.succeeded },
            { label: 'Failed', colour: '--plot-3', rate: (m) => m.sign_ins.failed },
        ],
    },
    {
        id: 'waiting', title: 'Waiting', unit: 'jobs',
        series: [
            { label: 'Hashing', colour: '--plot-1', now: (m) => m.hashing.waiting },
            { label: 'Readers', colour: '--plot-2', now: (m) => m.readers.waiting },
            { label: 'Writer', colour: '--plot-3', now: (m) => m.writer.waiting },
        ],
    },
];

// The rate between two readings; nothing where the counters began anew.
function rateOf(series, before, after) {
    const seconds = (after.at - before.at) / 1000;
    const risen = series.rate(after.metrics) - series.rate(before.metrics);
    return seconds > 0 && risen >= 0 ? risen / seconds : null;
}

function pointsOf(plot, readings) {
    const later = readings.slice(1);
    return [
        later.map((r) => r.at / 1000),
        ...plot.series.map((s) => later.map((r, i) => (s.now ? s.now(r.metrics) : rateOf(s, readings[i], r)))),
    ];
}

// Readings as long as somebody looks at them.
function useReadings(isPaused) {
    const [state, setState] = useState({ readings: [], error: null });
    useEffect(() => {
        if (isPaused) return undefined;
        let timer = 0, isOver = false;
        const read = async () => {
            if (document.visibilityState === 'visible') {
                try {
                    const metrics = await get('/v1/admin/metrics');
                    if (isOver) return;
                    setState((s) => ({ readings: [...s.readings.slice(-kept), { at: Date.now(), metrics }], error: null }));
                } catch (error) {
                    if (isOver) return;
                    setState((s) => ({ ...s, error }));
                }
            }
            timer = setTimeout(read, interval);
        };
        read();
        return () => {
            isOver = true;
            clearTimeout(timer);
        };
    }, [isPaused]);
    return state;
}

export function Metrics() {
    const [isPaused, setPaused] = useState(false);
    const { readings, error } = useReadings(isPaused);
    const last = readings.at(-1)?.metrics ?? null;
    return (
        <>
            <Heading title="Metrics" note={`Of this server, read every ${interval / 1000} seconds`}>
                <Button onClick={() => setPaused(!isPaused)} aria-pressed={isPaused}>{isPaused ? 'Go on' : 'Pause'}</Button>
            </Heading>
            {last && <Failure error={error} />}
            <Loaded of={{ data: last, error, isLoading: false }}>
                {(m) => (
                    <>
                        <dl class="tiles">
                            <div><dt>Users</dt><dd>{countText(m.users)}</dd></div>
                            <div><dt>Connections</dt><dd>{countText(m.connections)}</dd></div>
                            <div><dt>Hashes running</dt><dd>{countText(m.hashing.running)}</dd></div>
                            <div><dt>Up for</dt><dd>{spanText(m.uptime_seconds)}</dd></div>
                        </dl>
                        <div class="plots">{plots.map((p) => <Plot key={p.id} plot={p} readings={readings} />)}</div>
                        <details class="details">
                            <summary>The latest readings as a table</summary>
                            <ReadingTable readings={readings} />
                        </details>
                    </>
                )}
            </Loaded>
        </>
    );
}

const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });
const colourOf = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// A minute at least. What uPlot would take for the ends of one reading is a day apart.
function windowOf({ data: [times] }) {
    const end = times.at(-1) ?? Date.now() / 1000;
    return [Math.min(times[0] ?? end, end - 60), end];
}

function options(plot, width, isDark) {
    const shade = (name) => colourOf(`${name}-${isDark ? 'dark' : 'light'}`);
    const axis = { stroke: shade('--plot-text'), grid: { stroke: shade('--plot-grid'), width: 1 }, ticks: { show: false }, font: '11px system-ui, sans-serif' };
    return {
        width, height: 190,
        cursor: { drag: { x: false, y: false } },
        legend: { show: false },
        scales: {
            x: { range: windowOf },
            y: { range: (u, low, high) => [0, Math.max(1, (high ?? 0) * 1.1)] },
        },
        padding: [8, 8, 0, 0],
        axes: [{ ...axis, space: 70, size: 28, values: (u, times) => times.map((s) => clock.format(s * 1000)) }, { ...axis, size: 44, space: 36 }],
        series: [
            {},
            ...plot.series.map((s) => ({ label: s.label, stroke: shade(s.colour), width: 1.5, points: { show: false }, spanGaps: false })),
        ],
    };
}

function Plot({ plot, readings }) {
    const { isDark } = useTheme();
    const place = useRef();
    const drawn = useRef(null);
    const points = pointsOf(plot, readings);
    useEffect(() => {
        const u = new uPlot(options(plot, place.current.clientWidth, isDark), points, place.current);
        drawn.current = u;
        const watch = new ResizeObserver(() => u.setSize({ width: place.current.clientWidth, height: 190 }));
        watch.observe(place.current);
        return () => {
            watch.disconnect();
            u.destroy();
        };
    }, [isDark]);
    useEffect(() => drawn.current.setData(points), [readings]);
    const latest = plot.series.map((s, i) => ({ ...s, value: points[i + 1].at(-1) }));
    const text = (s) => (s.value === undefined || s.value === null ? '–' : s.now ? countText(s.value) : rateText(s.value));
    return (
        <figure class="plot">
            <figcaption>
                <h2>{plot.title} <span class="soft">{plot.unit}</span></h2>
                <ul class="legend">
                    {latest.map((s) => <li key={s.label} class={s.colour.slice(2)}>{s.label} <b>{text(s)}</b></li>)}
                </ul>
            </figcaption>
            <div ref={place} class="canvas" role="img" aria-label={`${plot.title} ${plot.unit}: ${latest.map((s) => `${s.label} ${text(s)}`).join(', ')}`} />
        </figure>
    );
}

function ReadingTable({ readings }) {
    const all = plots.map((p) => ({ plot: p, points: pointsOf(p, readings) }));
    const count = Math.min(10, readings.length - 1);
    const at = (i) => readings.length - 2 - i;
    const cell = (s, v) => (v === null || v === undefined ? '–' : s.now ? countText(v) : rateText(v));
    return (
        <div class="scroll" tabIndex={0} role="region" aria-label="Latest readings">
            <table>
                <thead>
                    <tr>
                        <th scope="col">Time</th>
                        {plots.flatMap((p) => p.series.map((s) => <th key={p.id + s.label} scope="col" class="end">{p.title}: {s.label}</th>))}
                    </tr>
                </thead>
                <tbody>
                    {Array.from({ length: Math.max(0, count) }, (_, i) => (
                        <tr key={readings[at(i) + 1].at}>
                            <th scope="row">{new Date(readings[at(i) + 1].at).toLocaleTimeString('en-GB')}</th>
                            {all.flatMap(({ plot, points }) => plot.series.map((s, n) => (
                                <td key={plot.id + s.label} class="end">{cell(s, points[n + 1][at(i)])}</td>
                            )))}
                        </tr>
                    ))}
                </tbody>
            </table>
        </div>
    );
}
