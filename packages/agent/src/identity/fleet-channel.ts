import { createSecureContext } from 'node:tls';
import { FleetService, type GrpcClient, grpcClient } from '@bpfleet/contracts';
import * as grpc from '@grpc/grpc-js';
import { controllerName } from './fetch-ca.ts';
import type { HostPort } from './host-port.ts';

/** With no `client`, the connection is good for Enroll only. All PEM. */
export interface ChannelSecrets {
  readonly ca: string;
  readonly client?: { readonly key: string; readonly certificate: string };
}

/**
 * A connection of its own to the controller, TLS 1.3 only. The caller makes a new one for each attempt, so that there is
 * one backoff and not two; keepalive is off because the stream has its own pings.
 */
export function openFleetClient(address: HostPort, secrets: ChannelSecrets): GrpcClient<typeof FleetService> {
  const context = createSecureContext({
    ca: secrets.ca,
    minVersion: 'TLSv1.3',
    ...(secrets.client ? { key: secrets.client.key, cert: secrets.client.certificate } : {}),
  });
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return grpcClient(FleetService, `${host}:${address.port}`, grpc.credentials.createFromSecureContext(context), {
    'grpc.ssl_target_name_override': controllerName,
    'grpc.default_authority': controllerName,
    'grpc.use_local_subchannel_pool': 1,
    'grpc.keepalive_permit_without_calls': 0,
    'grpc.keepalive_time_ms': 2 ** 31 - 1,
  });
}
