import { useState } from 'preact/hooks';
import { navigate, useLocation, usePages, useRested } from './hooks.js';
import { userPath } from './users.jsx';
import { withQuery } from './api.js';
import { Button, Empty, Field, Heading, Link, Loaded, Pager, Table, Time, useCaller } from './ui.jsx';

const actions = [
    'user.created', 'user.updated', 'user.disabled', 'user.enabled', 'user.deleted', 'user.roles_changed',
    'user.password_changed', 'sessions.ended', 'role.changed', 'role.deleted', 'api_key.created', 'api_key.revoked',
    'signing_key.rotated', 'setup.completed',
];
const kinds = { user: 'User', api_key: 'API key', system: 'System', shell: 'Shell' };

function Actor({ of }) {
    const { may } = useCaller();
    const id = of.id && (of.kind === 'user' && may('users.read')
        ? <Link to={userPath(of.id)} class="code">{of.id}</Link>
        : <span class="code">{of.id}</span>);
    return <span class="stack"><span>{kinds[of.kind] ?? of.kind}</span>{id}</span>;
}

function Subject({ event }) {
    const { may } = useCaller();
    if (!event.subject) return <span class="soft">–</span>;
    const isUser = /^(user|sessions)\./.test(event.action) && event.action !== 'user.deleted';
    return isUser && may('users.read')
        ? <Link to={userPath(event.subject)} class="code">{event.subject}</Link>
        : <span class="code">{event.subject}</span>;
}

function Details({ event }) {
    return (
        <details class="details">
            <summary>Details<span class="hidden"> of {event.action}</span></summary>
            <dl>
                <div class="narrow stack"><dt>By</dt><dd><Actor of={event.actor} /></dd></div>
                <div class="narrow stack"><dt>Subject</dt><dd><Subject event={event} /></dd></div>
                <div><dt>Address</dt><dd class="code">{event.address || '–'}</dd></div>
                <div><dt>Request</dt><dd class="code">{event.request_id || '–'}</dd></div>
                {Object.entries(event.details ?? {}).map(([k, v]) => (
                    <div key={k}><dt>{k}</dt><dd class="code">{typeof v === 'string' ? v : JSON.stringify(v)}</dd></div>
                ))}
            </dl>
        </details>
    );
}

const columns = [
    { title: 'Action', cell: (e) => <span class="stack"><span class="strong code">{e.action}</span><span class="soft"><Time of={e.time} /></span></span> },
    { title: 'By', wide: true, cell: (e) => <Actor of={e.actor} /> },
    { title: 'Subject', wide: true, cell: (e) => <Subject event={e} /> },
    { title: 'Details', cell: (e) => <Details event={e} /> },
];

export function Audit() {
    const { query } = useLocation();
    const action = query.get('action') ?? '';
    const [actor, setActor] = useState(query.get('actor') ?? '');
    const [subject, setSubject] = useState(query.get('subject') ?? '');
    const wanted = { actor: useRested(actor.trim()), subject: useRested(subject.trim()), action, limit: 50 };
    const pages = usePages('/v1/admin/audit', wanted);
    const isFiltered = wanted.actor || wanted.subject || action;
    const choose = (a) => navigate(withQuery('/console/audit', { action: a, actor, subject }), { replace: true });
    const clear = () => {
        setActor('');
        setSubject('');
        navigate('/console/audit', { replace: true });
    };
    return (
        <>
            <Heading title="Audit log" note="Who changed what, newest first.">
                <Button onClick={pages.reload}>Read again</Button>
            </Heading>
            <form class="filters" role="search" onSubmit={(e) => e.preventDefault()}>
                <Field label="Action" value={action} onValue={choose}>
                    <option value="">Any</option>
                    {actions.map((a) => <option key={a}>{a}</option>)}
                </Field>
                <Field label="Actor" type="search" placeholder="Id" value={actor} onValue={setActor} />
                <Field label="Subject" type="search" placeholder="Id or name" value={subject} onValue={setSubject} />
            </form>
            <Loaded of={pages} rows={8}>
                {({ events }) => (events.length
                    ? <Table caption="Events" columns={columns} rows={events} />
                    : (
                        <Empty title={isFiltered ? 'No event matches' : 'Nothing has happened yet'}>
                            {isFiltered && <Button onClick={clear}>Clear the filters</Button>}
                        </Empty>
                    ))}
            </Loaded>
            <Pager pages={pages} noun="events" />
        </>
    );
}
