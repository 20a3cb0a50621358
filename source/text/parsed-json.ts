import type * as z from 'zod';

/** What a JSON text holds, read by a schema; undefined where it is not JSON, or not of that shape. */
export function parsedJson<Schema extends z.ZodType>(schema: Schema, text: string): z.output<Schema> | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
