import assert from 'node:assert/strict';
import type { FleetCase } from '../run/fleet-case.ts';

export default {
  name: 'printf, BEGIN, END',
  script: `BEGIN { printf("begin %d %s\\n", -7, "text"); }
    tracepoint:syscalls:sys_enter_write /comm == "dd" && args.count == 4349/ { printf("%s wrote %d\\n", comm, args.count); }
    END { printf("end\\n"); }`,
  workload: 'writes 20 4349',
  check: ({ made, printed }) => {
    assert.deepEqual(made, [20]);
    assert.deepEqual(printed, ['begin -7 text\n', ...Array<string>(20).fill('dd wrote 4349\n'), 'end\n']);
  },
} satisfies FleetCase;
