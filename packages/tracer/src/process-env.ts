import type { CompileEnv, ExecutableSource, TracedProcess } from '@bpfleet/compiler';
import { findExecutable, hasOwnMounts, processFiles, processPath } from '@bpfleet/kernel';

/**
 * What changes where one process is traced: its files are known, and the paths of the script are those it sees itself,
 * which are others than ours where it has mounts of its own.
 */
export function processEnv(
  pid: number,
  { executables }: CompileEnv,
): { readonly process: TracedProcess; readonly executables?: ExecutableSource } {
  const process = { pid, files: () => processFiles(pid) };
  if (executables === undefined || !hasOwnMounts(pid)) return { process };
  const find = (name: string) => {
    const seen = name.startsWith('/') && !name.startsWith('/proc/') ? processPath(pid, name) : name;
    const found = findExecutable(seen);
    return 'reason' in found ? executables.find(name) : found;
  };
  return { process, executables: { ...executables, find } };
}
