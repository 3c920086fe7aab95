import { X509Certificate } from 'node:crypto';

/** Milliseconds since the Unix epoch at which two thirds of a certificate's time are over: it is to be renewed from then on. */
export function renewalTime(certificatePem: string): number {
  const { validFromDate, validToDate } = new X509Certificate(certificatePem);
  const [from, to] = [validFromDate.getTime(), validToDate.getTime()];
  return from + ((to - from) * 2) / 3;
}
