import { arch, cpus, hostname, release, totalmem } from 'node:os';

/** The machine as users name it. Memory in bytes. */
export interface NodeIdentity {
  readonly hostname: string;
  /** `x86-64`, `arm64`, or what Node calls another one. */
  readonly arch: string;
  /** As `uname -r` prints. */
  readonly kernel: string;
  readonly cpus: number;
  readonly memoryBytes: number;
}

export function nodeIdentity(): NodeIdentity {
  return {
    hostname: hostname(),
    arch: arch() === 'x64' ? 'x86-64' : arch(),
    kernel: release(),
    cpus: cpus().length,
    memoryBytes: totalmem(),
  };
}
