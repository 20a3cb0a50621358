/** All values of a flag that may be given several times: the parser keeps the last one only. */
export function wordsOf(argv: readonly string[], flag: string): string[] {
  return argv.flatMap((word, index) => {
    if (word.startsWith(`--${flag}=`)) return [word.slice(flag.length + 3)];
    return word === `--${flag}` ? [argv[index + 1] ?? ''] : [];
  });
}

/** The same, each value also a list with commas. */
export function repeated(argv: readonly string[], flag: string): string[] {
  return wordsOf(argv, flag)
    .flatMap((value) => value.split(','))
    .filter((value) => value !== '');
}
