import { readdirSync, readFileSync } from 'node:fs';

/** Identifiers of the eBPF programs that a process holds by file descriptor, itself or through a link. */
export function heldPrograms(pid: number): Set<number> {
  const ids = new Set<number>();
  for (const fd of readdirSync(`/proc/${pid}/fdinfo`)) {
    const id = /^prog_id:\s+(\d+)$/m.exec(fdInfo(pid, fd))?.[1];
    if (id !== undefined) ids.add(Number(id));
  }
  return ids;
}

function fdInfo(pid: number, fd: string): string {
  try {
    return readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8');
  } catch {
    // Closed since the folder was read.
    return '';
  }
}
