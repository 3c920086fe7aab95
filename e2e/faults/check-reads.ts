import type { SpooledRun } from '@bpfleet/agent/testing';
import type { ResultDocument } from '@bpfleet/aggregate';
import { type Loss, lossWays, lostBy, sheetDiffers } from './check-sheet.ts';
import { addUp, type MapValues, mapsAfter, type ReadsPayload, readReads } from './reads-script.ts';
import type { StoredFrame } from './stored-frames.ts';

/** kill -9 of an agent. */
export interface AgentDeath {
  /** The workload's last call before it was dead for certain. */
  readonly lastCall: number;
  /** What its spool had of the session then. */
  readonly runs: readonly SpooledRun[];
}

/** An orderly end of an agent. */
export interface AgentStop {
  /** The workload's last calls before it was asked to end, and before it had ended for certain. */
  readonly lastBefore: number;
  readonly lastCall: number;
}

/** What is known of one session on one node: by the workload that it measures, by its agent's spool, and by the database. */
export interface ReadsTruth {
  /** The workload's last calls before the session was made, before it was seen attached (null: it never was), and of all. */
  readonly before: number;
  readonly attachedBy: number | null;
  readonly last: number;
  readonly deaths: readonly AgentDeath[];
  readonly stops: readonly AgentStop[];
  readonly frames: readonly StoredFrame[];
  readonly document: ResultDocument;
}

/** Every way in which the controllers' answer differs from what the workload did and the agent captured. */
export function readsDiffer(truth: ReadsTruth): string[] {
  const payloads = truth.frames.map(({ payload }) => readReads(payload));
  const numbers = payloads.flatMap((each) => each.numbers).sort((a, b) => a - b);
  const lost = lossesOf(truth.document);
  return [
    ...capturedDiffers(truth, lost),
    ...numbersDiffer(truth, numbers, lost),
    ...mapsDiffer(truth, payloads, numbers, lost),
    ...sheetDiffers(truth.document),
    ...stateDiffers(truth, lost),
  ];
}

interface Losses {
  /** Events at most: some of what was evicted were entries of maps. */
  readonly events: number;
  readonly all: number;
  readonly evicted: number;
}

function lossesOf(document: ResultDocument): Losses {
  const by = (...ways: Loss[]) => lostBy(document, ways);
  return { events: by('kernel', 'sampledOut', 'evicted'), all: by(...lossWays), evicted: by('evicted') };
}

/** It died while it measured: there was no account yet. */
const wasCut = ({ deaths }: ReadsTruth): boolean => deaths.some(({ runs }) => runs.some(({ ended }) => !ended));

/**
 * The stop that ended the session, where its account says that one did: what was called before is told, and nothing that was called
 * after. An account that hides a stop lacks the calls that came after it.
 */
function endedByStop({ document, stops, attachedBy, before }: ReadsTruth): AgentStop | undefined {
  if (!document.answer.nodes.some(({ reason }) => /agent was stopped/.test(reason ?? ''))) return undefined;
  return stops.find(({ lastCall }) => lastCall > (attachedBy ?? before));
}

/** What was in the spool when the agent died is stored: every frame once, as it was, and none that was not there. */
function capturedDiffers({ frames, deaths }: ReadsTruth, { evicted }: Losses): string[] {
  const wrong: string[] = [];
  const stored = new Map<string, StoredFrame>();
  for (const frame of frames) {
    const id = `${frame.bootEpoch} ${frame.seq}`;
    if (stored.has(id)) wrong.push(`frame ${id} is stored twice`);
    stored.set(id, frame);
  }
  const epochs = [...new Set(frames.map(({ bootEpoch }) => bootEpoch))];
  if (epochs.length > 1) wrong.push(`it was measured in the epochs ${epochs.join(', ')}`);
  for (const epoch of epochs) {
    const count = frames.filter(({ bootEpoch }) => bootEpoch === epoch).length;
    for (let seq = 1; seq <= count; seq++)
      if (!stored.has(`${epoch} ${seq}`)) wrong.push(`frame ${epoch} ${seq} is not stored`);
  }
  for (const run of deaths.flatMap(({ runs }) => runs)) {
    const ofRun = frames.filter(({ bootEpoch }) => bootEpoch === String(run.epoch));
    const count = ofRun.length;
    if (BigInt(count) < run.last)
      wrong.push(`${run.last} frames of epoch ${run.epoch} were captured, ${count} are stored`);
    // Frames that found no room are known in memory alone, and what stands for them may have been sent.
    const later = ofRun.filter(({ seq, records }) => BigInt(seq) > run.last && records > 0);
    if (!run.ended && later.length > 0) wrong.push(`after frame ${run.epoch} ${run.last} the agent was dead`);
    for (const { seq, payload } of run.frames) {
      const copy = stored.get(`${run.epoch} ${seq}`);
      const stands = evicted > 0 && copy?.records === 0;
      if (copy && !stands && Buffer.compare(copy.payload, payload) !== 0)
        wrong.push(`frame ${run.epoch} ${seq} is not what was captured`);
    }
  }
  return wrong;
}

/** No call is told twice, and no more are missing than were told as lost; from the attach to the end, where the agent lived so long. */
function numbersDiffer(truth: ReadsTruth, numbers: readonly number[], lost: Losses): string[] {
  const wrong: string[] = [];
  const seen = new Set(numbers);
  const twice = numbers.length - seen.size;
  if (twice > 0) wrong.push(`${twice} calls are told twice`);
  const died = truth.deaths.filter(({ runs }) => runs.some(({ ended }) => !ended));
  const stop = endedByStop(truth);
  const ends = stop === undefined ? died : [...died, stop];
  const possible = Math.min(truth.last, ...ends.map(({ lastCall }) => lastCall));
  const [lowest, highest] = [numbers[0], numbers.at(-1)];
  if (lowest !== undefined && highest !== undefined && (lowest <= truth.before || highest > possible))
    wrong.push(`calls ${lowest} to ${highest} are told, ${truth.before + 1} to ${possible} were made`);
  const [first, last] = wasCut(truth)
    ? [lowest ?? 1, highest ?? 0]
    : [Math.min(lowest ?? truth.last + 1, (truth.attachedBy ?? truth.last) + 1), stop?.lastBefore ?? truth.last];
  const told = [...seen].filter((number) => number >= first && number <= last).length;
  const missing = last - first + 1 - told;
  if (missing > lost.events)
    wrong.push(`${missing} of the calls ${first} to ${last} are not told, ${lost.events} records were told as lost`);
  return wrong;
}

/** The maps are the sums of what is stored; and where nothing was lost nor the agent killed, of what was called. */
function mapsDiffer(
  truth: ReadsTruth,
  payloads: readonly ReadsPayload[],
  numbers: readonly number[],
  lost: Losses,
): string[] {
  const found = new Map<string, bigint>();
  for (const { name, entries } of truth.document.maps) {
    for (const { key, value } of entries) found.set([name, ...key].join(' '), BigInt(value as number | string));
  }
  const most = mapsAfter(truth.before + 1, truth.last);
  const wrong = valuesDiffer(found, addUp(payloads), 'by its frames');
  for (const [key, value] of found) {
    const bound = most.get(key) ?? 0n;
    if (value > bound) wrong.push(`${key} is ${value}, it can be ${bound} at most`);
  }
  if (wasCut(truth) || lost.all > 0) return wrong;
  const last = endedByStop(truth) === undefined ? truth.last : (numbers.at(-1) ?? truth.last);
  return [...wrong, ...valuesDiffer(found, mapsAfter(numbers[0] ?? last + 1, last), 'by the workload')];
}

function valuesDiffer(found: MapValues, expected: MapValues, by: string): string[] {
  return [...new Set([...expected.keys(), ...found.keys()])]
    .filter((key) => expected.get(key) !== found.get(key))
    .map((key) => `${key} is ${found.get(key)}, ${by} it should be ${expected.get(key)}`);
}

/** Complete is what was neither cut short nor lost any; all else says why it is not. A spool that takes nothing has nothing attached. */
function stateDiffers(truth: ReadsTruth, lost: Losses): string[] {
  const { attachedBy, frames, document } = truth;
  const isCut = wasCut(truth) || endedByStop(truth) !== undefined;
  const expected = isCut || lost.all > 0 ? 'partial' : 'complete';
  return document.answer.nodes
    .filter(({ state, reason }) => {
      const unattached = attachedBy === null && frames.length === 0 && /spool cannot be written/.test(reason ?? '');
      return state !== (unattached ? 'failed' : expected) || (state === 'partial' && !reason);
    })
    .map(({ state, reason }) => `it is ${state} (${reason}), it should be ${expected}`);
}
