import { ProgramType } from '@bpfleet/bpf';
import type { CompileEnv } from '../env.ts';
import { parseNumber } from '../syntax/number-literal.ts';
import type { ProbeProvider } from './provider.ts';

const usage = 'watchpoint:address:length:mode';
const lengths = [1n, 2n, 4n, 8n];

/** What the CPUs can watch, letters sorted: x86 cannot tell a read from a write. */
const modes: Readonly<Record<CompileEnv['arch'], readonly string[]>> = {
  'x86-64': ['rw', 'w', 'x'],
  arm64: ['r', 'rw', 'w', 'x'],
};

/** `watchpoint:0x10000000:8:rw`: when memory at an address is used; the CPU has some four of them. */
export const watchpoint: ProbeProvider = {
  name: 'watchpoint',
  aliases: ['w'],
  usage,
  expand(point, { env, diagnostics }) {
    const fail = (message: string, hint = `write ${usage}`) => {
      diagnostics.error('invalid-probe', point.span, message, hint);
      return [];
    };
    const [, addressText = '', lengthText = '', modeText = ''] = point.parts;
    if (point.parts.length !== 4) {
      return fail(`watchpoint probe type requires 3 arguments, found ${point.parts.length - 1}`);
    }
    const address = parseNumber(addressText);
    if ('error' in address) return fail(`Invalid function/address argument: ${address.error}`);
    const length = parseNumber(lengthText);
    if ('error' in length) return fail(`Invalid length argument: ${length.error}`);
    if (address.value === 0n) return fail('watchpoint must be attached to a non-zero address');
    if (!lengths.includes(length.value)) return fail('watchpoint length must be one of (1,2,4,8)');
    const mode = [...modeText].sort().join('');
    if (!/^[rwx]+$/.test(mode)) return fail('watchpoint mode must be combination of (r,w,x)');
    if (/(.)\1/.test(mode)) return fail('watchpoint modes may not be duplicated');
    const supported = modes[env.arch];
    if (!supported.includes(mode))
      return fail(`invalid watchpoint mode: ${mode}`, `supported modes: ${supported.join(',')}`);
    return [
      {
        name: `watchpoint:${addressText}:${length.value}:${modeText}`,
        programType: ProgramType.PERF_EVENT,
        attach: {
          kind: 'watchpoint',
          address: address.value,
          length: Number(length.value),
          mode,
        },
        context: { kind: 'none' },
      },
    ];
  },
};
