import { didYouMean } from '../source/did-you-mean.ts';

/** A function of the kernel that may have been meant. There are too many to compare all: the first letter must be right. */
export function likeFunction(name: string, functions: readonly string[]): string | undefined {
  return didYouMean(
    name,
    functions.filter((candidate) => candidate.startsWith(name.charAt(0))),
  );
}
