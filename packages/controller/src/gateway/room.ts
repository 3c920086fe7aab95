/** Room for so much at a time, handed out in the order in which it was asked for. */
export class Room {
  private free: number;
  private readonly size: number;
  private readonly waiting: { readonly wanted: number; readonly enter: () => void }[] = [];

  constructor(size: number) {
    this.size = size;
    this.free = size;
  }

  /** Resolves once there is room for so much; what is more than all of it gets all of it. Returns what gives it back, once. */
  async take(amount: number): Promise<() => void> {
    const wanted = Math.min(amount, this.size);
    if (this.waiting.length > 0 || this.free < wanted) {
      await new Promise<void>((enter) => this.waiting.push({ wanted, enter }));
    } else {
      this.free -= wanted;
    }
    let held = wanted;
    return () => {
      this.free += held;
      held = 0;
      this.letIn();
    };
  }

  private letIn(): void {
    for (let first = this.waiting[0]; first !== undefined && first.wanted <= this.free; first = this.waiting[0]) {
      this.waiting.shift();
      this.free -= first.wanted;
      first.enter();
    }
  }
}
