import { chunks } from '../database/rows.ts';
import type { FleetResult } from './result.service.ts';

/** With stacks, some 100 KB. */
const entriesPerPiece = 100;

/** A result document as JSON, in pieces: whole, it may be longer than a string can be. */
export function* documentJson({ session, answer, maps, ...rest }: FleetResult): Generator<string, void, void> {
  yield `{"session":${JSON.stringify(session)},"answer":${JSON.stringify(answer)},"maps":[`;
  for (const [index, { entries, ...map }] of maps.entries()) {
    yield `${index === 0 ? '' : ','}${JSON.stringify(map).slice(0, -1)},"entries":[`;
    let separator = '';
    for (const part of chunks(entries, entriesPerPiece)) {
      yield `${separator}${JSON.stringify(part).slice(1, -1)}`;
      separator = ',';
    }
    yield ']}';
  }
  yield `],${JSON.stringify(rest).slice(1)}`;
}
