/**
 * What a token may do. viewer reads; operator and ci also run sessions and make schedules, and operator ends those of others
 * as well; admin also makes tokens, revokes nodes and reads the audit log.
 */
export const roles = ['viewer', 'operator', 'ci', 'admin'] as const;
export type Role = (typeof roles)[number];

/** What a call needs of its caller. */
export type Permission = 'read' | 'run' | 'administer';

const granted: Readonly<Record<Role, readonly Permission[]>> = {
  viewer: ['read'],
  operator: ['read', 'run'],
  ci: ['read', 'run'],
  admin: ['read', 'run', 'administer'],
};

export function allows(role: Role, permission: Permission): boolean {
  return granted[role].includes(permission);
}

/** Whether it may end or change what another token made. */
export function mayChangeOthers(role: Role): boolean {
  return role !== 'ci';
}
