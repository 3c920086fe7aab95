import type { components } from './gen/schema.ts';

/** Shapes of the REST API (/api/v1), generated from the controller's OpenAPI document: `pnpm generate`. */
type Schemas = components['schemas'];

/** A string where a double would not hold the integer. */
export type JsonInteger = number | string;

export type AnswerCounts = Schemas['AnswerCounts'];
export type AnswerSheet = Schemas['AnswerSheet'];
export type AuditCheck = Schemas['AuditCheck'];
export type AuditEntry = Schemas['AuditEntry'];
export type CheckProgram = Schemas['CheckProgram'];
export type CreateSchedule = Schemas['CreateSchedule'];
export type CreateSession = Schemas['CreateSession'];
export type CreateToken = Schemas['CreateToken'];
export type Diagnostic = Schemas['Diagnostic'];
/** A printed line with its place in the session. */
export type Event = Schemas['Event'];
export type Firing = Schemas['Firing'];
export type IssuedToken = Schemas['IssuedToken'];
export type Node = Schemas['Node'];
export type NodeAnswer = Schemas['NodeAnswer'];
export type NodeCheck = Schemas['NodeCheck'];
export type ProbeList = Schemas['ProbeList'];
export type ResultDocument = Schemas['ResultDocument'];
export type ResultEntry = Schemas['ResultEntry'];
export type ResultMap = Schemas['ResultMap'];
export type ResultOutput = Schemas['ResultOutput'];
export type Schedule = Schemas['Schedule'];
export type SessionListItem = Schemas['SessionListItem'];
export type SessionResource = Schemas['SessionResource'];
export type SessionSummary = Schemas['SessionSummary'];
export type Token = Schemas['Token'];
export type Tool = Schemas['Tool'];
export type ToolSummary = Schemas['ToolSummary'];

/** RFC 9457. Codes of the controller, and those that this client adds where none answered. */
export type Problem = Omit<Schemas['Problem'], 'code'> & {
  code: Schemas['Problem']['code'] | 'unreachable' | 'not_a_controller';
};
