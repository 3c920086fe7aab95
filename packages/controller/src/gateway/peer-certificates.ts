import { RpcError } from '@bpfleet/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { Refusals } from '../audit/refusals.ts';
import { CertificateAuthority, validityOf } from '../fleet/certificate-authority.ts';
import type { NodeRow } from '../fleet/node.entity.ts';
import { NodeRepository } from '../fleet/node.repository.ts';

/** A node that showed its certificate. */
export interface Peer {
  readonly node: NodeRow;
  /** When its certificate ends. */
  readonly until: Date;
}

/** Which node is at the other end of a connection: by its certificate, and by whether it was revoked. */
@Injectable()
export class PeerCertificates {
  constructor(
    @Inject(CertificateAuthority) private readonly authority: CertificateAuthority,
    @Inject(NodeRepository) private readonly nodes: NodeRepository,
    @Inject(Refusals) private readonly refusals: Refusals,
  ) {}

  /**
   * `der`: of the certificate that the TLS handshake proved the key of. One that has just expired is good for nothing but a new
   * one. Throws RpcError `UNAUTHENTICATED` that says why, with the reason CERTIFICATE_EXPIRED where renewing helps.
   */
  async identify(der: Uint8Array | undefined, use: 'connect' | 'renewCertificate'): Promise<Peer> {
    const identity = der === undefined ? undefined : this.authority.identify(der);
    if (identity === undefined) {
      throw refused('a certificate of this fleet is needed; enrol the node first');
    }
    const node = await this.nodes.find(identity.nodeId);
    if (node === null || node.revokedAt !== null) {
      const reason = 'the node of this certificate is unknown here or was revoked';
      const actor = `node:${identity.nodeId}`;
      await this.refusals.note({ actor, action: use, subject: identity.nodeId, requestId: null, reason });
      throw refused(reason);
    }
    const now = new Date();
    const validity = validityOf(identity, now);
    if (validity === 'invalid' || (validity === 'renewable' && use === 'connect')) {
      const { notBefore, notAfter } = identity;
      const span = `from ${notBefore.toISOString()} to ${notAfter.toISOString()}`;
      const clock = `by the clock of this controller it is ${now.toISOString()}`;
      throw refused(`the certificate is valid ${span}, and ${clock}`, validity === 'renewable');
    }
    return { node, until: identity.notAfter };
  }
}

function refused(message: string, renewable = false): RpcError {
  return new RpcError('UNAUTHENTICATED', message, renewable ? { reason: 'CERTIFICATE_EXPIRED' } : {});
}
