import { disassemble, objectText, readObject, writeObject } from '@bpfleet/bpf';
import { wrongRequest } from '../cli-error.ts';
import { readAssembly, readObjectFile } from '../run/read-program.ts';
import type { Stage } from './emit-stage.ts';

/** A file in assembler as the instructions that it becomes, or as an object. Throws CliError. */
export function emitAssembly(file: string, stage: Stage): string | Uint8Array {
  if (stage !== 'asm' && stage !== 'elf') throw wrongRequest(`Assembler has no ${stage}: --emit asm or elf.`);
  const object = readAssembly(file);
  if (stage === 'elf') return writeObject(object);
  return object.programs
    .map(({ name, section, instructions }) => `program ${name} (${section})\n${disassemble(instructions)}`)
    .join('\n');
}

/** An object's programs as its file has them: what libbpf makes of them is for a node to say. Throws CliError. */
export function emitObject(file: string, stage: Stage): string {
  if (stage !== 'asm') throw wrongRequest(`An object has no ${stage}: --emit asm.`);
  return objectText(readObject(readObjectFile(file).object));
}
