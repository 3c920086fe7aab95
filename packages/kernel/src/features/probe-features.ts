import { closeSync, openSync } from 'node:fs';
import { KernelError } from '../kernel-error.ts';
import { VerifierError } from '../program/load-program.ts';
import { countsRunsAlways, enableRunStats } from '../program/run-stats.ts';
import { tracefs } from '../tracefs/tracefs.ts';
import { attachFeatures } from './attach-features.ts';
import type { Feature } from './feature.ts';
import { kernelKinds } from './kernel-kinds.ts';
import { type KnownFeatures, knownFeatures } from './known-features.ts';
import { instructionFeatures, mapFeatures } from './map-features.ts';

const features: readonly Feature[] = [
  { name: 'btf', probe: probeBtf },
  { name: 'tracefs', probe: probeTracefs },
  ...mapFeatures,
  ...instructionFeatures,
  ...attachFeatures,
  { name: 'run_stats', probe: probeRunStats },
];

function probeBtf(): string | null {
  try {
    closeSync(openSync('/sys/kernel/btf/vmlinux', 'r'));
    return null;
  } catch {
    return 'this kernel gives no /sys/kernel/btf/vmlinux (CONFIG_DEBUG_INFO_BTF)';
  }
}

function probeTracefs(): null {
  tracefs();
  return null;
}

function probeRunStats(): null {
  if (!countsRunsAlways()) enableRunStats().close();
  return null;
}

/** What this kernel, and this process in it, can do; with a reason for each thing it cannot. */
export interface KernelFeatures {
  readonly features: readonly string[];
  readonly missing: Readonly<Record<string, string>>;
}

/** To be raised where a probe changes in what it finds. */
const REVISION = 3;
let before: KnownFeatures | null = null;

/** By feature: null, or why it is missing. A kernel does not learn while it runs. */
const probed = new Map<string, string | null>();

/** Tries every feature that has not been tried yet; all of them take some 200 ms. And which types and helpers there are, without a reason for what is not. */
export function probeFeatures(): KernelFeatures {
  const present: string[] = [];
  const missing: Record<string, string> = {};
  for (const feature of features) {
    const reason = reasonMissing(feature);
    if (reason === null) present.push(feature.name);
    else missing[feature.name] = reason;
  }
  return { features: [...present, ...kernelKinds()], missing };
}

/** Whether this kernel has one feature; tries only that. */
export function hasFeature(name: string): boolean {
  return whyMissing(name) === null;
}

/** Why this kernel, or this process in it, has not one feature, as a sentence; null where it has. Tries only that. */
export function whyMissing(name: string): string | null {
  const feature = features.find((candidate) => candidate.name === name);
  if (feature === undefined) throw new Error(`no feature is called ${name}`);
  return reasonMissing(feature);
}

function reasonMissing({ name, probe }: Feature): string | null {
  const known = probed.get(name);
  if (known !== undefined) return known;
  before ??= knownFeatures(REVISION);
  const reason = before.has(name) ? null : reasonOf(probe);
  if (reason === null && !before.has(name)) before.add(name);
  probed.set(name, reason);
  return reason;
}

function reasonOf(probe: Feature['probe']): string | null {
  try {
    return probe();
  } catch (error) {
    if (error instanceof VerifierError) return error.refusal.reason;
    if (error instanceof KernelError) return error.message;
    throw error;
  }
}
