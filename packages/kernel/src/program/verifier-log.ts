/** What the verifier said, in short. */
export interface VerifierVerdict {
  /** One sentence: the last line that says something. */
  readonly reason: string;
  /** The slot of the instruction it stopped at; `lddw` takes two slots. Null where it did not say. */
  readonly slot: number | null;
}

/** It refused what it has not looked at, or without a word. */
export const NO_REASON = 'the verifier gave no reason';

/** `12: (79) r1 = *(u64 *)(r6 +8)` */
const INSTRUCTION = /^(\d+): \([0-9a-f]{2}\) /;
/** Lines that only report: statistics, states, where control came from, the source of the instruction. */
const NOISE = [
  /^\s*$/,
  /^processed \d+ insns/,
  /^verification time/,
  /^stack depth/,
  /^max_states_per_insn/,
  /^mark_precise:/,
  /^(from )?\d+(:| to \d+)/,
  /^from \d+ to \d+/,
  /^; /,
  /^R\d+(_[a-z]+)?=/,
  /^func#\d+/,
  /^-- (BEGIN|END)/,
  /^(cur|old) state:/,
  /^(last_idx|regs=|parent )/,
  /^(propagating|safe$|caller:|callee:|frame\d+:)/,
];

/**
 * Reads a verifier's log. The format is nowhere promised, so this only knows what kernels 5.4 to 6.18 print: the
 * refusal is the last line that is neither an instruction nor a report about one.
 */
export function readVerifierLog(log: string): VerifierVerdict {
  const lines = log.split('\n').map((line) => line.trimEnd());
  let reason: string | null = null;
  let slot: number | null = null;
  for (const line of lines.toReversed()) {
    if (line.startsWith('processed ')) continue;
    const instruction = INSTRUCTION.exec(line);
    if (instruction !== null) {
      slot = Number(instruction[1]);
      break;
    }
    if (reason === null && !NOISE.some((pattern) => pattern.test(line))) reason = line;
  }
  // Before it walks the program, the verifier names the instruction within the sentence.
  slot ??= reason === null ? null : slotNamedIn(reason);
  return { reason: reason ?? NO_REASON, slot };
}

function slotNamedIn(reason: string): number | null {
  const named = /\binsn (\d+)/.exec(reason);
  return named === null ? null : Number(named[1]);
}
