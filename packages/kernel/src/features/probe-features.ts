import { accessSync, constants } from 'node:fs';
import { KernelError } from '../kernel-error.ts';
import { VerifierError } from '../program/load-program.ts';
import { enableRunStats } from '../program/run-stats.ts';
import { tracefs } from '../tracefs/tracefs.ts';
import { attachFeatures } from './attach-features.ts';
import type { Feature } from './feature.ts';
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
    accessSync('/sys/kernel/btf/vmlinux', constants.R_OK);
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
  enableRunStats().close();
  return null;
}

/** What this kernel, and this process in it, can do; with a reason for each thing it cannot. */
export interface KernelFeatures {
  readonly features: readonly string[];
  readonly missing: Readonly<Record<string, string>>;
}

let probed: KernelFeatures | null = null;

/** Tries every feature once in the life of this process; a kernel does not learn while it runs. */
export function probeFeatures(): KernelFeatures {
  probed ??= probeAll();
  return probed;
}

function probeAll(): KernelFeatures {
  const present: string[] = [];
  const missing: Record<string, string> = {};
  for (const { name, probe } of features) {
    const reason = reasonOf(probe);
    if (reason === null) present.push(name);
    else missing[name] = reason;
  }
  return { features: present, missing };
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
