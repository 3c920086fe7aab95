import { ProgramService as ProgramRpc, timestampFromMs } from '@bpfleet/contracts';
import { Inject, Injectable } from '@nestjs/common';
import type { ControlMethods, ControlPart } from '../control/control-part.ts';
import { pageSize } from '../paging/page-query.ts';
import type { ProgramRecord } from './program.repository.ts';
import { ProgramService } from './program.service.ts';

/** `control.v1.ProgramService`: the same as REST says. */
@Injectable()
export class ProgramGrpc implements ControlPart<typeof ProgramRpc> {
  readonly service = ProgramRpc;
  readonly methods: ControlMethods<typeof ProgramRpc> = {
    listPrograms: async (request, caller) => {
      const { items, nextCursor } = await this.programs.page(caller, pageSize(request), request.pageToken);
      return { programs: items.map(message), nextPageToken: nextCursor ?? '' };
    },
    getProgram: async ({ digest }, caller) => {
      const { program, ...record } = await this.programs.get(caller, digest);
      return {
        program: message(record),
        arguments: program.kind === 'script' ? [...program.arguments] : [],
        source:
          program.kind === 'script'
            ? { case: 'script', value: program.source }
            : { case: 'object', value: program.object },
      };
    },
  };

  constructor(@Inject(ProgramService) private readonly programs: ProgramService) {}
}

function message({ firstUsedAt, lastUsedAt, ...record }: ProgramRecord) {
  return {
    ...record,
    firstUsedAt: timestampFromMs(firstUsedAt.getTime()),
    lastUsedAt: timestampFromMs(lastUsedAt.getTime()),
  };
}
