import { Inject, Injectable } from '@nestjs/common';
import type { Caller } from '../access/caller.ts';
import { Visibility } from '../access/visibility.ts';
import { decodeTimeCursor, encodeTimeCursor } from '../paging/cursor.ts';
import { pageOf } from '../paging/page-of.ts';
import { notFound } from '../problem/not-found.ts';
import { ProgramRepository } from './program.repository.ts';

@Injectable()
export class ProgramService {
  constructor(
    @Inject(ProgramRepository) private readonly programs: ProgramRepository,
    @Inject(Visibility) private readonly visibility: Visibility,
  ) {}

  /** Programs of the sessions that a caller may see, the last used first. Throws `invalid_request`. */
  async page(caller: Caller, limit: number, cursor: string | undefined) {
    const before = decodeTimeCursor(cursor, isDigest);
    const found = await this.programs.page(
      limit + 1,
      before === undefined ? null : { lastUsedAt: before.at, digest: before.id },
      await this.visibility.nodes(caller),
    );
    return pageOf(found, limit, ({ lastUsedAt, digest }) => encodeTimeCursor({ at: lastUsedAt, id: digest }));
  }

  /** Throws `not_found`. */
  async get(caller: Caller, digest: string) {
    const found = isDigest(digest) ? await this.programs.find(digest, await this.visibility.nodes(caller)) : undefined;
    if (found === undefined) {
      throw notFound('program', digest);
    }
    return found;
  }
}

function isDigest(text: string): boolean {
  return /^sha256:[0-9a-f]{64}$/.test(text);
}
