import { ContractError, decodeLoss, type Manifest, Manifest_Outcome, timestampMs } from '@bpfleet/contracts';
import { plainText } from '../sessions/program-diagnostics.ts';
import type { StoredManifest } from '../sessions/report.repository.ts';

const maxCount = 2n ** 62n;
/** The end of the year 9999. */
const lastMs = 253_402_300_799_000;

/** A manifest that can be stored. Throws ContractError. */
export function readManifest(manifest: Manifest): StoredManifest {
  const { sessionId, bootEpoch, firstSeq, lastSeq, produced } = manifest;
  const { kernel, sampledOut, truncated, evicted, mapFull, readFailed } = decodeLoss(manifest.lost);
  const lost = [kernel, sampledOut, truncated, evicted, mapFull, readFailed] as const;
  if ([bootEpoch, firstSeq, lastSeq, produced, ...lost].some((count) => count >= maxCount)) {
    throw new ContractError('manifest', 'has a count that is out of range');
  }
  if (firstSeq > lastSeq || (firstSeq === 0n) !== (lastSeq === 0n)) {
    throw new ContractError('manifest.first_seq', 'does not fit last_seq');
  }
  const overhead = manifest.overhead >= 0 && Number.isFinite(manifest.overhead) ? manifest.overhead : null;
  return {
    sessionId,
    bootEpoch,
    firstSeq,
    lastSeq,
    produced,
    lost,
    outcome: outcomeOf(manifest.outcome),
    reason: plainText(manifest.reason),
    startedAt: dateOf(manifest.startedAt),
    endedAt: dateOf(manifest.endedAt),
    overhead,
  };
}

function outcomeOf(outcome: Manifest_Outcome): StoredManifest['outcome'] {
  switch (outcome) {
    case Manifest_Outcome.COMPLETE:
      return 'complete';
    case Manifest_Outcome.PARTIAL:
      return 'partial';
    case Manifest_Outcome.FAILED:
      return 'failed';
    case Manifest_Outcome.SKIPPED:
      return 'skipped';
    default:
      throw new ContractError('manifest.outcome', 'is none that is known');
  }
}

function dateOf(timestamp: Parameters<typeof timestampMs>[0] | undefined): Date | null {
  const ms = timestamp === undefined ? Number.NaN : timestampMs(timestamp);
  return ms >= 0 && ms <= lastMs ? new Date(ms) : null;
}
