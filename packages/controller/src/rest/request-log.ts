import type { ServerResponse } from 'node:http';
import type { Logger } from '@bpfleet/runtime';
import type { Metrics } from '../metrics/metrics.ts';
import type { ApiRequest } from './api-request.ts';
import { requestId } from './request-id.ts';
import { subjectField } from './subject-field.ts';

/** Gives each request its id, in the header X-Request-Id of the answer, and logs and measures it when it has ended. */
export function requestLog(log: Logger, metrics: Metrics) {
  return (request: ApiRequest, response: ServerResponse, next: () => void): void => {
    const startedAt = performance.now();
    // Nest gives the request to others under its routes' own URLs.
    const { method, url } = request;
    request.requestId = requestId(request.headers['x-request-id']);
    response.setHeader('x-request-id', request.requestId);
    response.once('close', () => {
      const ms = performance.now() - startedAt;
      const { operation, subject } = request.call ?? {};
      const status = response.statusCode;
      metrics.restRequest(operation ?? 'none', status, ms / 1_000);
      const about = {
        requestId: request.requestId,
        operation,
        ...subjectField(operation, subject),
        token: request.caller?.tokenId,
        method,
        path: url?.split('?')[0],
        status,
        ms: Math.round(ms),
      };
      log[status >= 500 ? 'warn' : 'info'](about, 'request');
    });
    next();
  };
}
