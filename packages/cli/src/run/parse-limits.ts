import { AmountError } from '@bpfleet/runtime';
import { wrongRequest } from '../cli-error.ts';

/** What each limit of `--limit` is called, and how its value is read. Throws AmountError. */
export type LimitReaders<L> = Readonly<Record<string, (text: string) => L>>;

/** Reads `name=value,name=value`. `examples` tell which limits there are. Throws CliError. */
export function parseLimitsBy<L extends object>(readers: LimitReaders<L>, examples: string, text: string): L {
  return Object.assign({}, ...text.split(',').map((part) => parseLimit(readers, examples, part)));
}

function parseLimit<L>(readers: LimitReaders<L>, examples: string, part: string): L {
  const [name = '', value = ''] = part.split('=').map((side) => side.trim());
  const read = Object.hasOwn(readers, name) ? readers[name] : undefined;
  if (read === undefined) {
    throw wrongRequest(`--limit ${part}: there is no limit "${name}".`, `Limits are ${examples}.`);
  }
  try {
    return read(value);
  } catch (error) {
    if (!(error instanceof AmountError)) throw error;
    throw wrongRequest(`--limit ${part}: ${error.message}.`);
  }
}
