/** What stands in a heap knows its slot there, so that it can be taken out of the middle. */
export interface Slotted {
  slot: number
}

/** A binary heap: push and remove in O(log n), peek in O(1). An item is in one heap at a time. */
export class Heap<T extends Slotted> {
  private readonly items: T[] = []

  constructor(private readonly before: (a: T, b: T) => boolean) {}

  get size(): number {
    return this.items.length
  }

  peek(): T | undefined {
    return this.items[0]
  }

  push(item: T): void {
    this.items.push(item)
    this.rise(item, this.items.length - 1)
  }

  remove(item: T): void {
    const last = this.items.pop() as T
    if (last === item) return
    const slot = item.slot
    this.rise(last, slot)
    if (last.slot === slot) this.sink(last, slot)
  }

  private rise(item: T, from: number): void {
    let slot = from
    while (slot > 0) {
      const above = (slot - 1) >> 1
      const parent = this.items[above] as T
      if (!this.before(item, parent)) break
      this.put(parent, slot)
      slot = above
    }
    this.put(item, slot)
  }

  private sink(item: T, from: number): void {
    let slot = from
    for (;;) {
      const child = this.firstChild(slot)
      if (child === undefined || !this.before(child, item)) break
      const below = child.slot
      this.put(child, slot)
      slot = below
    }
    this.put(item, slot)
  }

  private firstChild(slot: number): T | undefined {
    const left = this.items[2 * slot + 1]
    const right = this.items[2 * slot + 2]
    return left && right && this.before(right, left) ? right : left
  }

  private put(item: T, slot: number): void {
    this.items[slot] = item
    item.slot = slot
  }
}
