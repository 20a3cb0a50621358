import { describe, expect, it } from 'vitest';
import { values } from '../../scripts/build/data.ts';

const builtInto = (file: string): unknown => values.find((each) => each.file.test(file))?.value;

it.each(values.map(({ file, name, value }) => [`${name} of ${file.source}`, value] as const))(
  'a build keeps the whole value: %s',
  (_, value) => expect(JSON.parse(JSON.stringify(value))).toStrictEqual(value),
);

describe('what the program was built with', () => {
  it.each(['kloudspot', 'zenko', 'foresight'])('holds the product %s', (name) =>
    expect(builtInto('source/product/known-products.ts')).toContainEqual(
      expect.objectContaining({ text: expect.stringContaining(`id: ${name}\n`) }),
    ),
  );

  it('holds the scenario that a rehearsal begins with', () =>
    expect(builtInto('source/rehearsal/scenario/known-scenarios.ts')).toContainEqual({
      text: expect.stringContaining('title: Three healthy machines'),
      scenario: expect.objectContaining({ faults: [] }),
    }));
});
