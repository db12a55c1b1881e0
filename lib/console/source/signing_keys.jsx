import { useState } from 'preact/hooks';
import { call, get } from './api.js';
import { useAction, useLoad } from './hooks.js';
import { dayText } from './text.js';
import { Button, Dialog, Empty, Heading, Loaded, State, Table, Time, useCaller, useNotice } from './ui.jsx';

const stateKinds = { signing: 'good', ended: 'off', retired: 'off' };

const columns = [
    { title: 'Key', cell: (k) => <span class="stack"><span class="code">{k.kid}</span><span class="soft">{k.algorithm}</span></span> },
    { title: 'State', cell: (k) => <State kind={stateKinds[k.state] ?? 'plain'}>{k.state}</State> },
    { title: 'Created', wide: true, cell: (k) => <Time of={k.created} text={dayText} /> },
    { title: 'Signs from', wide: true, cell: (k) => <Time of={k.signs_from} /> },
    { title: 'Signs until', wide: true, cell: (k) => <Time of={k.signs_until} /> },
    { title: 'Verifies until', wide: true, cell: (k) => <Time of={k.verifies_until} /> },
];

export function SigningKeys() {
    const { may } = useCaller();
    const keys = useLoad(() => get('/v1/admin/signing-keys'), []);
    const [isAsking, setAsking] = useState(false);
    return (
        <>
            <Heading title="Signing keys" note={<>They sign access tokens. Services find the public keys at <a class="code" href="/.well-known/jwks.json">/.well-known/jwks.json</a></>}>
                {may('signing_keys.write') && <Button kind="primary" onClick={() => setAsking(true)}>Rotate</Button>}
            </Heading>
            <Loaded of={keys} rows={3}>
                {(d) => (d.keys.length
                    ? <Table caption="Signing keys" columns={columns} rows={d.keys} id={(k) => k.kid} />
                    : <Empty title="No signing keys" />)}
            </Loaded>
            {isAsking && <Rotate onClose={() => setAsking(false)} onChanged={keys.reload} />}
        </>
    );
}

function Rotate({ onClose, onChanged }) {
    const say = useNotice();
    const action = useAction(async () => {
        await call('POST', '/v1/admin/signing-keys', { body: {} });
        say('A new key was made.');
        onClose();
        await onChanged();
    });
    return (
        <Dialog title="Rotate the signing key?" submit="Rotate" onSubmit={action.run} onClose={onClose} action={action}>
            <p>A new key is made, and takes over once every service can know it. Tokens that the present one has signed stay good until they expire.</p>
        </Dialog>
    );
}
