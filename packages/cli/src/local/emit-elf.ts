import { writeFileSync } from 'node:fs';
import { ObjectWriteError, objectOf, writeObject } from '@bpfleet/bpf';
import { type CompileEnv, compile } from '@bpfleet/compiler';
import type { ProgramText } from '../run/read-program.ts';
import { LocalError } from './local-error.ts';

/** Writes a script's programs to an object; nothing where the script is wrong, which loading tells. Throws LocalError. */
export function emitElf({ source }: ProgramText, file: string, env: CompileEnv): void {
  const { spec } = compile(source, env);
  if (spec === undefined) return;
  try {
    writeFileSync(file, writeObject(objectOf(spec)));
  } catch (error) {
    if (error instanceof ObjectWriteError) {
      throw new LocalError(`An object cannot hold this script: ${error.message}`, { cause: error });
    }
    throw new LocalError(`Failed to write "${file}": ${(error as Error).message}`, { cause: error });
  }
}
