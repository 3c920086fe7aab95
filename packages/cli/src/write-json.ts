import type { Terminal } from './terminal.ts';

/** JSON alone on stdout: indented where a person asks for one document. */
export function writeJson({ out }: Pick<Terminal, 'out'>, value: unknown): void {
  out.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** The same on one line, for streams of documents. */
export function writeJsonLine({ out }: Pick<Terminal, 'out'>, value: unknown): void {
  out.write(`${JSON.stringify(value)}\n`);
}
