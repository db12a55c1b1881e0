import { useState } from 'preact/hooks';
import { call, get } from './api.js';
import { useAction, useLoad } from './hooks.js';
import { permissions, permissionsWith } from './permissions.js';
import { Button, Checks, Chip, Dialog, Empty, Field, Heading, Loaded, Table, useCaller, useNotice } from './ui.jsx';

const place = (name) => `/v1/admin/roles/${encodeURIComponent(name)}`;
const isFixed = (role) => role.name === 'admin';

export function Roles() {
    const { may } = useCaller();
    const roles = useLoad(() => get('/v1/admin/roles'), []);
    const [edited, setEdited] = useState(null); // a role, or {} for a new one
    const [removed, setRemoved] = useState(null);
    const columns = [
        { title: 'Role', cell: (r) => <span class="strong">{r.name}</span> },
        {
            title: 'Permissions',
            cell: (r) => (isFixed(r) ? <span class="soft">Every permission; cannot be changed</span>
                : r.permissions.length ? <span class="chips">{r.permissions.map((p) => <Chip key={p}>{p}</Chip>)}</span>
                : <span class="soft">None in the console; for your applications</span>),
        },
    ];
    if (may('roles.write')) {
        columns.push({
            title: 'Actions', quiet: true, end: true,
            cell: (r) => !isFixed(r) && (
                <span class="buttons">
                    <Button onClick={() => setEdited(r)} aria-label={`Change the role ${r.name}`}>Change</Button>
                    <Button kind="danger" onClick={() => setRemoved(r)} aria-label={`Delete the role ${r.name}`}>Delete</Button>
                </span>
            ),
        });
    }
    return (
        <>
            <Heading title="Roles" note="What users may do here, and names that your applications read from tokens.">
                {may('roles.write') && <Button kind="primary" onClick={() => setEdited({})}>New role</Button>}
            </Heading>
            <Loaded of={roles}>
                {(d) => (d.roles.length
                    ? <Table caption="Roles" columns={columns} rows={d.roles} id={(r) => r.name} />
                    : <Empty title="No roles yet" />)}
            </Loaded>
            {edited && <Edit role={edited} onClose={() => setEdited(null)} onChanged={roles.reload} />}
            {removed && <Remove role={removed} onClose={() => setRemoved(null)} onChanged={roles.reload} />}
        </>
    );
}

function Edit({ role, onClose, onChanged }) {
    const say = useNotice();
    const [name, setName] = useState(role.name ?? '');
    const [chosen, setChosen] = useState(role.permissions ?? []);
    const action = useAction(async () => {
        await call('PUT', place(name.trim()), { body: { permissions: chosen } });
        say('Role saved.');
        onClose();
        await onChanged();
    });
    return (
        <Dialog title={role.name ? `Role ${role.name}` : 'New role'} submit="Save role" onSubmit={action.run} onClose={onClose}
            action={action} disabled={!name.trim()}>
            {!role.name && <Field label="Name" value={name} onValue={setName} autoComplete="off" spellcheck={false} error={action.error?.fields.name} />}
            <Checks legend="Permissions" all={permissionsWith(chosen)} chosen={chosen} onChosen={setChosen} describe={(p) => permissions[p]} />
        </Dialog>
    );
}

function Remove({ role, onClose, onChanged }) {
    const say = useNotice();
    const action = useAction(async () => {
        await call('DELETE', place(role.name));
        say('Role deleted.');
        onClose();
        await onChanged();
    });
    return (
        <Dialog title="Delete this role?" submit="Delete role" kind="danger" onSubmit={action.run} onClose={onClose} action={action}>
            <p>Whoever has the role <b>{role.name}</b> loses what it permits.</p>
        </Dialog>
    );
}
