import { createHash } from 'node:crypto';
import { composeObject, ElfError, problemText, readObject } from '@bpfleet/bpf';
import { callOf, compile, permissiveEnv } from '@bpfleet/compiler';
import { CheckRequestSchema, create, type MessageInitShape, type ProgramSchema } from '@bpfleet/contracts';
import type { QuestionOn } from '../gateway/agent-questions.ts';
import { Problem, type ProblemDiagnostic } from '../problem/problem.ts';
import { fromCompiler } from './program-diagnostics.ts';

/** What a session measures. */
export type SessionProgram =
  | { readonly kind: 'script'; readonly source: string; readonly arguments: readonly string[] }
  | { readonly kind: 'object'; readonly object: Uint8Array };

type ScriptOfSession = Extract<SessionProgram, { kind: 'script' }>;

/** An object as a request has it. */
export interface GivenObject {
  readonly object: Uint8Array;
  readonly manifest?: unknown;
  readonly parameters?: Readonly<Record<string, string>>;
}

/** The object with its manifest in it and its variables set: one thing to keep and to know by its digest. Throws Problem `invalid_program`. */
export function objectProgram({ object, manifest, parameters = {} }: GivenObject): SessionProgram {
  if (manifest === undefined && Object.keys(parameters).length === 0) return { kind: 'object', object };
  const composed = composeObject(object, manifest, parameters);
  if ('object' in composed) return { kind: 'object', object: composed.object };
  const [first] = composed.problems;
  const pointers = { object: '/program/object', manifest: '/program/manifest', parameter: '/program/parameters' };
  const pointer = pointers[first?.what ?? 'object'];
  const within = (first?.path ?? []).map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`);
  const detail = composed.problems.map(problemText).join('; ');
  throw new Problem('invalid_program', `The object cannot be run so: ${detail}.`, {
    pointer: pointer + within.join(''),
  });
}

/** What can be told of a program without a kernel. Returns its warnings; throws Problem `invalid_program`. */
export function checkProgram(program: SessionProgram): ProblemDiagnostic[] {
  return program.kind === 'object' ? checkObject(program.object) : checkScript(program);
}

/** What identifies it and is stored of it. */
export function programBytes(program: SessionProgram): Uint8Array {
  return program.kind === 'object' ? program.object : Buffer.from(program.source, 'utf8');
}

/** `sha256:` and 64 hexadecimal digits: of the bytes, and of a script's arguments where it has some. */
export function programDigest(program: SessionProgram): string {
  const hash = createHash('sha256').update(programBytes(program));
  if (program.kind === 'script' && program.arguments.length > 0) hash.update(`\0${JSON.stringify(program.arguments)}`);
  return `sha256:${hash.digest('hex')}`;
}

/** Of a row that was read with its program. */
export function programOf({ programSource, programObject, programArguments }: StoredProgram): SessionProgram {
  return programSource === null
    ? { kind: 'object', object: programObject ?? Buffer.alloc(0) }
    : { kind: 'script', source: programSource, arguments: programArguments };
}

export interface StoredProgram {
  readonly programSource: string | null;
  readonly programArguments: readonly string[];
  readonly programObject?: Buffer | null;
}

export function programMessage(program: SessionProgram): MessageInitShape<typeof ProgramSchema> {
  return program.kind === 'object'
    ? { source: { case: 'object', value: program.object } }
    : { source: { case: 'script', value: program.source }, arguments: [...program.arguments] };
}

/** What nodes are asked before anything is attached. */
export function checkQuestion(program: SessionProgram): QuestionOn<'check'> {
  return { case: 'check', value: create(CheckRequestSchema, { program: programMessage(program) }) };
}

/** Where a program is in the body of a request (RFC 6901). */
export function programPointer({ kind }: SessionProgram): string {
  return kind === 'object' ? '/program/object' : '/program/source';
}

function checkScript({ source, arguments: words }: ScriptOfSession): ProblemDiagnostic[] {
  const env = { ...permissiveEnv(), ...callOf(words) };
  const diagnostics = fromCompiler(compile(source, env).diagnostics);
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) {
    const detail = errors.length === 1 ? (errors[0]?.message ?? '') : `The program has ${errors.length} errors.`;
    throw new Problem('invalid_program', detail, { pointer: '/program/source', diagnostics });
  }
  return diagnostics;
}

/** All else about an object is for the nodes to say: their kernels differ. */
function checkObject(object: Uint8Array): [] {
  try {
    readObject(object);
    return [];
  } catch (error) {
    if (!(error instanceof ElfError)) throw error;
    throw new Problem('invalid_program', `The object is not usable: ${error.message}.`, { pointer: '/program/object' });
  }
}
