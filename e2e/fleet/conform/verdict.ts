/** What became of one program on a kernel. */
export interface Verdict {
  readonly name: string;
  readonly state: 'pass' | 'fail' | 'skipped';
  /** Of a failure or a skip. */
  readonly reason?: string;
}

/** The last line of a run: so many verdicts were told. One that broke off has none. */
export interface ConformEnd {
  readonly told: number;
}

/** Verdicts of a run, of lines among which others may be. @throws Error where it broke off */
export function readVerdicts(text: string): Verdict[] {
  const lines = text.split('\n').filter((line) => line.startsWith('{"'));
  const said = lines.map((line) => JSON.parse(line) as Verdict | ConformEnd);
  const verdicts = said.filter((each) => 'state' in each);
  const end = said.find((each) => 'told' in each);
  if (end?.told !== verdicts.length)
    throw new Error(`it broke off after ${verdicts.length}: ${text.slice(-300).trim()}`);
  return verdicts;
}
