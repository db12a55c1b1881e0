import { useState } from 'preact/hooks';
import { call, get } from './api.js';
import { useAction, useLoad } from './hooks.js';
import { permissions, permissionsWith } from './permissions.js';
import { agoText, dayText } from './text.js';
import { Button, Checks, Chip, CopyButton, Dialog, Empty, Field, Heading, Loaded, Table, Time, useCaller, useNotice } from './ui.jsx';

const lifetimes = { '': 'Never', 30: 'In 30 days', 90: 'In 90 days', 365: 'In a year' };
const inDays = (days) => new Date(Date.now() + days * 86_400_000).toISOString().replace(/\.\d+Z$/, 'Z');

export function ApiKeys() {
    const { may } = useCaller();
    const keys = useLoad(() => get('/v1/admin/api-keys'), []);
    const [isMaking, setMaking] = useState(false);
    const [made, setMade] = useState(null);
    const [revoked, setRevoked] = useState(null);
    const columns = [
        { title: 'Key', cell: (k) => <span class="stack"><span class="strong">{k.name}</span><span class="soft code">{k.prefix}…</span></span> },
        { title: 'Permissions', wide: true, cell: (k) => <span class="chips">{k.permissions.map((p) => <Chip key={p}>{p}</Chip>)}</span> },
        { title: 'Last used', cell: (k) => (k.last_used ? <Time of={k.last_used} text={agoText} /> : <span class="soft">Never</span>) },
        { title: 'Created', wide: true, cell: (k) => <Time of={k.created} text={dayText} /> },
        { title: 'Expires', wide: true, cell: (k) => (k.expires ? <Time of={k.expires} text={dayText} /> : <span class="soft">Never</span>) },
    ];
    if (may('api_keys.write')) {
        columns.push({
            title: 'Action', quiet: true, end: true,
            cell: (k) => <Button kind="danger" onClick={() => setRevoked(k)} aria-label={`Revoke the key ${k.name}`}>Revoke</Button>,
        });
    }
    return (
        <>
            <Heading title="API keys" note="For programs that administer this server: each may do what its permissions say.">
                {may('api_keys.write') && <Button kind="primary" onClick={() => setMaking(true)}>New key</Button>}
            </Heading>
            <Loaded of={keys}>
                {(d) => (d.api_keys.length
                    ? <Table caption="API keys" columns={columns} rows={d.api_keys} />
                    : <Empty title="No API keys">A key lets a program use the administration's API without a user.</Empty>)}
            </Loaded>
            {isMaking && <New onClose={() => setMaking(false)} onMade={(key) => { setMaking(false); setMade(key); keys.reload(); }} />}
            {made && <Made apiKey={made} onClose={() => setMade(null)} />}
            {revoked && <Revoke apiKey={revoked} onClose={() => setRevoked(null)} onChanged={keys.reload} />}
        </>
    );
}

function New({ onClose, onMade }) {
    const { may } = useCaller();
    const [form, setForm] = useState({ name: '', permissions: [], days: '90' });
    const set = (name) => (value) => setForm((f) => ({ ...f, [name]: value }));
    const action = useAction(async () => {
        const body = { name: form.name.trim(), permissions: form.permissions };
        if (form.days) body.expires = inDays(Number(form.days));
        onMade((await call('POST', '/v1/admin/api-keys', { body })).data);
    });
    const fields = action.error?.fields ?? {};
    return (
        <Dialog title="New API key" submit="Make key" onSubmit={action.run} onClose={onClose} action={action} disabled={!form.name.trim()}>
            <div class="two">
                <Field label="Name" value={form.name} onValue={set('name')} autoComplete="off" error={fields.name} />
                <Field label="Expires" value={form.days} onValue={set('days')} error={fields.expires}>
                    {['', '30', '90', '365'].map((d) => <option key={d} value={d}>{lifetimes[d]}</option>)}
                </Field>
            </div>
            <Checks legend="Permissions" all={permissionsWith().filter(may)} chosen={form.permissions} onChosen={set('permissions')}
                describe={(p) => permissions[p]} />
        </Dialog>
    );
}

function Made({ apiKey, onClose }) {
    return (
        <Dialog title={`Key ${apiKey.name}`} onClose={onClose} onSubmit={onClose}>
            <p>Copy the key now: it is shown this once and cannot be read again.</p>
            <div class="secret"><output class="code">{apiKey.key}</output><CopyButton text={apiKey.key} /></div>
        </Dialog>
    );
}

function Revoke({ apiKey, onClose, onChanged }) {
    const say = useNotice();
    const action = useAction(async () => {
        await call('DELETE', `/v1/admin/api-keys/${encodeURIComponent(apiKey.id)}`);
        say('Key revoked.');
        onClose();
        await onChanged();
    });
    return (
        <Dialog title="Revoke this key?" submit="Revoke key" kind="danger" onSubmit={action.run} onClose={onClose} action={action}>
            <p>Programs that use <b>{apiKey.name}</b> are refused from now on. This cannot be undone.</p>
        </Dialog>
    );
}
