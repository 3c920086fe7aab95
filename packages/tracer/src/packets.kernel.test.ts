import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { loadTrace } from './load-trace.ts';
import { triedFeatures } from './tried-features.ts';

const folder = mkdtempSync(join(tmpdir(), 'bpfleet-packets-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Of IPv4 and UDP. */
const HEADERS = 28;

/** Sends texts to a port of this machine, each in a packet of its own. */
async function send(texts: readonly string[]): Promise<void> {
  const receiver = createSocket('udp4');
  receiver.bind(0, '127.0.0.1');
  await once(receiver, 'listening');
  const sender = createSocket('udp4');
  for (const text of texts) await new Promise((done) => sender.send(text, receiver.address().port, '127.0.0.1', done));
  sender.close();
  receiver.close();
}

/** The packets of a capture file. */
function packetsOf(path: string): Buffer[] {
  const bytes = readFileSync(path);
  const packets: Buffer[] = [];
  for (let at = 24; at < bytes.length; ) {
    const length = bytes.readUInt32LE(at + 8);
    packets.push(bytes.subarray(at + 16, at + 16 + length));
    at += 16 + length;
  }
  return packets;
}

test('packets are written whole, or without what comes first', async (context) => {
  if (!triedFeatures(['tp_btf']).has('tp_btf')) context.skip('needs raw tracepoints with types');
  const texts = ['a'.repeat(311), `b${'c'.repeat(310)}`];
  const [whole, part] = [join(folder, 'whole.pcap'), join(folder, 'part.pcap')];
  const source = `rawtracepoint:netif_receive_skb /args.skb->len == ${311 + HEADERS}/ {
    @whole[skboutput("${whole}", args.skb, args.skb->len, 0)] = count();
    @part[skboutput("${part}", args.skb, 100, ${HEADERS})] = count();
    @long[skboutput("${join(folder, 'long.pcap')}", args.skb, 9999, 0) < 0] = count(); }`;
  const trace = await loadTrace({ kind: 'script', source, allow: { writeFiles: true } });
  try {
    trace.attach();
    await send(texts);
    trace.detach();
    expect(trace.drain()).toEqual([]);
    const results = trace
      .readMaps()
      .map(({ entries }) => [...entries.values()].map(({ key, cells }) => [key[0], cells.get(0)]));
    expect(results).toEqual([[[0n, 2n]], [[0n, 2n]], [[true, 2n]]]);
    expect(trace.losses().kernel).toBe(2n);
  } finally {
    trace.close();
  }
  expect(packetsOf(whole).map((packet) => packet.toString('latin1', HEADERS))).toEqual(texts);
  expect(packetsOf(whole).map((packet) => packet[0])).toEqual([0x45, 0x45]);
  expect(packetsOf(part).map((packet) => packet.toString('latin1'))).toEqual(texts.map((text) => text.slice(0, 72)));
  expect(existsSync(join(folder, 'long.pcap'))).toBe(false);
});

test('sessions may not write files', async () => {
  const source = 'rawtracepoint:netif_receive_skb { skboutput("x.pcap", args.skb, 1, 0); }';
  await expect(loadTrace({ kind: 'script', source })).rejects.toThrow(/writes any file of the node/);
});
