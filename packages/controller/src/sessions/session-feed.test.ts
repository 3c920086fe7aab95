import { expect, it } from 'vitest';
import { SessionFeed } from './session-feed.ts';

const id = 'a';
const forever = 60_000;

it('a hint that came before it is waited for is not lost, and counts once', async () => {
  const feed = new SessionFeed();
  const changes = feed.follow(id, new AbortController().signal);
  feed.changed(id);
  feed.changed('another');
  await changes.next(forever);
  let again = false;
  const second = changes.next(forever).then(() => (again = true));
  await new Promise((resolve) => setImmediate(resolve));
  expect(again).toBe(false);
  feed.changed(id);
  await second;
  expect(again).toBe(true);
});

it('a burst is over when nothing came for a while, and has been heard as a whole then', async () => {
  const feed = new SessionFeed();
  const changes = feed.follow(id, new AbortController().signal);
  let left = 5;
  const timer = setInterval(() => {
    feed.changed(id);
    if (--left === 0) clearInterval(timer);
  }, 5);
  await changes.quiet(1_000, forever);
  expect(left).toBe(0);
});

it('waits end when the reader goes', async () => {
  const gone = new AbortController();
  const changes = new SessionFeed().follow(id, gone.signal);
  const waits = [changes.next(forever), changes.pause(forever), changes.quiet(forever, forever)];
  gone.abort();
  await Promise.all(waits);
});
