/** The message of whatever was thrown. */
export const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));

/** The code that Node gives an error, such as `EACCES`; undefined where there is none. */
export const codeOf = (thrown: unknown): string | undefined =>
  thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : undefined;

/** Whether it was thrown because there is no such file or folder. */
export const isMissing = (thrown: unknown): boolean => codeOf(thrown) === 'ENOENT';
