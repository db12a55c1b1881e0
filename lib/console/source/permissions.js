// Every permission there is, with what it lets a person do.
export const permissions = {
    'users.read': 'see users',
    'users.write': 'make, change, disable and delete users',
    'sessions.read': 'see where users are signed in',
    'sessions.end': 'sign users out',
    'roles.read': 'see roles',
    'roles.write': 'make, change and delete roles',
    'api_keys.read': 'see API keys',
    'api_keys.write': 'make and revoke API keys',
    'audit.read': 'read the audit log',
    'signing_keys.read': 'see signing keys',
    'signing_keys.write': 'rotate signing keys',
    'metrics.read': 'see metrics',
};
export const allPermissions = Object.keys(permissions);
// Those known here, and whatever else `given` has: a newer server may know more.
export const permissionsWith = (given = []) => [...new Set([...allPermissions, ...given])];
