/** `enum perf_type_id` and `enum perf_sw_ids` (linux/perf_event.h). */
const PERF_TYPE_HARDWARE = 0;
const PERF_TYPE_SOFTWARE = 1;
const PERF_TYPE_TRACEPOINT = 2;
const PERF_TYPE_BREAKPOINT = 5;
/** linux/hw_breakpoint.h */
const BREAKPOINT_MODES: Readonly<Record<string, number>> = { r: 1, w: 2, x: 4 };
/** The kernel wants breakpoints on code to have the size of a pointer, or of an instruction. */
const CODE_LENGTH: Readonly<Record<string, bigint>> = { x64: 8n, arm64: 4n };
const PERF_COUNT_SW_CPU_CLOCK = 0n;
const PERF_COUNT_SW_BPF_OUTPUT = 10n;
/** `enum perf_event_sample_format` */
const PERF_SAMPLE_RAW = 1n << 10n;

/** `PERF_ATTR_SIZE_VER1`: all fields in use here, and every kernel since 2.6.33 knows it. */
const ATTR_SIZE = 72;
/** Bits of the flags word at 40. */
const DISABLED = 1n << 0n;
const FREQ = 1n << 10n;

/** What a perf event counts. */
export type PerfEventSpec =
  /** `id` as in tracefs. */
  | { readonly kind: 'tracepoint'; readonly id: number }
  /** Fires on time that passes on the CPU, idle or not. */
  | { readonly kind: 'cpu-clock'; readonly frequency: number }
  | { readonly kind: 'cpu-clock'; readonly periodNs: bigint }
  /** Fires each `period` events, or about so many times a second; `config` is the event's number in linux/perf_event.h. */
  | {
      readonly kind: 'counter';
      readonly counter: 'software' | 'hardware';
      readonly config: number;
      readonly period: bigint;
    }
  | {
      readonly kind: 'counter';
      readonly counter: 'software' | 'hardware';
      readonly config: number;
      readonly frequency: number;
    }
  /** Fires each time memory is used: `mode` some of `r`, `w`, `x`; bytes. */
  | { readonly kind: 'breakpoint'; readonly address: bigint; readonly length: number; readonly mode: string }
  /** What programs write with bpf_perf_event_output. */
  | { readonly kind: 'bpf-output' }
  /** `type` is the PMU's number in sysfs; the configs mean what that PMU says. */
  | {
      readonly kind: 'pmu';
      readonly type: number;
      readonly config: bigint;
      readonly config1: bigint;
      readonly config2: bigint;
    };

/**
 * `struct perf_event_attr` (linux/perf_event.h): type 0, size 4, config 8, sample_period or sample_freq 16, sample_type 24, flags 40,
 * wakeup_events 48, bp_type 52, config1 or bp_addr 56, config2 or bp_len 64.
 */
export function perfEventAttr(spec: PerfEventSpec): Buffer {
  const attr = Buffer.alloc(ATTR_SIZE);
  attr.writeUInt32LE(ATTR_SIZE, 4);
  switch (spec.kind) {
    case 'tracepoint':
      attr.writeUInt32LE(PERF_TYPE_TRACEPOINT, 0);
      attr.writeBigUInt64LE(BigInt(spec.id), 8);
      attr.writeBigUInt64LE(1n, 16);
      attr.writeBigUInt64LE(DISABLED, 40);
      attr.writeUInt32LE(1, 48);
      break;
    case 'cpu-clock':
      attr.writeUInt32LE(PERF_TYPE_SOFTWARE, 0);
      attr.writeBigUInt64LE(PERF_COUNT_SW_CPU_CLOCK, 8);
      attr.writeBigUInt64LE('periodNs' in spec ? spec.periodNs : BigInt(spec.frequency), 16);
      attr.writeBigUInt64LE('periodNs' in spec ? DISABLED : DISABLED | FREQ, 40);
      break;
    case 'counter':
      attr.writeUInt32LE(spec.counter === 'software' ? PERF_TYPE_SOFTWARE : PERF_TYPE_HARDWARE, 0);
      attr.writeBigUInt64LE(BigInt(spec.config), 8);
      attr.writeBigUInt64LE('period' in spec ? spec.period : BigInt(spec.frequency), 16);
      attr.writeBigUInt64LE('period' in spec ? DISABLED : DISABLED | FREQ, 40);
      break;
    case 'breakpoint': {
      const code = spec.mode === 'x' ? CODE_LENGTH[process.arch] : undefined;
      attr.writeUInt32LE(PERF_TYPE_BREAKPOINT, 0);
      attr.writeBigUInt64LE(1n, 16);
      attr.writeBigUInt64LE(DISABLED, 40);
      attr.writeUInt32LE(
        [...spec.mode].reduce((bits, letter) => bits | (BREAKPOINT_MODES[letter] ?? 0), 0),
        52,
      );
      attr.writeBigUInt64LE(spec.address, 56);
      attr.writeBigUInt64LE(code ?? BigInt(spec.length), 64);
      break;
    }
    case 'bpf-output':
      attr.writeUInt32LE(PERF_TYPE_SOFTWARE, 0);
      attr.writeBigUInt64LE(PERF_COUNT_SW_BPF_OUTPUT, 8);
      attr.writeBigUInt64LE(1n, 16);
      attr.writeBigUInt64LE(PERF_SAMPLE_RAW, 24);
      attr.writeBigUInt64LE(DISABLED, 40);
      attr.writeUInt32LE(1, 48);
      break;
    case 'pmu':
      attr.writeUInt32LE(spec.type, 0);
      attr.writeBigUInt64LE(spec.config, 8);
      attr.writeBigUInt64LE(DISABLED, 40);
      attr.writeBigUInt64LE(spec.config1, 56);
      attr.writeBigUInt64LE(spec.config2, 64);
      break;
  }
  return attr;
}
