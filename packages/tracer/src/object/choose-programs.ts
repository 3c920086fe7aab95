import { type ObjectManifest, programSettings } from '@bpfleet/bpf';
import type { ObjectProgram } from '@bpfleet/kernel';

/** What choosing needs to know of the kernel. */
export interface KernelPlaces {
  readonly hasFeature: (name: 'fentry' | 'tp_btf') => boolean;
  /** Why the place that a section names is not there, as a sentence; null where it is, or nobody knows. */
  readonly missing: (section: string) => string | null;
}

/** Programs that are not loaded after all, by their place, and why. */
export interface LeftOut {
  readonly index: number;
  readonly reason: string;
  /** Of the program that does the same, its name. */
  readonly twin?: string;
}

/** Kinds that do the same: with types, and the plain one that older kernels and machines have. */
const PAIRS = [
  { typed: /^fentry(\.s)?$/, plain: /^kprobe$/, feature: 'fentry' },
  { typed: /^fexit(\.s)?$/, plain: /^kretprobe$/, feature: 'fentry' },
  { typed: /^tp_btf$/, plain: /^raw_(tp|tracepoint)$/, feature: 'tp_btf' },
] as const;

/**
 * Which of an object's programs are left out here. Objects for many kernels have a program twice, for `fentry/f` and
 * `kprobe/f`, or `tp_btf/e` and `raw_tp/e`, and leave it to their loader which one runs: both would count everything twice. The
 * typed one runs where this kernel has that, and the place that it names. A manifest that says `load: true` of both has both; one that is `optional` is left
 * out where its place is missing.
 */
export function leftOut(
  programs: readonly ObjectProgram[],
  manifest: Pick<ObjectManifest, 'programs'>,
  kernel: KernelPlaces,
): LeftOut[] {
  const out: LeftOut[] = [];
  const asked = programs.map(({ name }) => programSettings(manifest, name));
  for (const [index, { section, loads }] of programs.entries()) {
    const { optional, attach } = asked[index] ?? {};
    const missing = loads && optional === true ? kernel.missing(attach ?? section) : null;
    if (missing !== null) out.push({ index, reason: missing });
  }
  const gone = new Set(out.map(({ index }) => index));
  const there = programs.map((each, index) => ({ ...each, loads: each.loads && !gone.has(index) }));
  for (const [index, { loads }] of there.entries()) {
    const twin = loads && asked[index]?.load !== true ? twinOf(there, index, kernel) : null;
    if (twin === null) continue;
    const same = `it does the same as program "${twin.name}" (${twin.section}), which runs here`;
    const lacking = kernel.missing(asked[index]?.attach ?? there[index]?.section ?? '');
    out.push({ index, reason: lacking === null ? same : `${lacking}; ${same}`, twin: twin.name });
  }
  return out;
}

/** What was left out and why, a sentence for each reason. */
export function leftOutTexts(programs: readonly Pick<ObjectProgram, 'name'>[], out: readonly LeftOut[]): string[] {
  const nameOf = ({ index }: LeftOut) => programs[index]?.name ?? '';
  const twins = out.filter(({ twin }) => twin !== undefined);
  const alone = twins.length === 1 ? out : out.filter(({ twin }) => twin === undefined);
  const texts = [...Map.groupBy(alone, ({ reason }) => reason)].map(([reason, those]) => {
    const names = those.map((each) => `"${nameOf(each)}"`).join(', ');
    return those.length === 1 ? `program ${names} is left out: ${reason}` : `programs ${names} are left out: ${reason}`;
  });
  if (twins.length < 2) return texts;
  const pairs = twins.map((each) => `${nameOf(each)} (${each.twin})`).join(', ');
  return [`${twins.length} programs are left out for others that do the same, which run here: ${pairs}`, ...texts];
}

/** The program that runs instead of one; null where it runs itself. */
function twinOf(programs: readonly ObjectProgram[], index: number, kernel: KernelPlaces): ObjectProgram | null {
  const [kind, place] = split(programs[index]?.section ?? '');
  for (const { typed, plain, feature } of PAIRS) {
    const others = typed.test(kind) ? plain : plain.test(kind) ? typed : null;
    if (others === null || place === '') continue;
    const twin = programs.find(
      (each) => each.loads && split(each.section)[1] === place && others.test(split(each.section)[0]),
    );
    if (twin === undefined) continue;
    const isTyped = others === plain;
    const own = programs[index]?.section ?? '';
    const [typedPlace, plainPlace] = isTyped ? [own, twin.section] : [twin.section, own];
    if (!kernel.hasFeature(feature)) return isTyped ? twin : null;
    if (kernel.missing(typedPlace) === null) return isTyped ? null : twin;
    // Where both are missing neither does better, and both are told.
    return isTyped && kernel.missing(plainPlace) === null ? twin : null;
  }
  return null;
}

function split(section: string): [kind: string, place: string] {
  const slash = section.indexOf('/');
  return slash < 0 ? [section, ''] : [section.slice(0, slash), section.slice(slash + 1)];
}
