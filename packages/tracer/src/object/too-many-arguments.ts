import { isInKernelRange } from '@bpfleet/bpf';
import type { NodeIdentity } from '@bpfleet/kernel';

/** What trampolines of x86-64 can pass on before 6.6, which has them pass twelve. */
const MAX_ARGUMENTS = 6;

/**
 * Why a function of so many arguments cannot be traced by fentry and fexit; null where it can, or the kernel decides. Such a program
 * loads, and is refused when it is attached: a stable kernel may have given a function one argument more.
 */
export function tooManyArguments(
  name: string,
  count: number,
  { arch, kernel }: Pick<NodeIdentity, 'arch' | 'kernel'>,
): string | null {
  if (arch !== 'x86-64' || count <= MAX_ARGUMENTS || isInKernelRange(kernel, '>=6.6')) return null;
  return `this kernel traces functions of up to ${MAX_ARGUMENTS} arguments this way, and ${name} has ${count}: more need kernel 6.6 or newer`;
}
