import { bpfleetProgram } from '../program.ts';
import { plain, type Terminal } from '../terminal.ts';
import { toCliError } from '../to-cli-error.ts';

/** Runs a command as main.ts does, where nothing is a terminal. */
export async function bpfleet(...args: string[]) {
  let out = '';
  let err = '';
  const sink = (add: (text: string) => unknown) => ({ write: add }) as unknown as NodeJS.WritableStream;
  const terminal: Terminal = {
    out: sink((text) => (out += text)),
    err: sink((text) => (err += text)),
    outIsTerminal: false,
    errIsTerminal: false,
    columns: undefined,
    paint: plain,
    paintErr: plain,
  };
  let status = 0;
  try {
    await bpfleetProgram(terminal, (given) => (status = given))
      .exitOverride()
      .parseAsync(args, { from: 'user' });
  } catch (error) {
    const known = toCliError(error);
    status = known.status;
    err += [known.report, known.message, known.hint].filter(Boolean).join('\n');
  }
  return { out, err, status };
}
