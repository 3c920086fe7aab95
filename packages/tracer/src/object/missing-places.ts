import type { KernelPlaces } from './choose-programs.ts';

/** A program and where it is to be attached, as a section says it. */
export interface PlacedProgram {
  readonly name: string;
  readonly place: string;
}

/** So many are named one by one. */
const MAX_NAMED = 4;
/** Made for what they are attached to when they are loaded. */
const TYPED = /^(tp_btf|fentry|fexit|fmod_ret|lsm|fentry\.s|fexit\.s|fmod_ret\.s|lsm\.s|lsm_cgroup)\//;

/** The kernel has none of a kind. */
const TOO_OLD = / needs kernel \d/;

/** What is missing is one place, not all of its kind. */
const NAMED_PLACE = /has no (function|tracepoint) |no file /;

/**
 * What this kernel lacks of all that programs are attached to, and what a manifest may say of it; null where nothing is known to
 * be missing. `stage` load: where none of them is of a kind that needs its place to be loaded, it failed for something else.
 */
export function missingPlaces(
  programs: readonly PlacedProgram[],
  stage: 'load' | 'attach',
  kernel: Pick<KernelPlaces, 'missing'>,
): string | null {
  const missing = programs.flatMap(({ name, place }) => {
    const reason = kernel.missing(place);
    return reason === null ? [] : [{ name, place, reason }];
  });
  const forLoad = missing.some(({ place, reason }) => TYPED.test(place) || TOO_OLD.test(reason));
  if (stage === 'load' && !forLoad) return null;
  const [first] = missing;
  if (first === undefined) return null;
  const reasons = [...Map.groupBy(missing, ({ reason }) => reason)].map(
    ([reason, those]) => `${reason} (${listed(those.map(({ name, place }) => `"${name}", ${place}`))})`,
  );
  const named = missing.map(({ name }) => name);
  const optional = missing.length === programs.length ? [] : [optionalAdvice(named)];
  // A kernel without a whole kind of probes lacks all other places of it as well.
  const elsewhere = NAMED_PLACE.test(first.reason) ? [`attach: ${kindOf(first.place)}/... puts one elsewhere`] : [];
  return [listed(reasons), ...optional, ...elsewhere].join('; ');
}

/** A manifest's lines that have the programs be left out where this is missing. */
function optionalAdvice(names: readonly string[]): string {
  const settings =
    names.length > MAX_NAMED
      ? '{"*": {optional: true}}'
      : `{${names.map((name) => `${name}: {optional: true}`).join(', ')}}`;
  return `where the others make sense without ${names.length === 1 ? 'it' : 'them'}, a manifest says programs: ${settings}`;
}

function listed(texts: readonly string[]): string {
  const named = texts.slice(0, MAX_NAMED);
  const more = texts.length - named.length;
  return `${named.join('; ')}${more === 0 ? '' : `; and ${more} more`}`;
}

function kindOf(place: string): string {
  return place.replace(/\/.*/, '');
}
