import {
  type Diagnostic,
  encodeLoss,
  type Manifest,
  type Manifest_Outcome,
  ManifestSchema,
  type MapSchema,
  timestampFromMs,
} from '@bpfleet/contracts';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import type { RunState } from '../spool/spool-state.ts';

/** How a run ended. Times in milliseconds since the Unix epoch; null where it never ran. */
export interface RunEnd {
  readonly outcome: Manifest_Outcome;
  readonly reason: string;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  /** Null where the kernel does not count it. */
  readonly overhead: number | null;
  readonly diagnostics: readonly Diagnostic[];
  readonly maps: readonly MapSchema[];
  /** Which of several was taken; empty where there is one. */
  readonly variant: string;
}

const maxReasonLength = 2000;

/**
 * The account of a run, as far as the spool knows it.
 * Law: produced = records in frames + lost in the kernel, by sampling and in full maps; evicted ones were in frames.
 */
export function manifestOf(
  run: Pick<RunState, 'session' | 'epoch' | 'last' | 'total' | 'lost' | 'evicted'>,
  end: RunEnd,
): Manifest {
  const { kernel, sampledOut, mapFull, truncated, readFailed = 0n } = run.lost;
  return create(ManifestSchema, {
    sessionId: run.session,
    bootEpoch: run.epoch,
    firstSeq: run.last > 0n ? 1n : 0n,
    lastSeq: run.last,
    produced: run.total + kernel + sampledOut + mapFull,
    lost: encodeLoss({ kernel, sampledOut, truncated, mapFull, readFailed, evicted: run.evicted }),
    outcome: end.outcome,
    reason: end.reason.slice(0, maxReasonLength),
    ...(end.startedAt === null ? {} : { startedAt: timestampFromMs(Math.round(end.startedAt)) }),
    ...(end.endedAt === null ? {} : { endedAt: timestampFromMs(Math.round(end.endedAt)) }),
    overhead: end.overhead ?? -1,
    diagnostics: [...end.diagnostics],
    maps: [...end.maps],
    variant: end.variant,
  });
}

/** A manifest from the spool as it is to be sent now: frames may have been evicted since it was written. */
export function manifestToSend(run: Pick<RunState, 'manifest' | 'evicted'>): Manifest | null {
  if (!run.manifest) return null;
  const manifest = fromBinary(ManifestSchema, run.manifest);
  if (manifest.lost) manifest.lost.evicted = run.evicted;
  return manifest;
}

export const encodeManifest = (manifest: Manifest): Uint8Array => toBinary(ManifestSchema, manifest);
