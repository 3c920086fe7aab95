import type { ServerResponse } from 'node:http';
import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Patch, Post, Query, Res } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { Requires } from '../access/access-guard.ts';
import { CurrentCaller } from '../access/caller.ts';
import type { Caller } from '../access/token.service.ts';
import { ApiProblem } from '../openapi/api-problem.ts';
import { decodeTimeCursor, encodeTimeCursor } from '../paging/cursor.ts';
import { problemWithin } from '../problem/problem-within.ts';
import { PageQuery, SessionListBody } from '../sessions/session.body.ts';
import { SessionService } from '../sessions/session.service.ts';
import { sessionPage } from '../sessions/session-page.ts';
import { sessionRequest } from '../sessions/session-request.ts';
import { readWhen } from './read-when.ts';
import {
  ChangeScheduleBody,
  CreateScheduleBody,
  FiringListBody,
  ScheduleBody,
  ScheduleListBody,
} from './schedule.body.ts';
import { ScheduleService } from './schedule.service.ts';
import { firingResource, scheduleResource } from './schedule-resource.ts';

@ApiTags('schedules')
@ApiBearerAuth()
@ApiProblem()
@Controller('api/v1/schedules')
export class ScheduleController {
  constructor(
    @Inject(ScheduleService) private readonly schedules: ScheduleService,
    @Inject(SessionService) private readonly sessions: SessionService,
  ) {}

  @Post()
  @Requires('run')
  @ApiOperation({ operationId: 'createSchedule', summary: 'Run a session at a time, or again and again' })
  @ApiCreatedResponse({
    standardSchema: ScheduleBody,
    headers: { Location: { description: 'Path of the schedule.', schema: { type: 'string' } } },
  })
  async create(
    @Body({ schema: CreateScheduleBody }) body: CreateScheduleBody,
    @CurrentCaller() caller: Caller,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<ScheduleBody> {
    const { name, when, overlap, missed } = body;
    const created = await this.schedules.create({
      name,
      overlap,
      missed,
      timing: (now) => readWhen(when, now),
      request: problemWithin('/session', () => sessionRequest(body.session)),
      tokenId: caller.tokenId,
    });
    response.setHeader('location', `/api/v1/schedules/${created.schedule.id}`);
    return scheduleResource(created);
  }

  @Get()
  @Requires('read')
  @ApiOperation({ operationId: 'listSchedules', summary: 'Schedules, newest first' })
  @ApiOkResponse({ standardSchema: ScheduleListBody })
  async list(@Query({ schema: PageQuery }) query: PageQuery) {
    const found = await this.schedules.page(query.limit + 1, decodeTimeCursor(query.cursor));
    const items = found.slice(0, query.limit);
    const last = items.at(-1)?.schedule;
    const more = found.length > query.limit && last !== undefined;
    return {
      items: items.map(scheduleResource),
      nextCursor: more ? encodeTimeCursor({ at: last.createdAt, id: last.id }) : null,
    };
  }

  @Get(':id')
  @Requires('read')
  @ApiOperation({ operationId: 'getSchedule', summary: 'A schedule, when it is due next and how it fired last' })
  @ApiOkResponse({ standardSchema: ScheduleBody })
  async get(@Param('id') id: string): Promise<ScheduleBody> {
    return scheduleResource(await this.schedules.get(id));
  }

  @Patch(':id')
  @Requires('run')
  @ApiOperation({ operationId: 'changeSchedule', summary: 'Pause or resume a schedule' })
  @ApiOkResponse({ standardSchema: ScheduleBody })
  async change(
    @Param('id') id: string,
    @Body({ schema: ChangeScheduleBody }) { paused }: ChangeScheduleBody,
  ): Promise<ScheduleBody> {
    return scheduleResource(await (paused ? this.schedules.pause(id) : this.schedules.resume(id)));
  }

  @Delete(':id')
  @HttpCode(204)
  @Requires('run')
  @ApiOperation({ operationId: 'deleteSchedule', summary: 'Delete a schedule; its sessions stay' })
  @ApiNoContentResponse()
  async remove(@Param('id') id: string): Promise<void> {
    await this.schedules.remove(id);
  }

  @Get(':id/sessions')
  @Requires('read')
  @ApiOperation({ operationId: 'listScheduleSessions', summary: 'The series: sessions of a schedule, newest first' })
  @ApiOkResponse({ standardSchema: SessionListBody })
  async series(@Param('id') id: string, @Query({ schema: PageQuery }) query: PageQuery) {
    const { schedule } = await this.schedules.get(id);
    return sessionPage(this.sessions, query, schedule.id);
  }

  @Get(':id/firings')
  @Requires('read')
  @ApiOperation({
    operationId: 'listFirings',
    summary: 'Each time that it was due, the latest first, and what became of it',
  })
  @ApiOkResponse({ standardSchema: FiringListBody })
  async firings(@Param('id') id: string, @Query({ schema: PageQuery }) query: PageQuery) {
    const before = decodeTimeCursor(query.cursor)?.at ?? null;
    const found = await this.schedules.firings(id, query.limit + 1, before);
    const items = found.slice(0, query.limit);
    const last = items.at(-1);
    const more = found.length > query.limit && last !== undefined;
    return {
      items: items.map(firingResource),
      nextCursor: more ? encodeTimeCursor({ at: last.due, id: last.scheduleId }) : null,
    };
  }
}
