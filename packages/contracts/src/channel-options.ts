import type { ChannelOptions } from '@grpc/grpc-js';

/** Largest message either way, bytes: a batch of frames stays well below. */
export const MAX_MESSAGE_BYTES = 8 * 1024 * 1024;

/**
 * Options for every channel and every server. Retries are off: each caller knows what may be repeated, and grpc-js
 * would hold up to 16 MiB of messages a channel for them; so is channelz, which keeps books on every connection and call. Keepalive finds a dead peer within
 * 30 seconds; a process that was starved for less is not taken for dead, and streams with agents have pings of their own.
 */
export function channelOptions(overrides: ChannelOptions = {}): ChannelOptions {
  return {
    'grpc.enable_retries': 0,
    'grpc.enable_channelz': 0,
    'grpc.keepalive_time_ms': 10_000,
    'grpc.keepalive_timeout_ms': 20_000,
    'grpc.keepalive_permit_without_calls': 1,
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
    'grpc.initial_reconnect_backoff_ms': 200,
    'grpc.max_reconnect_backoff_ms': 10_000,
    ...overrides,
  };
}
