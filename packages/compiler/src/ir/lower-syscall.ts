import type { ByteSize } from '@bpfleet/bpf';
import type { CompileEnv } from '../env.ts';
import type { AllSyscalls } from '../probes/provider.ts';
import { syscallPart } from '../types/syscall-part.ts';
import { syscallRegisters } from '../types/syscall-registers.ts';
import type { TracepointField } from '../types/tracepoint-format.ts';
import type { Type } from '../types/type.ts';
import { currentTask } from './current-task.ts';
import { resize } from './lower-number.ts';
import type { Lowering } from './lowering.ts';
import { readInteger } from './read-memory.ts';
import { inRegister, type Operand } from './value.ts';

/** The raw tracepoints of all system calls pass `struct pt_regs *` and then the number, or what the call returned. */
const SECOND = 8;
/** The records of the events of `raw_syscalls`: the number, then the arguments or what the call returned, 8 bytes each. */
const RECORD_NUMBER = 8;
const RECORD_FIRST = 16;

/** An argument of `sys_enter_*`, or `ret` of `sys_exit_*`, in a program at the tracepoint of all system calls. */
export function lowerSyscallField(lowering: Lowering, all: AllSyscalls, field: TracepointField, type: Type): Operand {
  const { builder, env } = lowering;
  const part = syscallPart(field, all.at);
  if (part === undefined) throw new Error(`${field.name} is in no register`);
  const [size, signed] = type.kind === 'integer' ? [type.size, type.signed] : ([8, false] as const);
  if (part.kind === 'number') return resize(builder, lowerSyscallNumber(lowering, all), size, signed);
  if (part.kind === 'result') {
    const offset = all.context === 'record' ? RECORD_FIRST : SECOND;
    return resize(builder, builder.load(8, inRegister(builder.context(), offset)), size, signed);
  }
  if (all.context === 'record') {
    const loaded = builder.load(8, inRegister(builder.context(), RECORD_FIRST + part.index * 8));
    return resize(builder, loaded, size, signed);
  }
  const offset = syscallRegisters[env.arch].arguments[part.index];
  if (offset === undefined) throw new Error(`a system call has no argument ${field.name}`);
  return resize(builder, loadRegister(lowering, all, offset, size), size, signed);
}

/** The number of the call, which may be negative or foreign. */
export function lowerSyscallNumber(lowering: Lowering, all: AllSyscalls): number {
  const { builder, env } = lowering;
  if (all.context === 'record') return builder.load(8, inRegister(builder.context(), RECORD_NUMBER));
  if (all.at === 'enter') return builder.load(8, inRegister(builder.context(), SECOND));
  const loaded = loadRegister(lowering, all, syscallRegisters[env.arch].number, 4);
  return builder.register(resize(builder, loaded, 4, true));
}

/** Goes to block `foreign` where the thread is in a call by the 32-bit way, whose numbers mean other calls. */
export function lowerCompatCheck(lowering: Lowering, all: AllSyscalls, foreign: number): void {
  const { builder, env } = lowering;
  const { bit } = syscallRegisters[env.arch].compat;
  const offset = compatOffset(env);
  if (offset === undefined) throw new Error('this kernel does not tell where the mark of 32-bit calls is');
  const mark =
    all.context === 'typed'
      ? builder.load(4, inRegister(currentTask(lowering), offset))
      : builder.frame.scope(() => {
          const task = builder.call('get_current_task');
          return readInteger(lowering, builder.binary('add', task, BigInt(offset)), 'kernel', 4);
        });
  const native = builder.newBlock();
  builder.branch('ne', builder.binary('and', mark, bit), 0n, foreign, native);
  builder.startBlock(native);
}

/** Bytes from the start of `task_struct` to the mark of 32-bit calls; undefined where this kernel's BTF has it not. */
export function compatOffset({ arch, types }: CompileEnv): number | undefined {
  const task = types?.record('struct', 'task_struct');
  const info = task === undefined ? undefined : types?.member(task, 'thread_info');
  const record = info === undefined ? undefined : types?.resolve(info.type);
  if (types === undefined || info === undefined || record?.kind !== 'record') return undefined;
  const mark = types.member(record.id, syscallRegisters[arch].compat.field);
  return mark === undefined ? undefined : (info.bitOffset + mark.bitOffset) / 8;
}

function loadRegister(lowering: Lowering, all: AllSyscalls, offset: number, size: ByteSize): number {
  const { builder } = lowering;
  const registers = builder.load(8, inRegister(builder.context(), 0));
  if (all.context === 'typed') return builder.load(size, inRegister(registers, offset));
  return readInteger(lowering, builder.binary('add', registers, BigInt(offset)), 'kernel', size);
}
