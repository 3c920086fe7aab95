import { writeFileSync } from 'node:fs';
import { ExitStatus, wrongRequest } from '../cli-error.ts';
import { emitAssembly, emitObject } from '../compile/emit-assembly.ts';
import { emitStage, type Stage } from '../compile/emit-stage.ts';
import { type ProgramText, readScript } from '../run/read-program.ts';
import { wholeProgram } from '../run/validate-program.ts';
import type { Terminal } from '../terminal.ts';

export interface CompileOptions {
  readonly execute?: string;
  readonly emit: Stage;
  readonly output?: string;
}

/** `bpfleet compile FILE | -e SCRIPT`: compiles or assembles for this node's kernel, or takes an object apart, and loads nothing. Throws CliError. */
export async function compile(file: string | undefined, options: CompileOptions, terminal: Terminal): Promise<void> {
  if (options.emit === 'elf' && options.output === undefined && terminal.outIsTerminal) {
    throw wrongRequest('An object is no text: give the file it is to be written to, -o FILE.bpf.o.');
  }
  if (file?.endsWith('.bpf.s') === true && options.execute === undefined) {
    write(emitAssembly(file, options.emit), options, terminal);
    return;
  }
  if (file?.endsWith('.o') === true && options.execute === undefined) {
    write(emitObject(file, options.emit), options, terminal);
    return;
  }
  const program = await wholeProgram(scriptOf(file, options.execute));
  // A tree needs no kernel; code does, for the fields of tracepoints.
  const env =
    options.emit === 'ast'
      ? (await import('@bpfleet/compiler')).permissiveEnv()
      : (await import('@bpfleet/tracer')).compileEnv();
  write(await emitStage(program, options.emit, env, ExitStatus.wrongRequest), options, terminal);
}

function write(emitted: string | Uint8Array, { output }: CompileOptions, terminal: Terminal): void {
  if (output === undefined) terminal.out.write(emitted);
  else writeFileSync(output, emitted);
}

function scriptOf(file: string | undefined, script: string | undefined): ProgramText {
  if (script !== undefined && file === undefined) {
    return { kind: 'script', source: script, name: 'stdin' };
  }
  if (file !== undefined && script === undefined) {
    return readScript(file);
  }
  throw wrongRequest('Give one script: a FILE or -e SCRIPT.');
}
