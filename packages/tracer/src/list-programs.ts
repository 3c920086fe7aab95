import { findExecutable, findExecutables, hasFeature, hasOwnMounts, processFiles, processPath } from '@bpfleet/kernel';
import type { ProbeCandidate } from './listed-probe.ts';

/** Probes on the functions of programs and libraries, and the static probes in them. None where there is no such file. */
export function* programProbes(provider: string, file: string, pid?: number): Generator<ProbeCandidate> {
  if (!hasFeature('uprobe')) return;
  for (const { path, functions, staticProbes } of filesOf(file, pid)) {
    if (provider !== 'usdt') for (const { name } of functions) yield { name: `${provider}:${path}:${name}` };
    else {
      const names = staticProbes().map((probe) => `usdt:${path}:${probe.provider}:${probe.name}`);
      for (const name of [...new Set(names)].sort()) yield { name };
    }
  }
}

function filesOf(file: string, pid: number | undefined) {
  if (file === '*' || file === '') {
    return (pid === undefined ? [] : processFiles(pid)).flatMap((path) => {
      const found = findExecutable(path);
      return 'reason' in found ? [] : [found];
    });
  }
  if (/[*?[]/.test(file)) return findExecutables(file);
  const inside = pid !== undefined && file.startsWith('/') && hasOwnMounts(pid);
  const found = findExecutable(inside ? processPath(pid, file) : file);
  return 'reason' in found ? [] : [found];
}
