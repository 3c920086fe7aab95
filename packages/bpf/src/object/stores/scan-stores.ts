import { helperNumber } from '../../asm/helper-names.ts';
import type { Instruction } from '../../asm/instruction.ts';
import { Alu, Class, classOf, Jump, LDDW, Mode, PSEUDO_CALL, Size, Source } from '../../asm/opcode.ts';
import { type Store, StoredMemory } from './stored-memory.ts';
import { fromContext, RETURN, resultOf, STACK, shifted, storedName, type Value } from './value.ts';

/** A record as a program sends it. */
export interface SentRecord {
  /** The ring or perf buffer. */
  readonly map: string;
  /** Bytes. */
  readonly size: number;
  readonly stores: readonly Store[];
}

type Registers = (Value | undefined)[];
interface State {
  readonly registers: Registers;
  /** Registers that were put on the stack, by where. */
  readonly spilled: Map<number, Value>;
}

const SIZES: Readonly<Record<number, number>> = { [Size.B]: 1, [Size.H]: 2, [Size.W]: 4, [Size.DW]: 8 };
const FRAME = 10;
const HALF = 32n;
/** Bounds of what a hostile object can have remembered: records, states at jumps, registers on the stack. */
const MAX_RECORDS = 1_000;
const MAX_WAITING = 512;
const STACK_BYTES = 512;
const [LOOKUP, RESERVE, RING_OUTPUT, PERF_OUTPUT, COMM] = [
  ...(['map_lookup_elem', 'ringbuf_reserve', 'ringbuf_output', 'perf_event_output', 'get_current_comm'] as const),
].map(helperNumber);
const TEXTS = ['probe_read_str', 'probe_read_user_str', 'probe_read_kernel_str'].map(helperNumber);
const READS = ['probe_read', 'probe_read_user', 'probe_read_kernel'].map(helperNumber);

/**
 * What programs store in the records that they send, found by going through their instructions once, in their order: clang lays code
 * out so that what a record is filled with comes before what sends it. It is a guess, never more.
 */
export class StoreScan {
  readonly #memories = new Map<string, StoredMemory>();
  /** Of records in memory that others may fill as well, so that they are looked at in the end. */
  readonly #sent: { readonly map: string; readonly size: number; readonly memory: string; readonly from: number }[] =
    [];
  readonly #done: SentRecord[] = [];
  #reserved = 0;

  /**
   * The instructions of one section; `maps`: which of them load a map, by their bytes' place. `isExit`: its programs are called at the
   * end of a system call.
   */
  section(instructions: readonly Instruction[], maps: ReadonlyMap<number, string>, isExit = false): void {
    const waiting = new Map<number, State>();
    let state: State | null = null;
    let slot = 0;
    for (const each of instructions) {
      state ??= waiting.get(slot) ?? this.#fresh(isExit);
      waiting.delete(slot);
      const { opcode } = each;
      const kind = classOf(opcode);
      const next = slot + (opcode === LDDW ? 2 : 1);
      const isJump = (kind === Class.JMP || kind === Class.JMP32) && (opcode & 0xf0) !== Jump.CALL;
      if (isJump && (opcode & 0xf0) !== Jump.EXIT) {
        const target = next + (kind === Class.JMP32 && (opcode & 0xf0) === Jump.JA ? Number(each.imm) : each.offset);
        if (target > slot && !waiting.has(target) && waiting.size < MAX_WAITING) waiting.set(target, copyOf(state));
      }
      if (isJump) state = (opcode & 0xf0) === Jump.EXIT || (opcode & 0xf0) === Jump.JA ? null : state;
      else this.#step(each, state, maps.get(slot * 8));
      slot = next;
    }
  }

  /** All that were sent. */
  finish(): readonly SentRecord[] {
    const late = this.#sent.map(({ map, size, memory, from }) => ({
      ...{ map, size },
      stores: this.#memory(memory).within(from, size),
    }));
    return [...this.#done, ...late];
  }

  get #hasRoom(): boolean {
    return this.#sent.length + this.#done.length < MAX_RECORDS;
  }

  #fresh(isExit: boolean): State {
    this.#memory(STACK).clear();
    const registers: Registers = new Array<Value | undefined>(FRAME + 1).fill(undefined);
    registers[FRAME] = { kind: 'pointer', memory: STACK, offset: 0 };
    if (isExit) registers[1] = { kind: 'context' };
    return { registers, spilled: new Map() };
  }

  #memory(name: string): StoredMemory {
    const known = this.#memories.get(name) ?? new StoredMemory();
    this.#memories.set(name, known);
    return known;
  }

  #step(each: Instruction, { registers, spilled }: State, map: string | undefined): void {
    const { opcode, dst, src, offset, imm } = each;
    switch (classOf(opcode)) {
      case Class.LD:
        registers[dst] = map === undefined ? { kind: 'constant', value: imm } : { kind: 'map', name: map };
        break;
      case Class.LDX: {
        const from = registers[src];
        const isSpilled = from?.kind === 'pointer' && from.memory === STACK && (opcode & 0x18) === Size.DW;
        const read = from?.kind === 'context' ? fromContext(offset, SIZES[opcode & 0x18] ?? 0) : undefined;
        registers[dst] = isSpilled ? spilled.get(from.offset + offset) : read;
        break;
      }
      case Class.ST:
      case Class.STX: {
        if ((opcode & 0xe0) !== Mode.MEM) break;
        const value = classOf(opcode) === Class.ST ? ({ kind: 'constant', value: imm } as const) : registers[src];
        this.#store(registers[dst], offset, SIZES[opcode & 0x18] ?? 8, value, spilled);
        break;
      }
      case Class.ALU:
      case Class.ALU64:
        registers[dst] = computed(each, registers);
        break;
      case Class.JMP:
        this.#call(each, registers);
        break;
    }
  }

  #store(to: Value | undefined, at: number, size: number, value: Value | undefined, spilled: Map<number, Value>): void {
    if (to?.kind !== 'pointer') return;
    const offset = to.offset + at;
    if (to.memory === STACK) {
      if (value === undefined || size !== 8) spilled.delete(offset);
      else if (offset >= -STACK_BYTES && offset < 0) spilled.set(offset, value);
    }
    if (value?.kind === 'pointer' || value?.kind === 'map' || value?.kind === 'context') return;
    if (value?.kind === 'constant' && value.value === 0n) return;
    const name = storedName(value, size);
    const named = { ...(name !== undefined && { name }), ...(name === RETURN && { signed: true as const }) };
    this.#memory(to.memory).add({ offset, size, kind: 'number', ...named });
  }

  #call({ src, imm }: Instruction, registers: Registers): void {
    const [, first, second, third, fourth, fifth] = registers;
    const helper = src === PSEUDO_CALL ? -1 : Number(imm);
    registers.fill(undefined, 0, 6);
    registers[0] = resultOf(helper);
    if (helper === LOOKUP && first?.kind === 'map') registers[0] = pointer(`map ${first.name}`);
    else if (helper === RESERVE && first?.kind === 'map' && second?.kind === 'constant' && this.#hasRoom) {
      const memory = `reserved ${this.#reserved++}`;
      registers[0] = pointer(memory);
      this.#sent.push({ map: first.name, size: Number(second.value), memory, from: 0 });
    } else if (helper === RING_OUTPUT) this.#send(first, second, third);
    else if (helper === PERF_OUTPUT) this.#send(second, fourth, fifth);
    else if (helper === COMM) this.#fill(first, second, 'text', 'comm');
    else if (TEXTS.includes(helper)) this.#fill(first, second, 'text');
    else if (READS.includes(helper)) this.#fill(first, second, 'bytes');
  }

  #send(map: Value | undefined, data: Value | undefined, length: Value | undefined): void {
    if (map?.kind !== 'map' || data?.kind !== 'pointer' || length?.kind !== 'constant' || !this.#hasRoom) return;
    const sent = { map: map.name, size: Number(length.value), memory: data.memory, from: data.offset };
    if (data.memory !== STACK) this.#sent.push(sent);
    else this.#done.push({ map: sent.map, size: sent.size, stores: this.#memory(STACK).within(sent.from, sent.size) });
  }

  #fill(to: Value | undefined, length: Value | undefined, kind: 'text' | 'bytes', name?: string): void {
    if (to?.kind !== 'pointer' || length?.kind !== 'constant' || length.value <= 0n) return;
    const size = Number(length.value);
    const isNumber = kind === 'bytes' && [1, 2, 4, 8].includes(size);
    const what = { offset: to.offset, size, kind: isNumber ? ('number' as const) : kind };
    this.#memory(to.memory).add({ ...what, ...(name !== undefined && { name }) });
  }
}

function pointer(memory: string): Value {
  return { kind: 'pointer', memory, offset: 0 };
}

function copyOf({ registers, spilled }: State): State {
  return { registers: [...registers], spilled: new Map(spilled) };
}

function computed({ opcode, dst, src, imm }: Instruction, registers: Registers): Value | undefined {
  const [own, other] = [registers[dst], (opcode & Source.X) === 0 ? undefined : registers[src]];
  const isConstant = (opcode & Source.X) === 0;
  switch (opcode & 0xf0) {
    case Alu.MOV:
      return isConstant ? { kind: 'constant', value: imm } : other;
    case Alu.ADD:
      return own?.kind === 'pointer' && isConstant ? { ...own, offset: own.offset + Number(imm) } : undefined;
    case Alu.LSH:
      return isConstant && imm === HALF ? shifted(own, 'up') : undefined;
    case Alu.RSH:
    case Alu.ARSH:
      return isConstant && imm === HALF ? shifted(own, 'down') : undefined;
    case Alu.SUB:
      return own?.kind === 'data' && (own.name === 'ts' || own.name === 'delta')
        ? { kind: 'data', name: 'delta' }
        : undefined;
    case Alu.DIV:
      return own?.kind === 'data' && own.name === 'delta' ? own : undefined;
    default:
      return undefined;
  }
}
