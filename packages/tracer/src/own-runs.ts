import type { Program } from '@bpfleet/kernel';
import { testRun } from '@bpfleet/kernel';

/** How one `test:` probe went. */
export interface TestRun {
  readonly name: string;
  /** It returned 0. */
  readonly passed: boolean;
  /** Whole microseconds. */
  readonly microseconds: number;
}

/** What one `bench:` probe took. */
export interface BenchRun {
  readonly name: string;
  /** Of one run, as the kernel counted them; of the call where the kernel does not count. */
  readonly nanoseconds: number;
  readonly iterations: number;
}

/** A benchmark runs for about so long. */
const BENCH_MS = 200;
const BATCH = 1000;

/** Told how many tests there are, then of each as it begins and ends, so that what it printed can be told from the others'. */
export interface TestWatch {
  start(tests: number): void;
  before(name: string): void;
  after(run: TestRun): void;
}

/** Runs each `test:` probe once, in the order of the script. Throws KernelError. */
export function runTests(programs: readonly Program[], watch?: TestWatch): TestRun[] {
  watch?.start(programs.filter(({ spec }) => spec.attach.kind === 'test').length);
  return programs.flatMap(({ fd, spec }) => {
    if (spec.attach.kind !== 'test') return [];
    const { name } = spec.attach;
    watch?.before(name);
    const start = process.hrtime.bigint();
    const result = testRun(fd, name);
    const run = { name, passed: result === 0, microseconds: Number((process.hrtime.bigint() - start) / 1000n) };
    watch?.after(run);
    return [run];
  });
}

/** Runs each `bench:` probe many times, in the order of the script. Throws KernelError. */
export function runBenches(programs: readonly Program[]): BenchRun[] {
  return programs.flatMap((program) =>
    program.spec.attach.kind === 'bench' ? [runBench(program, program.spec.attach.name)] : [],
  );
}

function runBench(program: Program, name: string): BenchRun {
  const before = program.info();
  const start = process.hrtime.bigint();
  let iterations = 0;
  while (process.hrtime.bigint() - start < BigInt(BENCH_MS) * 1_000_000n) {
    for (let run = 0; run < BATCH; run++) testRun(program.fd, name);
    iterations += BATCH;
  }
  const elapsed = process.hrtime.bigint() - start;
  const after = program.info();
  const counted = after.runs - before.runs;
  const nanoseconds =
    counted > 0n ? Number(after.runTimeNs - before.runTimeNs) / Number(counted) : Number(elapsed) / iterations;
  return { name, nanoseconds: Math.round(nanoseconds), iterations };
}
