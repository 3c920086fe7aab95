import type { ObjectLine, ObjectMap, ObjectProgram, ObjectSpec } from '../../spec/object-spec.ts';
import { slotStarts } from '../encode.ts';
import type { Instruction } from '../instruction.ts';
import { MAX_INSTRUCTIONS, MAX_JUMP } from '../limits.ts';
import { PseudoSource } from '../opcode.ts';
import { mapDirective, programDirective } from './directive.ts';
import { type AssembledLine, assembleInstruction, type JumpTarget } from './instruction-text.ts';
import { LineCursor, LineError } from './line-cursor.ts';

/** Something wrong with a text. Lines and columns count from 1. */
export interface AssemblyError {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export type Assembled = { readonly object: ObjectSpec } | { readonly errors: readonly AssemblyError[] };

/** Lines of the verifier's log are taken as well: `12: (bf) r6 = r1`. What stands in brackets is the opcode. */
const LOGGED = /^(\s*\d+: \(([0-9a-f]{2})\))(.*)$/;

/** How many errors one text may have; the rest would only repeat the same mistake. */
const MAX_ERRORS = 100;

/**
 * Assembles a text in the kernel's syntax, a line an instruction. Directives: `.license "GPL"`, `.map NAME TYPE key=TYPE
 * value=TYPE entries=N`, `.program NAME SECTION`, and labels, `NAME:`. Gives all errors at once.
 *
 * @param file the name that the verifier's messages give
 */
export function assemble(text: string, file = ''): Assembled {
  const assembler = new Assembler(file);
  for (const [index, line] of text.split('\n').entries()) assembler.line(index + 1, line.replace(/\r$/, ''));
  return assembler.finish();
}

interface Jump {
  readonly index: number;
  readonly line: number;
  readonly target: JumpTarget;
}

/** The program that is being written. */
class OpenProgram {
  readonly name: string;
  readonly section: string;
  readonly line: number;
  readonly instructions: Instruction[] = [];
  readonly jumps: Jump[] = [];
  /** Index of the instruction after each label. */
  readonly labels = new Map<string, number>();
  readonly mapUses: { readonly map: string; readonly line: number }[] = [];
  readonly lines: ObjectLine[] = [];

  constructor(name: string, section: string, line: number) {
    this.name = name;
    this.section = section;
    this.line = line;
  }
}

class Assembler {
  readonly #errors: AssemblyError[] = [];
  readonly #maps = new Map<string, ObjectMap>();
  readonly #programs: OpenProgram[] = [];
  readonly #file: string;
  #license: string | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  line(number: number, text: string): void {
    try {
      const [, before = '', opcode, instruction = text] = LOGGED.exec(text) ?? [];
      const cursor = new LineCursor(' '.repeat(before.length) + instruction);
      if (!cursor.atEnd) this.#statement(cursor, number, text, opcode);
    } catch (error) {
      if (!(error instanceof LineError)) throw error;
      this.#error(number, error.column, error.message);
    }
  }

  finish(): Assembled {
    if (this.#programs.length === 0 && this.#errors.length === 0) {
      this.#error(
        1,
        1,
        'there is no program: begin one with .program NAME SECTION, as in .program count kprobe/vfs_read',
      );
    }
    const programs = this.#programs.map((program) => this.#finished(program));
    if (this.#errors.length > 0) return { errors: this.#errors.sort((a, b) => a.line - b.line) };
    return {
      object: { maps: [...this.#maps.values()], programs, license: this.#license ?? 'GPL', file: this.#file },
    };
  }

  #statement(cursor: LineCursor, line: number, text: string, opcode: string | undefined): void {
    const { kind, text: first, column } = cursor.current;
    if (kind === 'word' && first.startsWith('.')) {
      cursor.take(first);
      this.#directive(first, cursor, { line, column, rest: text.slice(column - 1 + first.length) });
      return;
    }
    const program = this.#programs.at(-1);
    if (program === undefined) {
      throw new LineError(column, 'this belongs into a program: begin one with .program NAME SECTION');
    }
    if (kind === 'word' && cursor.next?.text === ':') {
      cursor.take(first);
      cursor.expect(':');
      if (program.labels.has(first)) throw new LineError(column, `there is a label ${first} already`);
      program.labels.set(first, program.instructions.length);
      if (cursor.atEnd) return;
    }
    const assembled = assembleInstruction(cursor, opcode === undefined ? undefined : Number.parseInt(opcode, 16));
    cursor.end();
    this.#add(program, { line, column, text: text.trim() }, assembled);
  }

  #directive(
    name: string,
    cursor: LineCursor,
    { line, column, rest }: { readonly line: number; readonly column: number; readonly rest: string },
  ): void {
    switch (name) {
      case '.license':
        this.#license = cursor.quoted() ?? cursor.word('a license, as in "GPL"');
        cursor.end();
        return;
      case '.map': {
        const map = mapDirective(cursor);
        if (this.#maps.has(map.name)) throw new LineError(column, `there is a map ${map.name} already`);
        this.#maps.set(map.name, map);
        return;
      }
      case '.program': {
        const { name: called, section } = programDirective(cursor, rest.replace(/(^|\s)#.*$|;.*$/, ''));
        if (this.#programs.some((program) => program.name === called)) {
          throw new LineError(column, `there is a program ${called} already`);
        }
        this.#programs.push(new OpenProgram(called, section, line));
        return;
      }
      default:
        throw new LineError(column, `there is no ${name}: there are .license, .map and .program`);
    }
  }

  #add(
    program: OpenProgram,
    { line, column, text }: { readonly line: number; readonly column: number; readonly text: string },
    { instruction, target }: AssembledLine,
  ): void {
    if (program.instructions.length >= MAX_INSTRUCTIONS) {
      throw new LineError(column, `a program has at most ${MAX_INSTRUCTIONS} instructions`);
    }
    if (target !== undefined) program.jumps.push({ index: program.instructions.length, line, target });
    if (instruction.map !== undefined) {
      if (instruction.src === PseudoSource.MAP_VALUE) {
        throw new LineError(
          column,
          'an object cannot hold the address of a value: look it up with bpf_map_lookup_elem',
        );
      }
      program.mapUses.push({ map: instruction.map, line });
    }
    program.lines.push({ instruction: program.instructions.length, line, text });
    program.instructions.push(instruction);
  }

  #finished(program: OpenProgram): ObjectProgram {
    const { name, section, instructions } = program;
    if (instructions.length === 0 && this.#errors.length === 0)
      this.#error(program.line, 1, `program ${name} has no instruction`);
    for (const { map, line } of program.mapUses) {
      if (!this.#maps.has(map)) this.#error(line, 1, `there is no map ${map}: declare it with .map ${map} ...`);
    }
    return { name, section, instructions: this.#withJumps(program), lines: program.lines };
  }

  #withJumps({ instructions, jumps, labels }: OpenProgram): Instruction[] {
    const slots = slotStarts(instructions);
    const built = instructions.slice();
    for (const { index, line, target } of jumps) {
      const jump = built[index] as Instruction;
      const offset = 'slots' in target ? target.slots : this.#distance(labels, slots, index, line, target);
      built[index] = { ...jump, offset };
    }
    return built;
  }

  #distance(
    labels: ReadonlyMap<string, number>,
    slots: readonly number[],
    index: number,
    line: number,
    { label, column }: Extract<JumpTarget, { label: string }>,
  ): number {
    const at = labels.get(label);
    if (at === undefined) {
      this.#error(line, column, `there is no label ${label} in this program`);
      return 0;
    }
    const offset = (slots[at] ?? 0) - (slots[index] ?? 0) - 1;
    if (Math.abs(offset) > MAX_JUMP)
      this.#error(line, column, `${label} is too far away: a jump reaches ${MAX_JUMP} slots`);
    return offset;
  }

  #error(line: number, column: number, message: string): void {
    if (this.#errors.length < MAX_ERRORS) this.#errors.push({ line, column, message });
  }
}
