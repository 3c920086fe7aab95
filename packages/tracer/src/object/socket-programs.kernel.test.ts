import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { composeObject, type ObjectManifest } from '@bpfleet/bpf';
import { hasFeature, isProgramLoaded } from '@bpfleet/kernel';
import { afterEach, beforeEach, describe, expect, type TestContext, test } from 'vitest';
import type { Trace, TraceLimits } from '../api.ts';
import { loadTrace } from '../index.ts';
import { TraceError } from '../trace-error.ts';
import { build, noClang } from './clang.test-kit.ts';

const head = `
  #define counted(name) __u64 name; static __always_inline void count_##name(void) { __sync_fetch_and_add(&name, 1); }
  char LICENSE[] SEC("license") = "GPL";
`;

let trace: Trace | null = null;
let server: Server | null = null;
const ends: Socket[] = [];

beforeEach((context) => {
  const reason = noClang();
  if (reason !== null) context.skip(reason);
});
afterEach(() => {
  trace?.close();
  trace = null;
  for (const end of ends.splice(0)) end.destroy();
  server?.close();
  server = null;
});

async function load(source: string, manifest: ObjectManifest, limits?: TraceLimits): Promise<Trace> {
  const composed = composeObject(build(`${head}${source}`), manifest, {});
  if ('problems' in composed) throw new Error(JSON.stringify(composed.problems));
  return loadTrace({ kind: 'object', object: composed.object, name: 'x.bpf.o' }, limits);
}

/** Loads and attaches; skipped where this kernel does not let us. */
async function attached(context: TestContext, source: string, manifest: ObjectManifest): Promise<Trace> {
  try {
    trace = await load(source, manifest);
    trace.attach();
    return trace;
  } catch (error) {
    if (error instanceof TraceError && /EPERM|EOPNOTSUPP|ENOTSUPP/.test(`${error.code} ${error.message}`))
      context.skip(error.message);
    throw error;
  }
}

function counter(of: Trace, name: string): bigint {
  const states = of.readMaps();
  const id = of.schemas.find((schema) => schema.name === `@${name}`)?.id;
  const [entry] = states.find(({ schema }) => schema.id === id)?.entries.values() ?? [];
  return (entry?.cells.get(0) as bigint | undefined) ?? 0n;
}

/** This process's, in the hierarchy of version 2. */
function ownCgroup(): string {
  const [, path = '/'] = /^0::(.*)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8')) ?? [];
  return path;
}

async function listen(): Promise<number> {
  const listening = createServer((socket) => {
    ends.push(socket);
    socket.on('data', (data) => socket.write(data));
  });
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  return (listening.address() as AddressInfo).port;
}

/** What comes back of a text that is sent over a connection of its own. */
async function echo(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  ends.push(socket);
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('data', (data) => resolve(data.toString()));
    socket.once('connect', () => socket.write(text));
  });
}

function sendDatagram(): Promise<void> {
  const socket = createSocket('udp4');
  return new Promise((resolve) => {
    socket.send('x', 9, '127.0.0.1', () => socket.close(() => resolve()));
  });
}

describe('programs of sockets', () => {
  test('a socket filter sees the packets of an interface, of a socket of its own', async (context) => {
    const source = 'counted(packets) SEC("socket") int look(struct __sk_buff *skb) { count_packets(); return 0; }';
    await expect(load(source, {})).rejects.toThrow(/programs: {look: {interfaces: \[NAME\]}}/);
    const looks = await attached(context, source, { programs: { look: { interfaces: ['lo'] } } });
    await sendDatagram();
    await expect.poll(() => counter(looks, 'packets')).toBeGreaterThan(0n);
    looks.detach();
    const last = counter(looks, 'packets');
    await sendDatagram();
    expect(counter(looks, 'packets')).toBe(last);
  });

  /** sockops puts each connection of a port into the map, as soon as it is there. */
  const sockets = (port: number) => `
    counted(added)
    struct { __uint(type, BPF_MAP_TYPE_SOCKHASH); __uint(max_entries, 64); __type(key, __u64); __type(value, __u64); } socks SEC(".maps");
    SEC("sockops") int add(struct bpf_sock_ops *ops) {
      __u64 key = ((__u64)ops->local_port << 32) | ops->remote_port;
      if (ops->op != BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB || __builtin_bswap32(ops->remote_port) != ${port}) return 0;
      if (!bpf_sock_hash_update(ops, &socks, &key, BPF_ANY)) count_added();
      return 0;
    }`;

  test.for([
    ['sk_msg', 'struct sk_msg_md *msg', 'sent'],
    ['sk_skb/stream_verdict', 'struct __sk_buff *skb', 'received'],
  ])('%s sees what connections in a map of sockets have', async ([section = '', argument], context) => {
    const port = await listen();
    const source = `${sockets(port)} counted(seen) SEC("${section}") int see(${argument}) { count_seen(); return SK_PASS; }`;
    const place = { programs: { add: { cgroup: ownCgroup() }, see: { map: 'socks' } } };
    await expect(load(source, place)).rejects.toThrow(/changes: \[network\]/);
    const shared = { socks: { share: '/sys/fs/bpf/x' } };
    await expect(load(source, { ...place, maps: shared, changes: ['network', 'maps'] })).rejects.toThrow(
      /shared|pinned/,
    );
    const sees = await attached(context, source, { ...place, changes: ['network'] });
    expect(await echo(port, 'one')).toBe('one');
    expect(counter(sees, 'added')).toBe(1n);
    expect(counter(sees, 'seen')).toBeGreaterThan(0n);
    sees.close();
    await expect.poll(() => sees.programIds.filter(isProgramLoaded)).toEqual([]);
    // Nothing of it stays with whoever uses the network.
    expect(await echo(port, 'two')).toBe('two');
  });

  test('sk_lookup chooses among sockets of this network namespace', async (context) => {
    const port = await listen();
    const source = `counted(asked) SEC("sk_lookup") int choose(struct bpf_sk_lookup *ctx) { if (ctx->local_port == ${port}) count_asked(); return SK_PASS; }`;
    const chooses = await attached(context, source, { changes: ['network'] });
    expect(await echo(port, 'x')).toBe('x');
    expect(counter(chooses, 'asked')).toBeGreaterThan(0n);
  });

  test.for([
    ['xdp:*', 'xdp', 'struct xdp_md'],
    ['tc:lo:*', 'tcx/egress', 'struct __sk_buff'],
    ['sockops:*', 'sockops', 'struct bpf_sock_ops'],
    ['socket:lo', 'socket', 'struct __sk_buff'],
  ])('%s is forbidden by a policy', async ([pattern = '', section, type]) => {
    const source = `SEC("${section}") int p(${type} *ctx) { return 1; }`;
    const place = { interfaces: ['lo'], cgroup: '/' };
    const manifest: ObjectManifest = { programs: { p: place }, changes: ['network'] };
    const denied = { probes: [pattern], functions: [] };
    await expect(load(source, manifest, { denied })).rejects.toMatchObject({
      code: 'permission',
      message: expect.stringContaining(`(${pattern})`),
    });
  });
});

describe('struct_ops', () => {
  /** A congestion control that grows by nothing, under a name that no kernel has. */
  const source = (section: string) => `
    counted(started)
    struct sock; struct tcp_sock { unsigned int snd_cwnd; } __attribute__((preserve_access_index));
    struct tcp_congestion_ops {
      unsigned int (*ssthresh)(struct sock *sk); void (*cong_avoid)(struct sock *sk, __u32 ack, __u32 acked);
      unsigned int (*undo_cwnd)(struct sock *sk); void (*init)(struct sock *sk); char name[16];
    };
    SEC("struct_ops/fleet_init") void fleet_init(unsigned long long *ctx) { count_started(); }
    SEC("struct_ops/fleet_ssthresh") unsigned int fleet_ssthresh(unsigned long long *ctx) { return 2; }
    SEC("struct_ops/fleet_undo") unsigned int fleet_undo(unsigned long long *ctx) { return 10; }
    SEC("struct_ops/fleet_avoid") void fleet_avoid(unsigned long long *ctx) { }
    SEC("${section}") struct tcp_congestion_ops fleet = {
      .init = (void *)fleet_init, .ssthresh = (void *)fleet_ssthresh, .cong_avoid = (void *)fleet_avoid,
      .undo_cwnd = (void *)fleet_undo, .name = "bpf_fleet",
    };`;
  const available = () => readFileSync('/proc/sys/net/ipv4/tcp_available_congestion_control', 'latin1');

  test.for(['.struct_ops', '.struct_ops.link'])(
    '%s is registered for as long as it is attached',
    async (section, context) => {
      await expect(load(source(section), {})).rejects.toThrow(/changes: \[kernel\]/);
      if (!hasFeature('struct_ops')) context.skip('links of struct_ops need kernel 6.4');
      const registers = await attached(context, source(section), { changes: ['kernel'] });
      expect(available()).toContain('bpf_fleet');
      registers.detach();
      expect(available()).not.toContain('bpf_fleet');
      expect(counter(registers, 'started')).toBe(0n);
    },
  );

  test('a map that only says that it is one is refused: libbpf does not survive it', async () => {
    const object = `
      struct { __uint(type, 26); __uint(max_entries, 1); __type(key, __u32); __type(value, __u64); } ops SEC(".maps");
      SEC("raw_tp/sys_enter") int p(void *ctx) { return bpf_map_lookup_elem(&ops, &(__u32){0}) != 0; }`;
    await expect(load(object, {})).rejects.toThrow(/ops is of the type of struct_ops/);
  });
});
