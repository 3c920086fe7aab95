import { styleText } from 'node:util';
import type { CliError } from './cli-error.ts';
import { printable } from './render/printable.ts';

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';
/** Styles a text, or leaves it as it is where colour does not belong. */
export type Paint = (style: Style, text: string) => string;

export const plain: Paint = (_, text) => text;

/** Where a command writes. Results go to `out`, everything about them to `err`. */
export interface Terminal {
  readonly out: NodeJS.WritableStream;
  readonly err: NodeJS.WritableStream;
  readonly outIsTerminal: boolean;
  readonly errIsTerminal: boolean;
  /** Columns of stdout's terminal; undefined where it is none. */
  readonly columns: number | undefined;
  readonly paint: Paint;
  readonly paintErr: Paint;
}

export function processTerminal(): Terminal {
  const { stdout, stderr } = process;
  return {
    out: stdout,
    err: stderr,
    outIsTerminal: stdout.isTTY === true,
    errIsTerminal: stderr.isTTY === true,
    // A terminal that does not know its size says 0.
    columns: stdout.isTTY ? stdout.columns || 80 : undefined,
    paint: painter(stdout),
    paintErr: painter(stderr),
  };
}

/** Colour is for terminals only, and not where NO_COLOR (no-color.org) or TERM=dumb says so. */
function painter(stream: NodeJS.WriteStream): Paint {
  const coloured = stream.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb';
  return coloured ? (style, text) => styleText(style, text, { validateStream: false }) : plain;
}

/** Prints an error as every command does: what is wrong, and what to do next. */
export function printError({ err, paintErr }: Pick<Terminal, 'err' | 'paintErr'>, error: CliError): void {
  const safe = (text: string) => printable(text, '\n\t');
  if (error.report !== undefined) {
    err.write(`${safe(error.report)}\n`);
  }
  err.write(`${paintErr('red', 'bpfleet:')} ${safe(error.message)}\n`);
  if (error.hint !== undefined) {
    err.write(`${paintErr('dim', safe(error.hint))}\n`);
  }
}
