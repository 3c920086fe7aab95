import { frameName, outermostFirst, type StackProfile, type StackSample } from './stack-profile.ts';

/** A file of speedscope: src/lib/file-format-spec.ts of https://github.com/jlfwong/speedscope, schema at `$schema`. */
export interface SpeedscopeFile {
  readonly $schema: 'https://www.speedscope.app/file-format-schema.json';
  readonly exporter: string;
  readonly name: string;
  readonly activeProfileIndex: 0;
  readonly shared: { readonly frames: readonly SpeedscopeFrame[] };
  readonly profiles: readonly SpeedscopeProfile[];
}

interface SpeedscopeFrame {
  readonly name: string;
  readonly file?: string;
}

interface SpeedscopeProfile {
  readonly type: 'sampled';
  readonly name: string;
  readonly unit: 'none';
  readonly startValue: 0;
  readonly endValue: number;
  /** Indices into the shared frames, the outermost first. */
  readonly samples: readonly (readonly number[])[];
  readonly weights: readonly number[];
}

/**
 * Stacks as speedscope reads them, a profile each map and group. What a map measures is not known, so the unit is none.
 * Weights are doubles there: above 2^53 they are rounded.
 */
export function speedscopeFile(profiles: readonly StackProfile[], name: string, exporter: string): SpeedscopeFile {
  const frames = new FrameTable();
  const made = profiles.flatMap((profile) =>
    [...Map.groupBy(profile.samples, ({ group }) => group)].map(([group, samples]): SpeedscopeProfile => {
      const weights = samples.map(({ weight }) => Number(weight));
      return {
        type: 'sampled',
        name: group === undefined ? profile.name : `${profile.name} ${group}`,
        unit: 'none',
        startValue: 0,
        endValue: weights.reduce((sum, weight) => sum + weight, 0),
        samples: samples.map((sample) => frames.indicesOf(sample)),
        weights,
      };
    }),
  );
  return {
    $schema: 'https://www.speedscope.app/file-format-schema.json',
    exporter,
    name,
    activeProfileIndex: 0,
    shared: { frames: frames.frames },
    profiles: made,
  };
}

/** The shared frames; equal ones have one index. */
class FrameTable {
  readonly frames: SpeedscopeFrame[] = [];
  readonly #indices = new Map<string, number>();

  /** A profile is of one group, so its name is no frame. */
  indicesOf(sample: StackSample): number[] {
    const files = sample.frames.toReversed();
    const names = outermostFirst({ ...sample, group: undefined });
    const before = names.length - files.length;
    return names.map((name, index) => {
      const frame = files[index - before];
      return frame === undefined || frame.module === ''
        ? this.#index({ name })
        : this.#index({ name: frameName(frame), file: frame.module });
    });
  }

  #index(frame: SpeedscopeFrame): number {
    const id = JSON.stringify([frame.name, frame.file]);
    const present = this.#indices.get(id);
    if (present !== undefined) return present;
    this.#indices.set(id, this.frames.length);
    return this.frames.push(frame) - 1;
  }
}
