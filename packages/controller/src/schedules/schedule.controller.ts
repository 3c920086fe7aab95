import type { ServerResponse } from 'node:http';
import {
  Body,
  Controller,
  Delete,
  Get,
  Headers,
  HttpCode,
  Inject,
  Param,
  Patch,
  Post,
  Query,
  Res,
} from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiCreatedResponse,
  ApiHeader,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { Caller } from '../access/caller.ts';
import { CurrentCaller } from '../access/current-caller.ts';
import { Operation } from '../access/operation.ts';
import { ApiProblem } from '../openapi/api-problem.ts';
import { decodeTimeCursor } from '../paging/cursor.ts';
import { pageOf } from '../paging/page-of.ts';
import { PageQuery } from '../paging/page-query.ts';
import { problemWithin } from '../problem/problem-within.ts';
import { idempotencyKey } from '../rest/idempotency-key.ts';
import { SessionListBody } from '../sessions/session.body.ts';
import { SessionService } from '../sessions/session.service.ts';
import { sessionPage } from '../sessions/session-page.ts';
import { sessionRequest } from '../sessions/session-request.ts';
import { ToolCatalog } from '../tools/tool-catalog.ts';
import { readWhen } from './read-when.ts';
import {
  ChangeScheduleBody,
  CreateScheduleBody,
  FiringListBody,
  ScheduleBody,
  ScheduleListBody,
} from './schedule.body.ts';
import { ScheduleService } from './schedule.service.ts';
import { firingCursor, scheduleCursor } from './schedule-cursor.ts';
import { firingResource, scheduleResource } from './schedule-resource.ts';

@ApiTags('schedules')
@ApiBearerAuth()
@ApiProblem()
@Controller('api/v1/schedules')
export class ScheduleController {
  constructor(
    @Inject(ScheduleService) private readonly schedules: ScheduleService,
    @Inject(SessionService) private readonly sessions: SessionService,
    @Inject(ToolCatalog) private readonly tools: ToolCatalog,
  ) {}

  @Post()
  @Operation('createSchedule', 'Run a session at a time, or again and again')
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'Repeating the request with it gives the same schedule.',
  })
  @ApiCreatedResponse({
    standardSchema: ScheduleBody,
    headers: { Location: { description: 'Path of the schedule.', schema: { type: 'string' } } },
  })
  async create(
    @Body({ schema: CreateScheduleBody }) body: CreateScheduleBody,
    @Headers('idempotency-key') key: string | undefined,
    @CurrentCaller() caller: Caller,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<ScheduleBody> {
    const { name, when, overlap, missed } = body;
    const created = await this.schedules.create({
      name,
      overlap,
      missed,
      timing: (now) => readWhen(when, now),
      request: problemWithin('/session', () => sessionRequest(body.session, this.tools)),
      caller,
      idempotencyKey: idempotencyKey(key),
    });
    response.setHeader('location', `/api/v1/schedules/${created.schedule.id}`);
    return scheduleResource(created);
  }

  @Get()
  @Operation('listSchedules', 'Schedules, newest first')
  @ApiOkResponse({ standardSchema: ScheduleListBody })
  async list(@Query({ schema: PageQuery }) query: PageQuery, @CurrentCaller() caller: Caller) {
    const found = await this.schedules.page(caller, query.limit + 1, decodeTimeCursor(query.cursor));
    const { items, nextCursor } = pageOf(found, query.limit, scheduleCursor);
    return { items: items.map(scheduleResource), nextCursor };
  }

  @Get(':id')
  @Operation('getSchedule', 'A schedule, when it is due next and how it fired last')
  @ApiOkResponse({ standardSchema: ScheduleBody })
  async get(@Param('id') id: string): Promise<ScheduleBody> {
    return scheduleResource(await this.schedules.get(id));
  }

  @Patch(':id')
  @Operation('changeSchedule', 'Pause or resume a schedule')
  @ApiOkResponse({ standardSchema: ScheduleBody })
  async change(
    @Param('id') id: string,
    @Body({ schema: ChangeScheduleBody }) { paused }: ChangeScheduleBody,
    @CurrentCaller() caller: Caller,
  ): Promise<ScheduleBody> {
    return scheduleResource(await this.schedules.change(id, paused, caller));
  }

  @Delete(':id')
  @HttpCode(204)
  @Operation('deleteSchedule', 'Delete a schedule; its sessions stay')
  @ApiNoContentResponse()
  async remove(@Param('id') id: string, @CurrentCaller() caller: Caller): Promise<void> {
    await this.schedules.remove(id, caller);
  }

  @Get(':id/sessions')
  @Operation('listScheduleSessions', 'The series: sessions of a schedule, newest first')
  @ApiOkResponse({ standardSchema: SessionListBody })
  async series(
    @Param('id') id: string,
    @Query({ schema: PageQuery }) query: PageQuery,
    @CurrentCaller() caller: Caller,
  ) {
    const { schedule } = await this.schedules.get(id);
    return sessionPage(this.sessions, caller, query, schedule.id);
  }

  @Get(':id/firings')
  @Operation('listFirings', 'Each time that it was due, the latest first, and what became of it')
  @ApiOkResponse({ standardSchema: FiringListBody })
  async firings(@Param('id') id: string, @Query({ schema: PageQuery }) query: PageQuery) {
    const before = decodeTimeCursor(query.cursor)?.at ?? null;
    const found = await this.schedules.firings(id, query.limit + 1, before);
    const { items, nextCursor } = pageOf(found, query.limit, firingCursor);
    return { items: items.map(firingResource), nextCursor };
  }
}
