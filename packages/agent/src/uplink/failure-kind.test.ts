import { RpcError } from '@bpfleet/contracts';
import { expect, test } from 'vitest';
import { failureKind, failureReason } from './failure-kind.ts';

test.each([
  ['the stream was closed', null, 'lost'],
  ['nobody there', new RpcError('UNAVAILABLE', 'No connection established. Last error: connect ECONNREFUSED'), 'lost'],
  ['a certificate that was revoked', new RpcError('UNAUTHENTICATED', 'revoked'), 'refused'],
  ['a node that is not known', new RpcError('PERMISSION_DENIED', 'unknown node'), 'refused'],
  ['an alert about our certificate', new RpcError('UNAVAILABLE', 'ssl/tls alert certificate unknown'), 'refused'],
  [
    'a controller with another authority',
    new RpcError('UNAVAILABLE', 'self-signed certificate in certificate chain'),
    'refused',
  ],
  ['a controller whose time is yet to come', new RpcError('UNAVAILABLE', 'certificate is not yet valid'), 'refused'],
  ['an alert that passes', new RpcError('UNAVAILABLE', 'ssl/tls alert internal error'), 'lost'],
])('%s', (_name, error, expected) => {
  expect(failureKind(error)).toBe(expected);
});

test.each([
  [null, 'the controller closed the stream'],
  [new RpcError('UNAVAILABLE', 'the controller is stopping'), 'the controller is stopping'],
  [
    new RpcError(
      'UNAVAILABLE',
      'No connection established. Last error: Error: connect ECONNREFUSED 127.0.0.1:1. Resolution note: ',
    ),
    'connect ECONNREFUSED 127.0.0.1:1',
  ],
  [
    new RpcError(
      'UNAVAILABLE',
      'No connection established. Last error: Error: certificate is not yet valid. Resolution',
    ),
    expect.stringMatching(
      /^by this node's clock, \S+Z, the controller's certificate is not yet valid: set the clock of this node$/,
    ),
  ],
])('the reason for a person', (error, expected) => {
  expect(failureReason(error)).toEqual(expected);
});
