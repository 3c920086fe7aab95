import assert from 'node:assert/strict';
import type { FleetCase } from '../run/fleet-case.ts';

/** sys_enter's second argument is the number of the call: write(2) is 1 on x86-64 and 64 on arm64. */
export default {
  name: 'rawtracepoint, raw_syscalls',
  script: `rawtracepoint:sys_enter /comm == "dd"/ { @raw[arg1] = count(); }
    tracepoint:raw_syscalls:sys_enter /comm == "dd" && args.args[2] == 4373/ { @args[args.args[0]] = count(); }
    tracepoint:syscalls:sys_exit_write /comm == "dd" && args.ret == 4373/ { @exit = count(); }`,
  workload: 'writes 600 4373',
  check: ({ made, map, node }) => {
    assert.deepEqual(made, [600]);
    const write = node.arch === 'arm64' ? 64 : 1;
    const raw = map('@raw').find(({ key }) => key[0] === write)?.value;
    // dd also writes what it has to say, and a call with fewer arguments has what is left in the register of the third.
    const about = (value: unknown) => assert.ok(Number(value) >= 600 && Number(value) <= 605, `${value} calls`);
    about(raw);
    for (const descriptor of [0, 1]) about(map('@args').find(({ key }) => key[0] === descriptor)?.value);
    assert.equal(map('@exit')[0]?.value, 600);
  },
} satisfies FleetCase;
