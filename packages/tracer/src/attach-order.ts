import type { AttachPoint, Program } from '@bpfleet/kernel';

/** The kernel runs what was attached last first: at these the clauses of a script would run from the last to the first. */
const LAST_FIRST: ReadonlySet<AttachPoint['kind']> = new Set([
  ...(['kprobe', 'kprobe_multi', 'uprobe', 'uprobe_multi', 'fentry', 'fexit'] as const),
]);

/** In the order of the script, or against it, so that clauses on one place run in the order of the script. */
export function attachOrder(
  programs: readonly Program[],
): { readonly program: Program; readonly point: AttachPoint }[] {
  const all = programs.flatMap((program) => {
    const point = attachPoint(program);
    return point === null ? [] : [{ program, point }];
  });
  const backwards = all.filter(({ point }) => LAST_FIRST.has(point.kind)).reverse();
  return [...all.filter(({ point }) => !LAST_FIRST.has(point.kind)), ...backwards];
}

/** Null for what is only run by us. */
function attachPoint({ spec }: Program): AttachPoint | null {
  const { attach: point } = spec;
  if (point.kind === 'begin' || point.kind === 'end' || point.kind === 'test' || point.kind === 'bench') return null;
  return point;
}
