import { setFlagsFromString } from 'node:v8';

/**
 * Has V8 count buffers to the heap, whose limit grows with what is in use. By itself it begins to mark the whole heap whenever 64 MB
 * of buffers were made: for a process through which data flows that is every second, and a third of its time.
 */
export function countBuffersAsHeap(): void {
  setFlagsFromString('--external-memory-accounted-in-global-limit');
}

/**
 * Has V8 put every new object among the young ones. By itself it learns from a flood that what is made at some place outlives a collection
 * or two, as the events at hand do, and from then on makes it among the old, where it stays for seconds: of a million events a second
 * that is 150 MB, marked and swept again and again. To be called before what it is about has run.
 */
export function keepEventsYoung(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
}
