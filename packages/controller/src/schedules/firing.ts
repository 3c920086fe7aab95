/** How an instant at which a schedule was due turned out; `missed` stands for all up to the next that is told. */
export type FiringState = 'starting' | 'waiting' | 'started' | 'skipped' | 'missed' | 'failed';

/** Which instant of which schedule: at most one session is ever made for it. */
export interface FiringKey {
  readonly scheduleId: string;
  readonly due: Date;
}

export interface Firing extends FiringKey {
  readonly state: FiringState;
  readonly sessionId: string | null;
  /** Why there is no session. */
  readonly reason: string | null;
}
