import assert from 'node:assert/strict';
import type { FleetCase } from '../run/fleet-case.ts';

/**
 * Division and shifts of signed numbers are built of unsigned instructions: each architecture's JIT translates them.
 * Division by zero gives 1 and says so, as bpftrace 0.27 has it.
 */
export default {
  name: 'signed arithmetic',
  script: `BEGIN {
    $a = -7; $b = 2; $z = pid - pid; $s = -16; $n = 4;
    printf("%d %d %d %d\\n", $a / $b, $a % $b, $a / -2, $a % -2);
    printf("%d %d %d %d\\n", 7 / $z, 7 % $z, $s >> $n, 1 << ($n + 10));
    printf("%d %d %d %d\\n", (int8)511, (uint8)511, (int16)40000, (uint32)-1);
    printf("%d %d %d\\n", $s < 5, $a ^ 5, ~$a);
    @keep[$a] = sum($a * 3); exit();
  }`,
  check: ({ printed, map }) => {
    const [warnings, lines] = [true, false].map((is) => printed.filter((text) => text.includes('WARNING') === is));
    assert.deepEqual(lines, ['-3 -1 3 -1\n', '1 1 -1 16384\n', '-1 255 -25536 -1\n', '1 -4 6\n']);
    assert.equal(warnings?.filter((text) => text.includes('Divide or modulo by 0')).length, 2);
    assert.deepEqual(
      map('@keep').map(({ key, value }) => [...key, value]),
      [[-7, -21]],
    );
  },
} satisfies FleetCase;
