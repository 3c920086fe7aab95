import { X509Certificate } from 'node:crypto';
import { toRpcError } from '@bpfleet/contracts';
import type { Logger } from '@bpfleet/runtime';
import type { FleetClock } from '../fleet-clock.ts';
import { certificateRequest } from './certificate-request.ts';
import { openFleetClient } from './fleet-channel.ts';
import type { HostPort } from './host-port.ts';
import type { Identity } from './identity.ts';
import { renewalTime } from './renewal-time.ts';
import type { StateDir } from './state-dir.ts';
import { writeDurably } from './write-durably.ts';

export interface RenewalDuties {
  readonly identity: Identity;
  readonly dir: StateDir;
  /** Of the controllers of the fleet: any will do. */
  readonly addresses: readonly [HostPort, ...HostPort[]];
  /** The fleet's time: the certificate's is by the controller's clock. */
  readonly clock: FleetClock;
  readonly log: Logger;
  /** How often it is looked whether the time has come, milliseconds. */
  readonly lookEveryMs?: number;
}

const lookEveryMs = 60_000;
const timeoutMs = 15_000;

/** Keeps the node's certificate good: has a new one signed, for the same key, once two thirds of its time are over. */
export class Renewal {
  readonly #duties: RenewalDuties;
  readonly #timer: NodeJS.Timeout;
  #identity: Identity;
  #renewing: Promise<void> | null = null;
  #attempts = 0;

  constructor(duties: RenewalDuties) {
    this.#duties = duties;
    this.#identity = duties.identity;
    this.#timer = setInterval(() => void this.renewIfDue(), duties.lookEveryMs ?? lookEveryMs);
  }

  /** What to connect with now. */
  get identity(): Identity {
    return this.#identity;
  }

  /** Never rejects: a renewal that fails is tried again, and the certificate is good for a third of its time yet. */
  async renewIfDue(): Promise<void> {
    if (this.#duties.clock.now() >= renewalTime(this.#identity.certificatePem)) await this.renew();
  }

  /** Renews it, whatever this node's clock says. Never rejects. */
  renew(): Promise<void> {
    this.#renewing ??= this.#renew()
      .catch((error: unknown) => {
        const reason = toRpcError(error).message;
        this.#duties.log.warn({ reason }, 'the certificate could not be renewed; it is tried again');
      })
      .finally(() => {
        this.#renewing = null;
      });
    return this.#renewing;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#renewing;
  }

  async #renew(): Promise<void> {
    const { addresses, dir, log } = this.#duties;
    // One that does not answer is not asked first the next time.
    const address = addresses[this.#attempts++ % addresses.length] ?? addresses[0];
    const { name, keyPem, certificatePem: old, caPem } = this.#identity;
    const client = openFleetClient(address, { ca: caPem, client: { key: keyPem, certificate: old } });
    try {
      const csrPem = certificateRequest(name, keyPem);
      const { certificatePem } = await client.renewCertificate({ csrPem }, { deadlineMs: timeoutMs });
      const certificate = new X509Certificate(certificatePem);
      if (!certificate.verify(new X509Certificate(caPem).publicKey)) {
        throw new Error('the controller answered with a certificate that its own authority did not sign');
      }
      await writeDurably(dir.certificate, certificatePem);
      this.#identity = { ...this.#identity, certificatePem };
      log.info({ until: certificate.validToDate.toISOString() }, 'certificate renewed');
    } finally {
      client.close();
    }
  }
}
