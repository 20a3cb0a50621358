/** All values of a flag that may be given several times, also as a list with commas: the parser keeps the last one only. */
export function repeated(argv: readonly string[], flag: string): string[] {
  const values = argv.flatMap((word, index) => {
    if (word.startsWith(`--${flag}=`)) return [word.slice(flag.length + 3)];
    return word === `--${flag}` ? [argv[index + 1] ?? ''] : [];
  });
  return values.flatMap((value) => value.split(',')).filter((value) => value !== '');
}
