/** Whether a terminal with this environment shows more than ASCII. */
export function speaksUtf8(env: NodeJS.ProcessEnv): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG;
  if (env.TERM === 'linux' || env.TERM?.startsWith('vt')) return false;
  return locale === undefined || locale === '' ? env.SSH_CONNECTION === undefined : /utf-?8/i.test(locale);
}
