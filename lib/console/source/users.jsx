import { useEffect, useState } from 'preact/hooks';
import { call, get, withQuery } from './api.js';
import { navigate, useAction, useLoad, useLocation, usePages, useRested } from './hooks.js';
import { dayText } from './text.js';
import { Button, Checks, Chip, Dialog, Empty, Field, Heading, Link, Loaded, Pager, State, Table, Time, useCaller, useNotice } from './ui.jsx';

export const userPath = (id) => `/console/users/${encodeURIComponent(id)}`;

// The names of all roles, as far as the caller may know them.
export function useRoleNames() {
    const { may } = useCaller();
    const isKnown = may('roles.read');
    const roles = useLoad(async () => (isKnown ? (await get('/v1/admin/roles')).roles.map((r) => r.name) : []), [isKnown]);
    return roles.data ?? [];
}

const columns = [
    {
        title: 'User',
        cell: (u) => (
            <Link to={userPath(u.id)} class="row-link">
                <span class="strong">{u.name || u.email || u.id}</span>
                {u.name && u.email && <span class="soft narrow">{u.email}</span>}
            </Link>
        ),
    },
    { title: 'E-mail', wide: true, cell: (u) => <span class="soft">{u.email}</span> },
    { title: 'Roles', wide: true, cell: (u) => (u.roles.length ? <span class="chips">{u.roles.map((r) => <Chip key={r}>{r}</Chip>)}</span> : <span class="soft">–</span>) },
    { title: 'Status', cell: (u) => (u.disabled ? <State kind="off">Disabled</State> : <State kind="good">Active</State>) },
    { title: 'Created', wide: true, cell: (u) => <Time of={u.created} text={dayText} /> },
    { title: 'Updated', wide: true, cell: (u) => <Time of={u.updated} text={dayText} /> },
];

export function Users() {
    const { may } = useCaller();
    const { query } = useLocation();
    const [search, setSearch] = useState(query.get('search') ?? '');
    const [isMaking, setMaking] = useState(false);
    const role = query.get('role') ?? '', disabled = query.get('disabled') ?? '';
    const filter = (changes) => navigate(withQuery('/console/users', { search, role, disabled, ...changes }), { replace: true });
    const rested = useRested(search.trim());
    useEffect(() => {
        if (location.pathname === '/console/users' && rested !== (query.get('search') ?? '')) filter({ search: rested });
    }, [rested]);
    const pages = usePages('/v1/admin/users', { search: rested, role, disabled, limit: 50 });
    const roles = useRoleNames();
    const isFiltered = rested || role || disabled;
    const clear = () => {
        setSearch('');
        navigate('/console/users', { replace: true });
    };
    return (
        <>
            <Heading title="Users">
                {may('users.write') && <Button kind="primary" onClick={() => setMaking(true)}>New user</Button>}
            </Heading>
            <form class="filters" role="search" onSubmit={(e) => e.preventDefault()}>
                <Field label="Search" type="search" placeholder="Name or e-mail" value={search} onValue={setSearch} />
                {roles.length > 0 && (
                    <Field label="Role" value={role} onValue={(v) => filter({ role: v })}>
                        <option value="">Any</option>
                        {roles.map((r) => <option key={r}>{r}</option>)}
                    </Field>
                )}
                <Field label="Status" value={disabled} onValue={(v) => filter({ disabled: v })}>
                    <option value="">Any</option>
                    <option value="false">Active</option>
                    <option value="true">Disabled</option>
                </Field>
            </form>
            <Loaded of={pages} rows={8}>
                {({ users }) => (users.length === 0
                    ? (
                        <Empty title={isFiltered ? 'No user matches' : 'No users yet'}>
                            {isFiltered ? <Button onClick={clear}>Clear the search</Button> : 'Users appear here when they sign up.'}
                        </Empty>
                    )
                    : <Table caption="Users" columns={columns} rows={users} />)}
            </Loaded>
            <Pager pages={pages} noun="users" />
            {isMaking && <NewUser roles={roles} onClose={() => setMaking(false)} />}
        </>
    );
}

function NewUser({ roles, onClose }) {
    const say = useNotice();
    const [form, setForm] = useState({ email: '', name: '', password: '', roles: [] });
    const set = (name) => (value) => setForm((f) => ({ ...f, [name]: value }));
    const action = useAction(async () => {
        const body = { email: form.email.trim(), password: form.password };
        if (form.name.trim()) body.name = form.name.trim();
        if (form.roles.length) body.roles = form.roles;
        const { data } = await call('POST', '/v1/admin/users', { body });
        say('User made.');
        navigate(userPath(data.id));
    });
    const fields = action.error?.fields ?? {};
    return (
        <Dialog title="New user" submit="Make user" onSubmit={action.run} onClose={onClose} action={action}
            disabled={!form.email || !form.password}>
            <Field label="E-mail" type="email" value={form.email} onValue={set('email')} autoComplete="off" error={fields.email} />
            <Field label="Name" value={form.name} onValue={set('name')} autoComplete="off" hint="Optional" error={fields.name} />
            <Field label="Password" type="password" value={form.password} onValue={set('password')} autoComplete="new-password" error={fields.password} />
            {roles.length > 0 && <Checks legend="Roles" all={roles} chosen={form.roles} onChosen={set('roles')} />}
        </Dialog>
    );
}
