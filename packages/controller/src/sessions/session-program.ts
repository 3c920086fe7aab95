import { createHash } from 'node:crypto';
import { composeObject, ElfError, problemText, readObject } from '@bpfleet/bpf';
import { callOf, compile, permissiveEnv } from '@bpfleet/compiler';
import { CheckRequestSchema, create, type MessageInitShape, type ProgramSchema } from '@bpfleet/contracts';
import { variantsDigest } from '@bpfleet/runtime';
import type { ParameterValue, ProgramVariant } from '@bpfleet/tools';
import type { QuestionOn } from '../gateway/agent-questions.ts';
import { Problem, type ProblemDiagnostic } from '../problem/problem.ts';
import { fromCompiler } from './program-diagnostics.ts';

/** What a session measures. */
export type SessionProgram =
  | {
      readonly kind: 'script';
      readonly source: string;
      readonly arguments: readonly string[];
      /** Several for different kernels, of which a node runs the first that fits it; `source` is the first. */
      readonly variants?: readonly ProgramVariant[];
      readonly tool?: SessionTool;
    }
  | { readonly kind: 'object'; readonly object: Uint8Array };

/** The tool of the library that a session runs. */
export interface SessionTool {
  readonly name: string;
  /** Of its variants, as they were then. */
  readonly digest: string;
  /** As they were given. */
  readonly parameters: Readonly<Record<string, ParameterValue>>;
}

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

/** @param tool of the library; absent: somebody's own */
export function variantsProgram(
  variants: readonly ProgramVariant[],
  words: readonly string[],
  tool?: SessionTool,
): SessionProgram {
  const source = variants[0]?.source ?? '';
  return { kind: 'script', source, arguments: words, variants, ...(tool === undefined ? {} : { tool }) };
}

/** What can be told of a program without a kernel. Returns its warnings; throws Problem `invalid_program`. */
export function checkProgram(program: SessionProgram): ProblemDiagnostic[] {
  return program.kind === 'object' ? checkObject(program.object) : checkScript(program);
}

/** What identifies it and is stored of it. */
export function programBytes(program: SessionProgram): Uint8Array {
  return program.kind === 'object'
    ? program.object
    : Buffer.concat(sourcesOf(program).map((each) => Buffer.from(each)));
}

/** Of every variant, in their order. */
export function sourcesOf({ source, variants }: ScriptOfSession): readonly string[] {
  return variants === undefined ? [source] : variants.map((variant) => variant.source);
}

/** `sha256:` and 64 hexadecimal digits: of the bytes, or of the variants, and of a script's arguments where it has some. */
export function programDigest(program: SessionProgram): string {
  const isOne = program.kind === 'object' || program.variants === undefined;
  const hash = createHash('sha256').update(isOne ? programBytes(program) : variantsDigest(sourcesOf(program)));
  if (program.kind === 'script' && program.arguments.length > 0) hash.update(`\0${JSON.stringify(program.arguments)}`);
  return `sha256:${hash.digest('hex')}`;
}

/** What a token may be bounded to. */
export function boundedProgram(program: SessionProgram) {
  const tool = program.kind === 'script' ? (program.tool ?? null) : null;
  return { programDigest: programDigest(program), tool };
}

/** Of a row that was read with its program. */
export function programOf(stored: StoredProgram): SessionProgram {
  const { programSource, programObject, programArguments, programVariants, tool } = stored;
  if (programSource === null) return { kind: 'object', object: programObject ?? Buffer.alloc(0) };
  if (programVariants !== null) return variantsProgram(programVariants, programArguments, tool ?? undefined);
  return { kind: 'script', source: programSource, arguments: programArguments };
}

export interface StoredProgram {
  readonly programSource: string | null;
  readonly programArguments: readonly string[];
  readonly programObject?: Buffer | null;
  readonly programVariants: readonly ProgramVariant[] | null;
  readonly tool: SessionTool | null;
}

export function programMessage(program: SessionProgram): MessageInitShape<typeof ProgramSchema> {
  if (program.kind === 'object') return { source: { case: 'object', value: program.object } };
  const words = { arguments: [...program.arguments] };
  if (program.variants === undefined) return { source: { case: 'script', value: program.source }, ...words };
  const variants = program.variants.map(({ source: script, arch, ...rest }) => ({ ...rest, script, arch: [...arch] }));
  return { source: { case: 'variants', value: { variants } }, ...words };
}

/** What nodes are asked before anything is attached. */
export function checkQuestion(program: SessionProgram): QuestionOn<'check'> {
  return { case: 'check', value: create(CheckRequestSchema, { program: programMessage(program) }) };
}

/** Where a program is in the body of a request (RFC 6901). */
export function programPointer(program: SessionProgram): string {
  if (program.kind === 'object') return '/program/object';
  return program.variants === undefined ? '/program/source' : '/program';
}

function checkScript(program: ScriptOfSession): ProblemDiagnostic[] {
  const env = { ...permissiveEnv(), ...callOf(program.arguments) };
  const found = sourcesOf(program).map((source, index) => {
    const diagnostics = fromCompiler(compile(source, env).diagnostics);
    const errors = diagnostics.filter(({ severity }) => severity === 'error');
    if (errors.length > 0) {
      const detail = errors.length === 1 ? (errors[0]?.message ?? '') : `The program has ${errors.length} errors.`;
      const pointer = program.variants === undefined ? '/program/source' : `/program/variants/${index}/source`;
      throw new Problem('invalid_program', detail, { pointer, diagnostics });
    }
    return diagnostics;
  });
  // Whoever runs a tool of the library cannot mend it; and which of several is run is for each node to say.
  return program.tool === undefined && found.length === 1 ? (found[0] ?? []) : [];
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
