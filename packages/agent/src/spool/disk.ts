/** A folder of numbered segment files: all that the spool needs of a file system. Operations may fail with errno errors. */
export interface SpoolDisk {
  /** Ascending. */
  list(): Promise<number[]>;
  read(segment: number): Promise<Uint8Array>;
  readAt(segment: number, offset: number, length: number): Promise<Uint8Array>;
  /** Creates the segment where it is new. A failure may leave any part of the bytes. */
  writeAt(segment: number, offset: number, bytes: Uint8Array): Promise<void>;
  /** When this returns, what was written to the segment survives a power cut. */
  sync(segment: number): Promise<void>;
  remove(segment: number): Promise<void>;
  close(): Promise<void>;
}
