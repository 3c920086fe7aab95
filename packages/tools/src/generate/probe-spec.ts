import { ParameterError } from '../parameters/parameter-problem.ts';

/** A probe as BCC's tools are given it: `[{p,r,t,u}:][LIBRARY:]FUNCTION`, `t:CATEGORY:EVENT`. */
export interface ProbeSpec {
  /** entry and return of functions, tracepoints, and static probes of programs (USDT). */
  readonly kind: 'entry' | 'return' | 'tracepoint' | 'usdt';
  /** A program or library, or the category of a tracepoint; empty: the kernel. */
  readonly place: string;
  /** May have wildcards. */
  readonly name: string;
}

const KINDS: Readonly<Record<string, ProbeSpec['kind']>> = { p: 'entry', r: 'return', t: 'tracepoint', u: 'usdt' };
/** No quotation mark, bracket, brace, comma or space: the text goes into a script. */
const PART = /^[\w.*?+/@~-]{1,256}$/;

/** @param parameter what problems call it. Throws ParameterError. */
export function readProbe(text: string, parameter: string): ProbeSpec {
  const wrong = (message: string) => new ParameterError([{ name: parameter, message: `"${text}" ${message}` }]);
  const parts = text.trim().split(':');
  const kind = parts.length > 1 ? KINDS[parts[0] ?? ''] : undefined;
  const rest = kind === undefined ? parts : parts.slice(1);
  const [place = '', ...names] = rest.length === 1 ? ['', ...rest] : rest;
  const name = names.join(':');
  if (rest.length > 3 || (names.length > 1 && kind !== 'usdt'))
    throw wrong('has too many parts: write LIBRARY:FUNCTION');
  if (name === '') throw wrong('names no function');
  for (const part of [...(place === '' ? [] : [place]), ...names]) {
    if (!PART.test(part)) throw wrong(`is no probe: "${part}" is no name`);
  }
  if (kind === 'tracepoint' && place === '') throw wrong('is no tracepoint: write t:CATEGORY:EVENT');
  if (kind === 'usdt' && place === '') throw wrong('is no static probe: write u:LIBRARY:PROBE');
  return { kind: kind ?? 'entry', place, name };
}

/** As a script has it. `through`: what a function of the kernel is probed by. */
export function attachPoint({ kind, place, name }: ProbeSpec, through: 'kprobe' | 'fentry' = 'kprobe'): string {
  switch (kind) {
    case 'tracepoint':
      return `tracepoint:${place}:${name}`;
    case 'usdt':
      return `usdt:${place}:${name}`;
    case 'entry':
      return place === '' ? `${through}:${name}` : `uprobe:${library(place)}:${name}`;
    case 'return':
      if (place !== '') return `uretprobe:${library(place)}:${name}`;
      return through === 'kprobe' ? `kretprobe:${name}` : `fexit:${name}`;
  }
}

/** BCC calls the C library `c`. */
function library(place: string): string {
  return place === 'c' ? 'libc' : place;
}
