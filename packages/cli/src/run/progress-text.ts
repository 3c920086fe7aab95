import type { SessionResource } from '@bpfleet/client';
import { parseDuration } from '@bpfleet/runtime';
import { grouped, plural } from '../render/number.ts';
import { printable } from '../render/printable.ts';

/** One line on how far a session is: `running 3 s of 8 s, 3 of 3 nodes, 1,234 records`. */
export function progressText(resource: SessionResource, now: number): string {
  const { session, answer, queue } = resource;
  if (queue !== null) {
    const seconds = Math.max(0, Math.round((Date.parse(queue.startsAt) - now) / 1000));
    const why = queue.waitsFor === null ? '' : ` for ${printable(queue.waitsFor)}`;
    return `waiting${why}, number ${queue.position} in line, at most ${grouped(seconds)} s to go`;
  }
  const parts = [session.state as string];
  if (session.startedAt !== null) {
    const seconds = Math.max(0, Math.floor((now - Date.parse(session.startedAt)) / 1000));
    const total = parseDuration(resource.for) / 1000;
    parts[0] += seconds < total ? ` ${seconds} s of ${total} s` : `, collecting what is left after ${total} s`;
  }
  const ended = answer.complete + answer.partial + answer.failed + answer.offline + answer.skipped;
  const running = answer.nodes.filter(({ state }) => state === 'running').length;
  parts.push(`${grouped(running)} of ${plural(answer.targets, 'node')} running`);
  if (ended > 0) {
    parts.push(`${grouped(ended)} ended`);
  }
  const records = answer.nodes.reduce((sum, { produced }) => sum + BigInt(produced), 0n);
  parts.push(plural(records.toString(), 'record'));
  return parts.join(', ');
}
