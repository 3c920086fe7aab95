/** What a tool did with a case. */
export interface Answer {
  readonly stdout: string;
  readonly stderr: string;
  /** The exit status; 128 and the signal's number where a signal ended it. */
  readonly status: number;
  /** It did not end in its time and was killed. */
  readonly timedOut: boolean;
  readonly seconds: number;
}
