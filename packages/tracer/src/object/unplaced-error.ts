import { TraceError } from '../trace-error.ts';

/** A program of which neither its section nor the manifest says where it is attached. `setting`: what a manifest has to say. */
export class UnplacedError extends TraceError {
  readonly program: string;
  readonly section: string;
  readonly setting: string;

  constructor(program: string, section: string, setting: string) {
    const what = `program "${program}" is in section "${section}", which does not say where it is attached`;
    super(
      'compile',
      `${what}: say it in a manifest, programs: {${program}: {${setting}}}, or leave it out, {load: false}`,
    );
    this.program = program;
    this.section = section;
    this.setting = setting;
  }
}

/** All of them in one, so that a manifest can be written at once. */
export function unplacedTogether(errors: readonly UnplacedError[]): TraceError {
  const [first, second] = errors;
  if (first !== undefined && second === undefined) return first;
  const sections = [...new Set(errors.map(({ section }) => `"${section}"`))].join(', ');
  const settings = errors.map(({ program, setting }) => `${program}: {${setting}}`).join(', ');
  return new TraceError(
    'compile',
    `${errors.length} programs are in sections that do not say where they are attached (${sections}): say it in a manifest, programs: {${settings}}; {load: false} leaves one out`,
  );
}
