/** Work that is done again and again, each time `everyMs` after the last one has ended, until it is stopped. */
export class Periodic {
  private readonly everyMs: number;
  private readonly work: () => Promise<void>;
  private readonly failed: (error: unknown) => void;
  private timer: NodeJS.Timeout | undefined;
  private working: Promise<void> = Promise.resolve();

  /** `failed` is told of an error; the work is done again all the same. */
  constructor(everyMs: number, work: () => Promise<void>, failed: (error: unknown) => void) {
    this.everyMs = everyMs;
    this.work = work;
    this.failed = failed;
  }

  start(): void {
    this.timer = setTimeout(() => {
      this.working = this.turn();
    }, this.everyMs);
  }

  /** Resolves when what is being done has ended. */
  async stop(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    await this.working;
  }

  /** False from when it is told to stop. */
  get running(): boolean {
    return this.timer !== undefined;
  }

  private async turn(): Promise<void> {
    try {
      await this.work();
    } catch (error) {
      this.failed(error);
    }
    if (this.running) {
      this.start();
    }
  }
}
