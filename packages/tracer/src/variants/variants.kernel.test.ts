import { expect, test } from 'vitest';
import { loadTrace } from '../load-trace.ts';

const source = `
  tracepoint:syscalls:sys_enter_getppid { @since[tid] = nsecs; @calls = count(); }
  END { clear(@since); }`;

test('what a tool clears at its end is no result, also while it runs; of a plain script it is', async () => {
  const names = (maps: readonly { readonly name: string }[]) => maps.map(({ name }) => name);
  const variant = { name: 'getppids', source, needs: '', kernels: '', arch: [] };
  const tool = await loadTrace({ kind: 'variants', variants: [variant], arguments: [] });
  try {
    tool.attach();
    expect(names(tool.schemas)).toEqual(['@calls']);
    expect(names(tool.readMaps().map(({ schema }) => schema))).toEqual(['@calls']);
  } finally {
    tool.close();
  }
  const plain = await loadTrace({ kind: 'script', source });
  try {
    expect(names(plain.schemas)).toEqual(['@since', '@calls']);
  } finally {
    plain.close();
  }
});
