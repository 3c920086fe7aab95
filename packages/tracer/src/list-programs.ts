import { type DebugInfo, DwarfError, DwarfTypes, type ElfFunction } from '@bpfleet/bpf';
import { findExecutable, findExecutables, hasFeature, hasOwnMounts, processFiles, processPath } from '@bpfleet/kernel';
import type { ListedProbe, NoDebugInfo, ProbeCandidate } from './listed-probe.ts';

/** Probes on the functions of programs and libraries, and the static probes in them. None where there is no such file. */
export function* programProbes(provider: string, file: string, pid?: number): Generator<ProbeCandidate> {
  if (!hasFeature('uprobe')) return;
  for (const { path, functions, staticProbes, debugInfo } of filesOf(file, pid)) {
    if (provider !== 'usdt') {
      for (const one of functions) {
        const name = `${provider}:${path}:${one.name}`;
        yield provider === 'uprobe' ? { name, arguments: () => programArguments(path, debugInfo(), one) } : { name };
      }
    } else {
      const names = staticProbes().map((probe) => `usdt:${path}:${probe.provider}:${probe.name}`);
      for (const name of [...new Set(names)].sort()) yield { name };
    }
  }
}

/** None where nothing tells of the function, or what does is damaged. */
function programArguments(
  program: string,
  info: DebugInfo | { readonly reason: string },
  { address, name }: ElfFunction,
): ListedProbe['arguments'] | NoDebugInfo {
  if ('reason' in info) return { program };
  const types = new DwarfTypes(info, 0);
  try {
    const found = types.functionAt(address, name);
    return (found?.parameters ?? []).map((parameter) => ({ type: types.text(parameter.type), name: parameter.name }));
  } catch (error) {
    if (error instanceof DwarfError) return [];
    throw error;
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
