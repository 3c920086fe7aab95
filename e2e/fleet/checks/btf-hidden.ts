import assert from 'node:assert/strict';
import type { Node } from '@bpfleet/client';
import { outcomeOf } from '../run/outcome.ts';
import type { FleetCheck } from './fleet-check.ts';

/** A kernel without BTF: its agent runs, says what is missing, and is left out where BTF is asked for. */
export const btfHidden: FleetCheck = {
  name: 'without BTF: told by nodes, used by has(btf)',
  run: async (fleet) => {
    const hidden = fleet.nodes.filter(({ guest }) => guest?.machine.kind.btfHidden);
    return Promise.all(
      hidden.map(({ name, info }) =>
        outcomeOf(name, btfHidden.name, async () => {
          assert.ok(!info.features.includes('btf'), 'it says that it has BTF');
          assert.match(info.missing['btf'] ?? '', /BTF/);
          for (const feature of ['tracepoint', 'raw_tracepoint', 'perf_event', 'ringbuf', 'kprobe'])
            assert.ok(
              info.features.includes(feature),
              `${feature} needs no BTF, and is missing: ${info.missing[feature]}`,
            );
          for (const feature of ['fentry', 'tp_btf']) assert.match(info.missing[feature] ?? '', /BTF/, feature);
          const { stdout } = await fleet.lab.cli('nodes', 'has(btf)', '-o', 'json');
          const names = (JSON.parse(stdout) as { items: Node[] }).items.map((node) => node.name);
          assert.ok(!names.includes(name) && names.includes('host'), `has(btf) gives ${names.join(', ')}`);
        }),
      ),
    );
  },
};
