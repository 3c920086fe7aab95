import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  contiguousFromOne,
  countSeqs,
  countWithin,
  formatSeqRanges,
  highestSeq,
  includesSeq,
  parseSeqRanges,
  type SeqRanges,
  uniteSeqs,
} from './seq-ranges.ts';

const seqs = fc.array(fc.bigInt(1n, 40n));
const rangesOf = (list: readonly bigint[]): SeqRanges =>
  list.reduce<SeqRanges>((all, seq) => uniteSeqs(all, [[seq, seq]]), []);

describe('sequence ranges', () => {
  it('hold exactly the numbers put in, whatever the order and repetition', () => {
    fc.assert(
      fc.property(seqs, fc.bigInt(1n, 41n), fc.bigInt(1n, 41n), (list, a, b) => {
        const ranges = rangesOf(list);
        const set = new Set(list);
        for (let seq = 0n; seq <= 41n; seq++) {
          expect(includesSeq(ranges, seq)).toBe(set.has(seq));
        }
        expect(countSeqs(ranges)).toBe(BigInt(set.size));
        expect(countWithin(ranges, a, b)).toBe(BigInt([...set].filter((seq) => seq >= a && seq <= b).length));
        let contiguous = 0n;
        while (set.has(contiguous + 1n)) contiguous += 1n;
        expect(contiguousFromOne(ranges)).toBe(contiguous);
        expect(highestSeq(ranges)).toBe([...set].reduce((high, seq) => (seq > high ? seq : high), 0n));
        for (const [index, [first]] of ranges.entries()) {
          expect(index === 0 || first > (ranges[index - 1]?.[1] ?? 0n) + 1n).toBe(true);
        }
      }),
    );
  });

  it('unite in any order, and survive the text of PostgreSQL', () => {
    fc.assert(
      fc.property(seqs, seqs, (a, b) => {
        const united = uniteSeqs(rangesOf(a), rangesOf(b));
        expect(united).toEqual(rangesOf([...b, ...a]));
        expect(parseSeqRanges(formatSeqRanges(united))).toEqual(united);
      }),
    );
  });

  it('reads canonical multiranges', () => {
    expect(parseSeqRanges('{}')).toEqual([]);
    expect(parseSeqRanges('{[1,6),[8,9)}')).toEqual([
      [1n, 5n],
      [8n, 8n],
    ]);
  });
});
