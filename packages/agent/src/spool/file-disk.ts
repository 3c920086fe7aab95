import { type FileHandle, mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { SpoolDisk } from './disk.ts';

const fileName = /^(\d{10})\.seg$/;

/** Segments as files `0000000001.seg` in `folder`, which is made with mode 0700. */
export async function openFileDisk(folder: string): Promise<SpoolDisk> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = (segment: number) => join(folder, `${String(segment).padStart(10, '0')}.seg`);
  const handles = new Map<number, FileHandle>();
  /** A new file's name is only durable once its folder is. */
  const unsyncedNames = new Set<number>();

  async function handle(segment: number): Promise<FileHandle> {
    const held = handles.get(segment);
    if (held) return held;
    const opened = await open(path(segment), 'r+').catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      unsyncedNames.add(segment);
      return open(path(segment), 'wx+', 0o600);
    });
    handles.set(segment, opened);
    return opened;
  }

  return {
    async list() {
      const names = await readdir(folder);
      return names
        .flatMap((name) => fileName.exec(name)?.[1] ?? [])
        .map(Number)
        .sort((a, b) => a - b);
    },
    read: (segment) => readFile(path(segment)),
    async readAt(segment, offset, length) {
      const buffer = Buffer.alloc(length);
      const { bytesRead } = await (await handle(segment)).read(buffer, 0, length, offset);
      return buffer.subarray(0, bytesRead);
    },
    async writeAt(segment, offset, bytes) {
      const file = await handle(segment);
      for (let done = 0; done < bytes.length; ) {
        done += (await file.write(bytes, done, bytes.length - done, offset + done)).bytesWritten;
      }
    },
    async sync(segment) {
      await (await handle(segment)).datasync();
      if (!unsyncedNames.has(segment)) return;
      const directory = await open(folder, 'r');
      await directory.sync().finally(() => directory.close());
      unsyncedNames.delete(segment);
    },
    async remove(segment) {
      await handles.get(segment)?.close();
      handles.delete(segment);
      await rm(path(segment), { force: true });
    },
    async close() {
      for (const file of handles.values()) await file.close();
      handles.clear();
    },
  };
}
