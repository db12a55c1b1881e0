import { useState } from 'preact/hooks';
import { call, get } from './api.js';
import { navigate, useAction, useLoad } from './hooks.js';
import { SessionTable } from './sessions.jsx';
import { Button, Checks, Dialog, Failure, Field, Heading, Link, Loaded, State, Time, useCaller, useNotice } from './ui.jsx';
import { useRoleNames } from './users.jsx';

const place = (id) => `/v1/admin/users/${encodeURIComponent(id)}`;

export function User({ id }) {
    const { may } = useCaller();
    const user = useLoad(async () => {
        const { data, etag } = await call('GET', place(id));
        return { ...data, etag };
    }, [id]);
    const u = user.data;
    return (
        <>
            <p class="crumb"><Link to="/console/users">Users</Link></p>
            <Heading title={u ? u.name || u.email || u.id : 'User'} note={u?.name ? u.email : null} />
            <Loaded of={user}>
                {() => (
                    <div class="panels">
                        <Facts user={u} />
                        {may('users.write') && <Edit user={u} key={u.etag} onChanged={user.reload} />}
                        {may('sessions.read') && <Sessions user={u} />}
                        {may('users.write') && <Grave user={u} onChanged={user.reload} />}
                    </div>
                )}
            </Loaded>
        </>
    );
}

function Facts({ user }) {
    return (
        <dl class="facts">
            <div><dt>Status</dt><dd>{user.disabled ? <State kind="off">Disabled</State> : <State kind="good">Active</State>}</dd></div>
            <div><dt>Id</dt><dd class="code">{user.id}</dd></div>
            <div><dt>Created</dt><dd><Time of={user.created} /></dd></div>
            <div><dt>Updated</dt><dd><Time of={user.updated} /></dd></div>
            <div><dt>Roles</dt><dd>{user.roles.join(', ') || '–'}</dd></div>
        </dl>
    );
}

// What was changed, and nothing else: what the server knows stays as it is.
function changesOf(user, form) {
    const body = {};
    if (form.name !== (user.name ?? '')) body.name = form.name;
    if (form.email !== (user.email ?? '')) body.email = form.email.trim();
    if (JSON.stringify(form.roles) !== JSON.stringify(user.roles)) body.roles = form.roles;
    const metadata = JSON.parse(form.metadata);
    if (JSON.stringify(metadata) !== JSON.stringify(user.metadata ?? {})) body.metadata = metadata;
    return body;
}

function metadataProblem(text) {
    try {
        const value = JSON.parse(text);
        return typeof value === 'object' && value !== null && !Array.isArray(value) ? null : 'This must be a JSON object.';
    } catch (e) {
        return `This is not JSON: ${e.message}`;
    }
}

function Edit({ user, onChanged }) {
    const say = useNotice();
    const known = useRoleNames();
    const [form, setForm] = useState({
        name: user.name ?? '', email: user.email ?? '', roles: user.roles,
        metadata: JSON.stringify(user.metadata ?? {}, null, 2),
    });
    const set = (name) => (value) => setForm((f) => ({ ...f, [name]: value }));
    const wrong = metadataProblem(form.metadata);
    const isChanged = !wrong && Object.keys(changesOf(user, form)).length > 0;
    const action = useAction(async () => {
        await call('PATCH', place(user.id), { body: changesOf(user, form), headers: user.etag ? { 'If-Match': user.etag } : {} });
        say('User saved.');
        await onChanged();
    });
    const submit = (e) => {
        e.preventDefault();
        if (isChanged) action.run();
    };
    const isStale = action.error?.status === 412;
    const fields = action.error?.fields ?? {};
    const roles = [...new Set([...known, ...user.roles])];
    return (
        <section class="panel" aria-labelledby="profile">
            <h2 id="profile">Profile</h2>
            <form onSubmit={submit} noValidate>
                <div class="two">
                    <Field label="Name" value={form.name} onValue={set('name')} autoComplete="off" error={fields.name} />
                    <Field label="E-mail" type="email" value={form.email} onValue={set('email')} autoComplete="off" error={fields.email} />
                </div>
                <Checks legend="Roles" all={roles} chosen={form.roles} onChosen={set('roles')} empty="There are no roles." />
                <Field label="Metadata" rows={5} class="code" spellcheck={false} value={form.metadata} onValue={set('metadata')}
                    hint="A JSON object for your own applications" error={wrong ?? fields.metadata} />
                {isStale
                    ? (
                        <div class="failure" role="alert">
                            <p>Somebody else has changed this user meanwhile. Read it again; your changes here are lost.</p>
                            <Button onClick={onChanged}>Read again</Button>
                        </div>
                    )
                    : <Failure error={action.error} />}
                <Button kind="primary" type="submit" busy={action.isBusy} disabled={!isChanged}>Save changes</Button>
            </form>
        </section>
    );
}

function Sessions({ user }) {
    const { may } = useCaller();
    const say = useNotice();
    const sessions = useLoad(() => get(`${place(user.id)}/sessions`), [user.id, user.etag]);
    const action = useAction(async (session) => {
        await call('DELETE', `${place(user.id)}/sessions${session ? `/${encodeURIComponent(session.id)}` : ''}`);
        say(session ? 'Session ended.' : 'All sessions ended.');
        await sessions.reload();
    });
    const mayEnd = may('sessions.end');
    return (
        <section class="panel" aria-labelledby="sessions">
            <div class="panel-heading">
                <h2 id="sessions">Sessions</h2>
                {mayEnd && sessions.data?.sessions.length > 0 && <Button onClick={() => action.run()} busy={action.isBusy}>End all</Button>}
            </div>
            <Failure error={action.error} />
            <Loaded of={sessions} rows={2}>
                {(d) => <SessionTable sessions={d.sessions} onEnd={mayEnd ? action.run : null} />}
            </Loaded>
        </section>
    );
}

// What locks a user out.
function Grave({ user, onChanged }) {
    const [asked, setAsked] = useState(null);
    const close = () => setAsked(null);
    const what = user.email ?? user.id;
    const enable = useAction(async () => {
        await call('PATCH', place(user.id), { body: { disabled: false } });
        await onChanged();
    });
    return (
        <section class="panel" aria-labelledby="access">
            <h2 id="access">Access</h2>
            <ul class="choices">
                <li>
                    <div><p class="strong">Password</p><p class="soft">Give a new one. All sessions of this user end.</p></div>
                    <Button onClick={() => setAsked('password')}>Set password</Button>
                </li>
                <li>
                    <div>
                        <p class="strong">{user.disabled ? 'Enable' : 'Disable'}</p>
                        <p class="soft">{user.disabled ? 'The user may sign in again.' : 'The user is signed out everywhere and cannot sign in.'}</p>
                        <Failure error={enable.error} />
                    </div>
                    {user.disabled
                        ? <Button onClick={enable.run} busy={enable.isBusy}>Enable user</Button>
                        : <Button kind="danger" onClick={() => setAsked('disable')}>Disable user</Button>}
                </li>
                <li>
                    <div><p class="strong">Delete</p><p class="soft">The account and its sessions are removed. This cannot be undone.</p></div>
                    <Button kind="danger" onClick={() => setAsked('delete')}>Delete user</Button>
                </li>
            </ul>
            {asked === 'password' && <NewPassword user={user} onClose={close} onChanged={onChanged} />}
            {asked === 'disable' && <Disable user={user} what={what} onClose={close} onChanged={onChanged} />}
            {asked === 'delete' && <Delete user={user} what={what} onClose={close} />}
        </section>
    );
}

function NewPassword({ user, onClose, onChanged }) {
    const say = useNotice();
    const [password, setPassword] = useState('');
    const action = useAction(async () => {
        await call('PATCH', place(user.id), { body: { password } });
        say('Password changed.');
        onClose();
        await onChanged();
    });
    return (
        <Dialog title="Set password" submit="Set password" onSubmit={action.run} onClose={onClose} action={action} disabled={!password}>
            <Field label="New password" type="password" autoComplete="new-password" value={password} onValue={setPassword}
                error={action.error?.fields.password} />
        </Dialog>
    );
}

function Disable({ user, what, onClose, onChanged }) {
    const say = useNotice();
    const action = useAction(async () => {
        await call('PATCH', place(user.id), { body: { disabled: true } });
        say('User disabled.');
        onClose();
        await onChanged();
    });
    return (
        <Dialog title="Disable this user?" submit="Disable user" kind="danger" onSubmit={action.run} onClose={onClose} action={action}>
            <p><b>{what}</b> is signed out everywhere at once and cannot sign in until enabled again.</p>
        </Dialog>
    );
}

function Delete({ user, what, onClose }) {
    const say = useNotice();
    const [typed, setTyped] = useState('');
    const action = useAction(async () => {
        await call('DELETE', place(user.id));
        say('User deleted.');
        navigate('/console/users');
    });
    return (
        <Dialog title="Delete this user?" submit="Delete user" kind="danger" onSubmit={action.run} onClose={onClose} action={action}
            disabled={typed.trim() !== what}>
            <p>The account of <b>{what}</b> is removed for good. To confirm, type its e-mail address.</p>
            <Field label="E-mail address" value={typed} onValue={setTyped} autoComplete="off" spellcheck={false} />
        </Dialog>
    );
}
