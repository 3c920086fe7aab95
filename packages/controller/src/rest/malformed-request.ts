import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { Problem } from '../problem/problem.ts';
import { problemBody } from '../problem/problem-schema.ts';

/** Answers what is no HTTP, or has a head that is too long, with a problem as well: Node alone would say nothing but the status. */
export function answerMalformed(server: Server): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    const problem =
      error.code === 'HPE_HEADER_OVERFLOW'
        ? new Problem('payload_too_large', 'The URL and the headers of the request are too long.')
        : new Problem('invalid_request', 'The request is no HTTP/1.1.');
    const body = problemBody(problem);
    const text = JSON.stringify(body);
    const head = [
      `HTTP/1.1 ${body.status} ${body.title}`,
      'content-type: application/problem+json',
      `content-length: ${Buffer.byteLength(text)}`,
      'connection: close',
    ];
    socket.end(`${head.join('\r\n')}\r\n\r\n${text}`);
  });
}
