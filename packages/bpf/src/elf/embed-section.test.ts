import { expect, test } from 'vitest';
import { embedSection } from './embed-section.ts';
import { minimalObject } from './minimal-object.test-kit.ts';
import { readObject } from './read-object.ts';

const contents = (text: string) => new TextEncoder().encode(text);

test('an object has a section more, and all else as before', () => {
  const object = minimalObject();
  const before = readObject(object);
  const once = embedSection(object, before, '.more', contents('first'));
  const twice = embedSection(once, readObject(once), '.more', contents('the second'));
  for (const [bytes, text] of [
    [once, 'first'],
    [twice, 'the second'],
  ] as const) {
    const sections = readObject(bytes);
    expect(sections.map(({ name }) => name)).toEqual([...before.map(({ name }) => name), '.more']);
    expect(new TextDecoder().decode(sections.at(-1)?.bytes)).toBe(text);
    for (const [index, section] of before.entries()) {
      if (section.name !== '.strtab') expect(sections[index]?.bytes).toEqual(section.bytes);
    }
  }
});
