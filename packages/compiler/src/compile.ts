import { type AttachSpec, type CollectionSpec, JumpRangeError, type ProgramSpec } from '@bpfleet/bpf';
import { type EmittedProgram, emitProgram } from './codegen/emit.ts';
import { StackOverflowError } from './codegen/stack.ts';
import type { CompileResult } from './compile-result.ts';
import type { CompileConfig, CompileEnv } from './env.ts';
import { type BuildInput, buildFunction, buildStart } from './ir/build.ts';
import { buildDispatch } from './ir/build-dispatch.ts';
import { ProgramTooLargeError } from './ir/function-builder.ts';
import type { IrFunction } from './ir/ir.ts';
import { withTables } from './ir/name-table.ts';
import { removeDeadCode } from './ir/opt/dead-code.ts';
import { Resources } from './ir/resources.ts';
import type { OutputLayout } from './output-layout.ts';
import { clearedAtEnd } from './passes/cleared-at-end.ts';
import { collectMapSpecs, outputLayout } from './passes/collect-resources.ts';
import { groupProbes } from './passes/group-probes.ts';
import { type Analysis, analyze } from './passes/index.ts';
import type { AnalysisContext, TypedProbe } from './passes/model.ts';
import { prepareScript } from './passes/prepare-script.ts';
import type { ProgramPlan } from './passes/program-plan.ts';
import { onceProgramType } from './probes/begin-end.ts';
import { Diagnostics } from './source/diagnostic.ts';
import type { Span } from './source/span.ts';
import { SourceText } from './source/text.ts';
import type { Script } from './syntax/ast.ts';
import { parseScript } from './syntax/parse-script.ts';

/** Everything there is after each stage, for `bpfleet compile --emit`. Later stages are absent after an error. */
export interface Stages extends CompileResult {
  readonly ast: Script;
  readonly ir?: readonly IrFunction[];
}

/** Instructions of all programs of a script, to bound the time it takes. */
const MAX_SCRIPT = 400_000;

const tooLarge = 'the program of this probe is too large';
const doLess = 'do less in a probe, or name fewer probes';

/**
 * Compiles a script for one kernel. Any text gives a result: mistakes are diagnostics, all of them at once where one
 * does not hide another. The same source and environment always give the same bytes.
 */
export function compile(source: string, env: CompileEnv): CompileResult {
  const { ast: _ast, ir: _ir, ...result } = compileStages(source, env);
  return result;
}

/** As compile(), with the tree and the intermediate code. */
export function compileStages(source: string, node: CompileEnv): Stages {
  const text = new SourceText(source);
  const diagnostics = new Diagnostics(text);
  const ast = parseScript(source, diagnostics);
  const { script, config, env: prepared } = prepareScript(ast, node, diagnostics);
  const analysis = analyze(script, { env: prepared, config, diagnostics });
  const { env } = analysis;
  if (diagnostics.hasErrors || env.tracepoints === null) return { ast, config, diagnostics: diagnostics.list() };

  const resources = new Resources();
  const programs = lowerPrograms(analysis, resources, { env, config, diagnostics });
  const specs: ProgramSpec[] = [];
  const told = new Set<string>();
  for (const program of diagnostics.hasErrors ? [] : programs) {
    const emitted = emitChecked(program, diagnostics);
    if (emitted !== undefined) specs.push(programSpec(program, emitted, { text, license: config.license, told, env }));
  }
  if (diagnostics.hasErrors) return { ast, ir: programs.map(({ ir }) => ir), config, diagnostics: diagnostics.list() };
  const layouts = [...analysis.layouts.values()];
  const spec: CollectionSpec = { maps: collectMapSpecs(layouts, resources, env, config), programs: specs };
  const outputs: OutputLayout = outputLayout(layouts, resources, config, clearedAtEnd(script));
  return { ast, ir: programs.map(({ ir }) => ir), spec, outputs, config, diagnostics: diagnostics.list() };
}

interface LoweredProgram {
  readonly ir: IrFunction;
  /** Absent for the program that notes when the trace began. */
  readonly plan?: ProgramPlan;
}

function lowerPrograms(
  { probes, layouts, bindings }: Analysis,
  resources: Resources,
  { env, config, diagnostics }: AnalysisContext,
): LoweredProgram[] {
  const programs: LoweredProgram[] = [];
  let total = 0;
  const plans = groupProbes(probes, env);
  checkPrograms(plans, config, diagnostics);
  for (let plan = plans.shift(); plan !== undefined; plan = plans.shift()) {
    const [{ probe } = { probe: undefined }] = plan.branches;
    if (probe === undefined) continue;
    const event = nameOf(plan.attach) ?? probe.target.name.split(':').at(-1) ?? '';
    // The kernel takes C's identifiers as names of functions, and nothing else.
    const name = `p${programs.length}_${event.replace(/[^A-Za-z0-9_]/g, '_')}`;
    const input = { probe, name, maps: layouts, bindings, resources, env: probe.env, config };
    const ir = buildChecked(plan, input, diagnostics);
    if (ir === 'split') {
      plans.unshift(...halves(plan));
      continue;
    }
    if (ir === undefined) return programs;
    total += ir.blocks.reduce((sum, block) => sum + block.instructions.length, 0);
    if (total > MAX_SCRIPT) {
      diagnostics.error('limit', probeSpan(probe), 'the programs of this script are together too large', doLess);
      return programs;
    }
    programs.push({ ir: removeDeadCode(ir), plan });
  }
  return resources.start ? [{ ir: buildStart(env) }, ...programs] : programs;
}

/** Programs that one wildcard stands for, as bpftrace counts them: those that share a program here count each. */
function checkPrograms(plans: readonly ProgramPlan[], { maxPrograms }: CompileConfig, diagnostics: Diagnostics): void {
  const branches = plans.flatMap((plan) => plan.branches);
  const byPoint = Map.groupBy(branches, ({ probe }) => probe.point);
  for (const [point, sharing] of byPoint) {
    const count = sharing.reduce((sum, { calls }) => sum + Math.max(1, calls.size), 0);
    if (count <= maxPrograms) continue;
    const message = `Your program is trying to generate more than ${count} BPF programs, which exceeds the current limit of ${maxPrograms}`;
    diagnostics.error('limit', point.span, message, `allow them: config = { max_bpf_progs = ${count} }`);
  }
}

/** The program, or that it must be made into two. */
function buildChecked(
  plan: ProgramPlan,
  input: BuildInput,
  diagnostics: Diagnostics,
): IrFunction | 'split' | undefined {
  try {
    if (plan.all !== undefined) return buildDispatch(plan, input);
    return buildFunction(plan.functions === undefined ? input : { ...input, probe: sharedProbe(plan, input) });
  } catch (error) {
    if (!(error instanceof ProgramTooLargeError)) throw error;
    if (plan.branches.length > 1) return 'split';
    diagnostics.error('limit', probeSpan(input.probe), tooLarge, doLess);
    return undefined;
  }
}

/** The probe of a program for many functions, with the tables of their names. */
function sharedProbe(plan: ProgramPlan, { probe, resources }: BuildInput): TypedProbe {
  const used = new Set<string>();
  for (const expression of probe.typing.expressions.keys()) {
    if (expression.kind === 'identifier') used.add(expression.name);
  }
  const tables = { names: namesOf(plan), functions: plan.functions ?? [] };
  return { ...probe, target: withTables(probe.target, used, tables, resources) };
}

function halves(plan: ProgramPlan): ProgramPlan[] {
  const middle = plan.branches.length >> 1;
  return [plan.branches.slice(0, middle), plan.branches.slice(middle)].map((branches) => ({ ...plan, branches }));
}

/**
 * The probes that a program serves and that no program before it does, once a clause: a static probe may be at many places of
 * a program, where the compiler wrote the function of its own, and is one probe.
 */
function furtherProbes(plan: ProgramPlan, told: Set<string>): string[] {
  return plan.branches.flatMap((branch) => {
    const { start } = branch.probe.clause.span;
    return namesOf({ ...plan, branches: [branch] }).filter((name) => {
      const isNew = !told.has(`${start} ${name}`);
      told.add(`${start} ${name}`);
      return isNew;
    });
  });
}

/** Of the probes that a program serves. */
function namesOf({ branches }: ProgramPlan): string[] {
  return branches.flatMap(({ probe, calls }) => (calls.size === 0 ? [probe.target.name] : [...calls.values()]));
}

function nameOf(attach: AttachSpec): string | undefined {
  return 'event' in attach ? attach.event : undefined;
}

function probeSpan(probe: TypedProbe | undefined): Span {
  return probe?.clause.attachPoints[0]?.span ?? { start: 0, end: 0 };
}

function emitChecked({ ir, plan }: LoweredProgram, diagnostics: Diagnostics): EmittedProgram | undefined {
  const probe = plan?.branches[0]?.probe;
  try {
    return emitProgram(ir);
  } catch (error) {
    if (error instanceof StackOverflowError) {
      diagnostics.error('limit', probeSpan(probe), `the program of this probe needs too much stack: ${error.message}`);
    } else if (error instanceof JumpRangeError) {
      diagnostics.error('limit', probeSpan(probe), tooLarge, doLess);
    } else {
      throw error;
    }
    return undefined;
  }
}

interface SpecContext {
  readonly text: SourceText;
  readonly license: string;
  /** Probes of programs before, so that each is told once. */
  readonly told: Set<string>;
  readonly env: CompileEnv;
}

function programSpec(
  { ir, plan }: LoweredProgram,
  emitted: EmittedProgram,
  { text, license, told, env }: SpecContext,
): ProgramSpec {
  return {
    name: ir.name,
    type: plan?.programType ?? onceProgramType(env),
    attach: plan?.attach ?? { kind: 'begin' },
    instructions: emitted.instructions,
    license,
    sourceLines: emitted.positions.map(({ instruction, position }) => ({ instruction, ...text.position(position) })),
    ...(plan === undefined ? {} : { probes: furtherProbes(plan, told) }),
    ...(emitted.functions.length > 1 ? { functions: emitted.functions } : {}),
  };
}
