import type { Permission } from './role.ts';

/** What the identifier in a call names. A token that is bounded to some nodes may not be allowed to see it. */
export type SubjectKind = 'session' | 'schedule' | 'node' | 'program';

export interface OperationRule {
  /** `public` needs no token. What changes something is audited, by the service that does it. */
  readonly permission: Permission | 'public';
  readonly subject?: SubjectKind;
  /** It ends or changes its subject: a token of the role ci may do so to what it made itself, and to nothing else. */
  readonly changes?: true;
}

/**
 * Every operation of the API and what it needs of its caller: of REST by its operation id, of gRPC by its method's name, which
 * are the same where they do the same. What is not listed here is open to nobody.
 */
export const operationRules = {
  createSession: { permission: 'run' },
  listSessions: { permission: 'read' },
  getSession: { permission: 'read', subject: 'session' },
  listSessionNodes: { permission: 'read', subject: 'session' },
  cancelSession: { permission: 'run', subject: 'session', changes: true },
  getResults: { permission: 'read', subject: 'session' },
  getEvents: { permission: 'read', subject: 'session' },
  streamResults: { permission: 'read', subject: 'session' },
  checkProgram: { permission: 'run' },
  listTools: { permission: 'read' },
  getTool: { permission: 'read' },
  listPrograms: { permission: 'read' },
  getProgram: { permission: 'read', subject: 'program' },
  createSchedule: { permission: 'run' },
  listSchedules: { permission: 'read' },
  getSchedule: { permission: 'read', subject: 'schedule' },
  changeSchedule: { permission: 'run', subject: 'schedule', changes: true },
  deleteSchedule: { permission: 'run', subject: 'schedule', changes: true },
  listScheduleSessions: { permission: 'read', subject: 'schedule' },
  listFirings: { permission: 'read', subject: 'schedule' },
  listNodes: { permission: 'read' },
  findProbes: { permission: 'read' },
  getNode: { permission: 'read', subject: 'node' },
  revokeNode: { permission: 'administer' },
  createToken: { permission: 'administer' },
  listTokens: { permission: 'administer' },
  revokeToken: { permission: 'administer' },
  listAudit: { permission: 'administer' },
  checkAudit: { permission: 'administer' },
  getHealth: { permission: 'public' },
  getReadiness: { permission: 'public' },
  getMetrics: { permission: 'public' },
} as const satisfies Readonly<Record<string, OperationRule>>;

export type OperationId = keyof typeof operationRules;

/** undefined for what is no operation of the API. */
export function ruleOf(operation: string | undefined): OperationRule | undefined {
  return operation !== undefined && Object.hasOwn(operationRules, operation)
    ? operationRules[operation as OperationId]
    : undefined;
}
