import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

const dayMs = 86_400_000;
/** SQLSTATE: relation already exists, unique violation in the catalogue: another controller was first. */
const alreadyThere = new Set(['42P07', '23505']);

/** Frames up to this are stored as they are, in the row: compressing one of 2 KB takes longer than all else that storing it does. */
const inlineBytes = 8_160;

/** The frame table is cut by the day of the window (UTC), so that retention can drop days. */
@Injectable()
export class FramePartitions {
  private readonly known = new Set<number>();

  constructor(@Inject(DataSource) private readonly database: DataSource) {}

  /** Makes the partitions for these windows, where they are not there. Not inside a transaction: it locks the table. */
  async ensure(windowStarts: readonly Date[]): Promise<void> {
    const days = new Set(windowStarts.map((start) => Math.floor(start.getTime() / dayMs)));
    for (const day of days) {
      if (!this.known.has(day)) {
        await this.create(day);
        this.known.add(day);
      }
    }
  }

  private async create(day: number): Promise<void> {
    const [from, to] = [isoDay(day), isoDay(day + 1)];
    const name = `frame_${from.replaceAll('-', '')}`;
    try {
      await this.database.query(
        `create table if not exists ${name} partition of frame for values from ('${from} 00:00:00+00') to ('${to} 00:00:00+00')
         with (toast_tuple_target = ${inlineBytes})`,
      );
    } catch (error) {
      if (!alreadyThere.has(String((error as { code?: unknown }).code))) {
        throw error;
      }
    }
  }
}

function isoDay(day: number): string {
  return new Date(day * dayMs).toISOString().slice(0, 10);
}
