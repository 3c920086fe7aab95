import { Manifest_Outcome, ManifestSchema, timestampMs } from '@bpfleet/contracts';
import { fromBinary } from '@bufbuild/protobuf';
import type { RunState } from '../spool/spool-state.ts';
import { encodeManifest, manifestOf } from './manifest.ts';
import { measuredOf } from './session-run.ts';

/**
 * The manifest of a run that an earlier process was measuring when it died: what its frames and losses say, and how far
 * it came. Null for a run that had ended properly.
 */
export function manifestOfKilled(run: Readonly<RunState>, epoch: bigint): Uint8Array | null {
  if (run.manifest !== null || run.epoch >= epoch) return null;
  const skeleton = fromBinary(ManifestSchema, run.skeleton);
  const startedAt = skeleton.startedAt ? timestampMs(skeleton.startedAt) : null;
  const measured = measuredOf(run.until - (startedAt ?? run.until), run.durationMs);
  const at = run.until > 0 ? ` at about ${new Date(run.until).toISOString()}` : '';
  return encodeManifest(
    manifestOf(run, {
      outcome: Manifest_Outcome.PARTIAL,
      reason: `agent was killed${at}; ${measured}`,
      startedAt,
      endedAt: run.until > 0 ? run.until : null,
      overhead: null,
      diagnostics: [],
      maps: skeleton.maps,
      variant: skeleton.variant,
    }),
  );
}
